/**
 * What the plug-in DefaultIngressClass answers, from what was made of the Ingress: the class is written where Ingresses are read
 * (k8s/controllers/ingresses.ts), for it concerns every Ingress and needs none of the chain's code.
 */
import type { IngressClass } from '../k8s/cluster-state.ts';
import type { AdmissionGround } from '../k8s/controllers/admission.ts';
import { DEFAULT_CLASS_ANNOTATION, defaultedClass } from '../k8s/ingress-class.ts';
import type { Manifest } from '../k8s/manifest.ts';
import type { FieldChange } from './field-changes.ts';

/** `ingress`: absent where the request could not be read. */
export function ingressClassAnswer(
  ingress: Manifest | undefined,
  classes: readonly IngressClass[],
): {
  readonly answer: 'changed' | 'passed' | 'nothing' | 'not-asked';
  readonly changes?: readonly FieldChange[];
  readonly grounds: readonly AdmissionGround[];
} {
  if (ingress === undefined) return { answer: 'not-asked', grounds: [] };
  const found = defaultedClass(ingress, classes);
  if (found === undefined) {
    return { answer: classes.some(({ isDefault }) => isDefault) ? 'passed' : 'nothing', grounds: [] };
  }
  return {
    answer: 'changed',
    changes: [{ path: 'spec.ingressClassName', after: found.name }],
    grounds: [{ object: found.origin.object, path: ['metadata', 'annotations', DEFAULT_CLASS_ANNOTATION] }],
  };
}
