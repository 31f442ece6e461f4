/** The picture of the shown moment as an SVG document; undefined when there is nothing to draw. */
export async function pictureSvg(): Promise<string | undefined> {
  return undefined;
}
