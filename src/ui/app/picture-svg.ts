/** The picture of the shown moment as an SVG document; undefined when there is nothing to draw. */
export async function pictureSvg(): Promise<string | undefined> {
  const { currentPictureSvg } = await import('../graph/current-svg.ts');
  return currentPictureSvg();
}
