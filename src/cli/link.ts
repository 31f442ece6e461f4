/** A scenario as a link that opens again: what a reader would refuse is refused here. */
import { encodeLink, openLink } from '../share/link.ts';
import type { ScenarioFile } from '../sim/scenario.ts';
import { withoutFolders } from './input.ts';

/** The scenario does not fit into a link; `problem` is the reader's. */
export class LinkError extends Error {
  override readonly name = 'LinkError';
  readonly problem: string;
  constructor(problem: string) {
    super(problem);
    this.problem = problem;
  }
}

export async function linkOf(files: readonly ScenarioFile[]): Promise<string> {
  const link = await encodeLink({ files: withoutFolders(files), view: {} });
  const opened = await openLink(link);
  if (!opened.ok) throw new LinkError(opened.problem);
  return link;
}
