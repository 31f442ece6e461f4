import { describe, expect, it } from 'vitest';
import { projectScene } from '../../sim/scene/project.ts';
import { FAULT_KINDS } from '../../sim/k8s/faults.ts';
import type { ProbeSpec } from '../../sim/k8s/cluster-state.ts';
import { simulate, walk } from '../../sim/simulate.ts';
import { viewOf } from '../../worker/views.ts';
import { editSettings } from '../settings/edit-settings.ts';
import { offersFor, type Offer } from './offers.ts';

const pod = (name: string, node: string): string => `apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}, annotations: {packetwalk.dev/listen: "8080/TCP,9000/UDP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---
`;
const FILES = [
  {
    name: 'app.yaml',
    text: `${pod('client', 'kind-worker')}${pod('web', 'kind-worker2')}apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{name: http, port: 80, targetPort: 8080}, {name: dgrams, port: 9000, protocol: UDP}]
`,
  },
];
const PROBE: ProbeSpec = { from: 'default/client', tool: 'curl', to: 'http://web/' };

function offers(node: string | undefined, cni = 'flannel'): readonly Offer[] {
  const play = {
    name: 'play.yaml',
    text: `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n`,
  };
  const simulation = simulate({ files: [...FILES, play] });
  return offersFor({
    cluster: viewOf(simulation),
    scene: projectScene(simulation.cluster, simulation.world),
    node,
    service: undefined,
    probe: PROBE,
  });
}

describe('what the picture offers to break', () => {
  it('is every kind once', () => {
    expect(
      offers('kind-worker')
        .map((o) => o.kind)
        .sort(),
    ).toEqual([...FAULT_KINDS].sort());
  });

  it.each(offers('kind-worker2').map((o) => [o.kind, o] as const))(
    '%s: what is written is accepted, and taken out again leaves the text as it was',
    (kind, offer) => {
      expect(offer.entry).toBeDefined();
      const added = editSettings(FILES, { faults: { add: offer.entry } });
      const files = added.ok ? added.files : [];
      const simulation = simulate({ files });
      expect(simulation.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
      expect(simulation.cluster.settings.faults?.map((f) => f.fault)).toEqual([kind]);
      const probe = { ...PROBE, ...offer.probe };
      expect(() => walk(simulation, probe)).not.toThrow();
      const removed = editSettings(files, { faults: { remove: 0 } });
      expect(removed.ok && removed.files.find((f) => f.name === 'cluster.yaml')?.text).not.toContain('fault');
    },
  );

  it('brings a probe with more data than the tunnel’s packet holds', () => {
    const mtu = offers(undefined).find((o) => o.kind === 'mtu');
    expect(PROBE.tool).toBe('curl');
    expect(mtu?.probe).toEqual({ bytes: 4000 });
  });

  it('says what is lacking', () => {
    const lacks = new Map(offers(undefined, 'kubenet').map((o) => [o.kind, o.lacks]));
    expect(lacks.get('node-down')).toBe('needsNode');
    expect(lacks.get('route-missing')).toBe('needsNode');
    expect(lacks.get('port-blocked')).toBe('needsTunnel');
    expect(lacks.get('mtu')).toBeUndefined();
  });
});
