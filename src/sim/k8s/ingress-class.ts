/**
 * The class of an Ingress where spec.ingressClassName is not written: an annotation, which is for controllers to compare with
 * what they were started with, or what the admission plug-in DefaultIngressClass writes. Of several default classes that takes
 * the newest, and of equal age the first by name (kubernetes 110974); here all are of one age.
 */
import type { IngressClass } from './cluster-state.ts';
import type { Manifest } from './manifest.ts';

/** Spelt so before spec.ingressClassName was there. */
export const CLASS_ANNOTATION = 'kubernetes.io/ingress.class';
export const DEFAULT_CLASS_ANNOTATION = 'ingressclass.kubernetes.io/is-default-class';

/** The class that DefaultIngressClass writes into an Ingress; undefined where it leaves it as it is. */
export function defaultedClass<T extends Pick<IngressClass, 'name' | 'isDefault'>>(
  { metadata, body }: Pick<Manifest, 'metadata' | 'body'>,
  classes: readonly T[],
): T | undefined {
  const spec = body['spec'] as { ingressClassName?: string } | undefined;
  if (spec?.ingressClassName !== undefined || metadata.annotations[CLASS_ANNOTATION] !== undefined)
    return undefined;
  return classes.filter(({ isDefault }) => isDefault).sort((a, b) => (a.name < b.name ? -1 : 1))[0];
}

export function isDefaultClass({ metadata }: Pick<Manifest, 'metadata'>): boolean {
  return metadata.annotations[DEFAULT_CLASS_ANNOTATION] === 'true';
}
