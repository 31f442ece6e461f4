/** The webhooks' programs whose answers are known. Any other may say anything: nobody here guesses. */
import type { AdmissionAnswer, AdmissionRequest } from '../../k8s/controllers/admission.ts';
import { imageRepository } from '../../k8s/images.ts';
import type { Store } from '../../k8s/store.ts';
import { inject } from './istio/inject.ts';
import type { Backend } from './reach.ts';

/** An answer, or what it depends on that is not modelled. */
export type Said = AdmissionAnswer & { readonly unknown?: string };
type Program = (request: AdmissionRequest, objects: Store, backend: Backend) => Said;

/** By repository of the image, and the beginning of the path. */
const PROGRAMS: readonly { readonly image: RegExp; readonly path: RegExp; readonly program: Program }[] = [
  { image: /(^|\/)pilot$/, path: /^\/inject(\/|$)/, program: inject },
];

export function programOf({ image }: Backend, url: string): Program | undefined {
  const repository = imageRepository(image);
  const path = url.replace(/^https:\/\/[^/]*/, '');
  return PROGRAMS.find((known) => known.image.test(repository) && known.path.test(path))?.program;
}
