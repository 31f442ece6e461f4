import { mkdirSync, writeFileSync } from 'node:fs';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Simulation } from '../../src/sim/simulate.ts';
import type { Side } from './compare.ts';
import { summary, withoutOptionalAcks } from './compare.ts';
import { macName, observedText } from './observed.ts';
import { probes } from './probes.ts';
import type { Observation } from './rig.ts';
import { observe } from './rig.ts';
import { lacking } from './shell.ts';
import { simulateCluster, simulatedFrames, simulatedInterfaces, simulatedWalk } from './simulated.ts';
import type { Rig } from './topology.ts';

const why = lacking();
if (why !== undefined) console.warn(`e2e/kernel is skipped: ${why}`);

describe.skipIf(why !== undefined)('flannel vxlan and kube-proxy iptables on this kernel', () => {
  let rig: Rig;
  let seen: Map<string, Observation>;
  let simulation: Simulation;

  beforeAll(async () => {
    simulation = simulateCluster('flannel');
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

  describe.each(probes)('$title', (probe) => {
    it('ends as the simulator says', () => {
      const trace = simulatedWalk(simulation, probe);
      const { status, output } = seen.get(probe.id) ?? { status: -1, output: '' };
      expect({ clientSees: trace.clientSees }).toEqual({ clientSees: probe.ends });
      expect(howItEnded(status, output)).toBe(probe.ends);
    });

    it('is the same on every interface', () => {
      const cold = seen.get(probe.id)?.cold ?? [];
      const trace = simulatedWalk(simulation, probe);
      const kernel: Side = { frames: cold, nameOf: (mac) => macName(rig.interfaces, mac) };
      const owners = simulatedInterfaces(simulation);
      const simulated: Side = { frames: simulatedFrames(trace), nameOf: (mac) => macName(owners, mac) };
      const options = { repeats: probe.repeats === true };
      const trim = (side: Side): Side => ({
        ...side,
        frames: withoutOptionalAcks(side.frames, probe.ends === 'http'),
      });
      expect(cold.length).toBeGreaterThan(0);
      expect(summary(trim(simulated), options)).toEqual(summary(trim(kernel), options));
    });
  });
});

/** How the real client's command ended, in the words of `clientSees`. */
function howItEnded(status: number, output: string): string {
  if (/Connection refused/.test(output)) return 'refused';
  if (
    /No route to host|Network is unreachable|Net(work)? Unreachable|Host Unreachable|Time to live exceeded/i.test(
      output,
    )
  )
    return 'unreachable';
  if (/timed out|TimeoutError/.test(output)) return 'timeout';
  if (status !== 0) return `exit status ${status}: ${output}`;
  if (/succeeded/.test(output)) return 'connected';
  return /^\d{3}$/.test(output.trim()) ? 'http' : 'answered';
}
