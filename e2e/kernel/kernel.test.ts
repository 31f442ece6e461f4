import { mkdirSync, writeFileSync } from 'node:fs';
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import { walk } from '../../src/sim/simulate.ts';
import { tableOf } from '../../src/sim/tables.ts';
import { bothSides, connectionsText, howItEnded } from './compare.ts';
import { labRig } from './lab-rig.ts';
import type { Observation } from './observe.ts';
import { observe } from './observe.ts';
import { observedText } from './observed.ts';
import type { Rig } from './rig.ts';
import { lacking } from './shell.ts';
import { questionLike, simulateFiles } from './simulated.ts';
import type { KernelProbe } from './probes.ts';
import type { Variant } from './variants.ts';
import { variants } from './variants.ts';

const why = lacking();
if (why !== undefined) console.warn(`e2e/kernel is skipped: ${why}`);

/** A scenario is a cluster with one probe. */
let scenarios = 0;

describe.skipIf(why !== undefined).each(variants)('$name', (variant) => {
  const simulation = simulateFiles(variant.files, variant.alter);
  const probes = variant.probes(simulation);
  scenarios += probes.length;
  const rig = why === undefined ? (variant.build?.() ?? labRig(simulation.world)) : undefined;
  let seen = new Map<string, Observation>();

  const compare = (probe: KernelProbe, { cold, connections }: Observation) => {
    const question = questionLike(simulation, probe, cold);
    const trace = walk(simulation, question);
    const sides =
      rig === undefined
        ? undefined
        : bothSides(probe, { rig, frames: cold }, { simulation, trace }, variant.promiscuous);
    const left = [...connections].map(([place, text]) => {
      const shown = tableOf(simulation, place, 'conntrack -L', question).map((line) => line.text);
      return { place, simulated: connectionsText(shown.join('\n')), kernel: connectionsText(text) };
    });
    return { trace, frames: sides, left };
  };

  beforeAll(async () => {
    if (rig === undefined) return;
    seen = await observe(rig, probes, (probe, observation) => {
      const { frames, left } = compare(probe, observation);
      return (
        isDeepStrictEqual(frames?.simulated, frames?.kernel) &&
        left.every(({ simulated, kernel }) => isDeepStrictEqual(simulated, kernel))
      );
    });
    if (process.env.PACKETWALK_OBSERVE === '1') writeObserved(rig, variant, probes, seen);
  });

  describe.each([...probes])('$title', (probe) => {
    const observed = (): Observation => {
      const found = seen.get(probe.id);
      if (found === undefined) throw new Error('the probe was not sent');
      return found;
    };

    it('ends as the simulator says', () => {
      const { status, output } = observed();
      const { trace } = compare(probe, observed());
      expect(trace.clientSees).toBe(howItEnded(status, output));
      if (variant.build !== undefined) expect(trace.clientSees).toBe(probe.ends);
    });

    it('is the same on every interface', () => {
      expect(observed().cold.length).toBeGreaterThan(0);
      const { frames } = compare(probe, observed());
      expect(frames?.simulated).toEqual(frames?.kernel);
    });

    it('leaves the same connections behind', () => {
      for (const { place, simulated, kernel } of compare(probe, observed()).left) {
        expect({ [place]: simulated }).toEqual({ [place]: kernel });
      }
    });
  });
});

it('compares at least 40 scenarios', () => {
  console.info(`e2e/kernel: ${scenarios} scenarios on ${variants.length} clusters`);
  expect(scenarios).toBeGreaterThanOrEqual(40);
  expect(new Set(variants.map(({ id }) => id)).size).toBe(variants.length);
});

function writeObserved(
  rig: Rig,
  variant: Variant,
  probes: readonly KernelProbe[],
  seen: ReadonlyMap<string, Observation>,
): void {
  const folder = new URL(`./observed/${variant.id}/`, import.meta.url);
  mkdirSync(folder, { recursive: true });
  for (const probe of probes) {
    const observation = seen.get(probe.id);
    if (observation === undefined) continue;
    writeFileSync(new URL(`${probe.id}.txt`, folder), observedText(rig, probe, observation));
  }
}
