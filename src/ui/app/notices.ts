import { create } from 'zustand';
import type { LinkProblem } from '../../share/link.ts';

/** Something that the page has to say once: how it opened, what it put aside. */
export type Notice =
  | { readonly kind: 'link-problem'; readonly problem: LinkProblem }
  | { readonly kind: 'shelved' }
  | { readonly kind: 'stopped' }
  | { readonly kind: 'load-failed' };

export const useNotice = create<{ readonly notice: Notice | undefined }>()(() => ({ notice: undefined }));

export function say(notice: Notice | undefined): void {
  useNotice.setState({ notice });
}
