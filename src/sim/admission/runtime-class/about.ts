import type { AdmissionAbout } from '../../plugin.ts';
import { podIn } from '../pod-in.ts';

export const runtimeClassAbout: AdmissionAbout = {
  id: 'runtime-class',
  label: 'RuntimeClass',
  fidelity: 'modelled',
  sources: ['kubernetes plugin/pkg/admission/runtimeclass'],
  concerns: (manifests) =>
    manifests.some((manifest) => {
      const spec = podIn(manifest)?.spec;
      return spec !== undefined && (spec.runtimeClassName !== undefined || spec.overhead !== undefined);
    }),
};
