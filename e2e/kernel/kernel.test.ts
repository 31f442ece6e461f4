import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { probeFrom } from '../../src/cli/answers.ts';
import { tableOf } from '../../src/sim/tables.ts';
import { bothSides, connectionsText, howItEnded } from './compare.ts';
import { buildWorld } from './from-world.ts';
import { observedText } from './observed.ts';
import type { KernelProbe } from './probes.ts';
import { policyProbes, probes } from './probes.ts';
import type { Observation } from './rig.ts';
import { buildByHand, observe } from './rig.ts';
import { lacking } from './shell.ts';
import { simulateCluster, simulatedWalk } from './simulated.ts';
import { Rig } from './topology.ts';

const why = lacking();
if (why !== undefined) console.warn(`e2e/kernel is skipped: ${why}`);

interface Variant {
  readonly name: string;
  /** Folder under observed/. */
  readonly id: string;
  /** As the Playground document writes it. */
  readonly cni: string;
  readonly extra?: string;
  /** flannel's nodes are set up by hand, apart from the simulator; the others from its configuration. */
  readonly byHand?: boolean;
  readonly promiscuous?: string;
  readonly probes: readonly KernelProbe[];
}

/** What differs from one way of routing to the other. */
const core = probes.filter(({ id }) =>
  [
    'pod-same-node',
    'pod-cross-node',
    'clusterip-remote',
    'clusterip-local',
    'hairpin',
    'nodeport-remote',
    'nodeport-local',
    'pod-outside',
    'pod-node',
    'closed-port',
    'empty-service',
    'udp-clusterip',
    'ping-cross-node',
    'node-clusterip',
    'routed-pod-elsewhere',
  ].includes(id),
);

const variants: readonly Variant[] = [
  { name: 'flannel with vxlan, set up by hand', id: 'flannel', cni: 'flannel', byHand: true, probes },
  { name: 'calico with VXLAN', id: 'calico', cni: 'calico', probes },
  {
    name: 'calico with policies',
    id: 'calico-policies',
    cni: 'calico',
    extra: 'policies.yaml',
    probes: policyProbes,
  },
  {
    name: 'kubenet',
    id: 'kubenet',
    cni: 'kubenet',
    promiscuous: 'cbr0',
    probes: core,
  },
  {
    name: 'flannel with host-gw',
    id: 'flannel-host-gw',
    cni: '{name: flannel, options: {backend: host-gw}}',
    probes: core,
  },
];

describe.skipIf(why !== undefined).each(variants)('$name', (variant) => {
  const rig = new Rig(variant.id);
  let seen = new Map<string, Observation>();
  const simulation = why === undefined ? simulateCluster(variant.cni, variant.extra) : undefined;

  beforeAll(async () => {
    if (simulation === undefined) return;
    const script = variant.byHand === true ? buildByHand(rig) : buildWorld(rig, simulation.world);
    seen = await observe(rig, script, variant.probes);
    if (process.env.PACKETWALK_OBSERVE === '1') writeObserved(rig, variant, seen);
  });

  describe.each(variant.probes)('$title', (probe) => {
    it('ends as the simulator says', () => {
      if (simulation === undefined) return;
      const { clientSees } = simulatedWalk(simulation, probe);
      const { status, output } = seen.get(probe.id) ?? { status: -1, output: 'not run' };
      expect(clientSees).toBe(howItEnded(status, output));
      if (variant.byHand === true) expect(clientSees).toBe(probe.ends);
    });

    it('is the same on every interface', () => {
      if (simulation === undefined) return;
      const frames = seen.get(probe.id)?.cold ?? [];
      expect(frames.length).toBeGreaterThan(0);
      const trace = simulatedWalk(simulation, probe);
      const sides = bothSides(probe, { rig, frames }, { simulation, trace }, variant.promiscuous);
      expect(sides.simulated).toEqual(sides.kernel);
    });

    it('leaves the same connections behind', () => {
      if (simulation === undefined) return;
      const after = probeFrom(probe.walk);
      for (const [place, text] of seen.get(probe.id)?.connections ?? []) {
        const shown = tableOf(simulation, place, 'conntrack -L', after).map((line) => line.text);
        expect({ [place]: connectionsText(shown.join('\n')) }).toEqual({ [place]: connectionsText(text) });
      }
    });
  });
});

function writeObserved(rig: Rig, variant: Variant, seen: ReadonlyMap<string, Observation>): void {
  const folder = new URL(`./observed/${variant.id}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const probe of variant.probes) {
    const observation = seen.get(probe.id);
    if (observation === undefined) continue;
    writeFileSync(new URL(`${probe.id}.txt`, folder), observedText(rig, probe, observation));
  }
}
