import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import { observedText } from './observed.ts';
import { probes } from './probes.ts';
import type { Observation } from './rig.ts';
import { observe } from './rig.ts';
import { lacking } from './shell.ts';
import type { Rig } from './topology.ts';

const why = lacking();
if (why !== undefined) console.warn(`e2e/kernel is skipped: ${why}`);

describe.skipIf(why !== undefined)('flannel vxlan and kube-proxy iptables on this kernel', () => {
  let rig: Rig;
  let seen: Map<string, Observation>;

  beforeAll(async () => {
    ({ rig, seen } = await observe(probes));
    if (process.env.PACKETWALK_OBSERVE === '1') {
      const folder = new URL('./observed/flannel/', import.meta.url);
      mkdirSync(folder, { recursive: true });
      for (const probe of probes) {
        const observation = seen.get(probe.id);
        if (observation === undefined) continue;
        writeFileSync(new URL(`${probe.id}.txt`, folder), observedText(rig, probe, observation));
      }
    }
  });

  it.each(probes)('$title', (probe) => {
    const observation = seen.get(probe.id);
    expect(observation?.cold.length).toBeGreaterThan(0);
  });
});
