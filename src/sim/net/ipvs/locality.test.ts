/** lblc and lblcr step by step, as ip_vs_lblc.c and ip_vs_lblcr.c have them. */
import { describe, expect, it } from 'vitest';
import type { Candidate, Loads } from './load.ts';
import { keep, lblc, lblcr } from './locality.ts';
import type { SchedulerMemory } from './memory.ts';

const HOUR = 3_600_000;

function candidates(...weights: readonly number[]): readonly Candidate[] {
  return weights.map((weight, index) => ({ index, server: { ip: `10.0.0.${index + 1}`, port: 80, weight } }));
}

const loadsOf = (...active: readonly number[]): Loads =>
  new Map(active.map((count, i) => [`10.0.0.${i + 1}:80`, { active: count, inactive: 0 }]));

class Director {
  readonly memory: SchedulerMemory = { first: 0 };
  private readonly schedule: typeof lblc;
  private readonly list: readonly Candidate[];

  constructor(schedule: typeof lblc, ...weights: readonly number[]) {
    this.schedule = schedule;
    this.list = candidates(...weights);
  }

  ask(nowMs: number, ...active: readonly number[]): number | undefined {
    const chosen = this.schedule(this.list, this.memory, loadsOf(...active), nowMs);
    if (chosen !== undefined) keep(chosen, this.memory, this.schedule === lblcr, nowMs);
    return chosen?.index;
  }

  get set(): readonly string[] {
    return (this.memory.locality?.servers ?? []).map((end) => end.replace(/^10\.0\.0\.(\d+):80$/, '$1'));
  }
}

describe('lblc', () => {
  it('stays with one server until that is overloaded and another idles', () => {
    const d = new Director(lblc, 2, 2, 2);
    expect(d.ask(0, 0, 0, 0)).toBe(0);
    // As many as it weighs is not too many.
    expect(d.ask(1, 2, 0, 0)).toBe(0);
    // Too many, but nobody has less than half of its weight.
    expect(d.ask(2, 3, 1, 1)).toBe(0);
    expect(d.ask(3, 3, 1, 0)).toBe(2);
    expect(d.set).toEqual(['3']);
    expect(d.ask(4, 0, 0, 2)).toBe(2);
  });

  it('goes by weighted least connections when it chooses', () => {
    const d = new Director(lblc, 0, 1, 4);
    expect(d.ask(0, 0, 1, 2)).toBe(2);
  });

  it('forgets after a day without use, at the next half hour', () => {
    const d = new Director(lblc, 1, 1);
    expect(d.ask(0.1 * HOUR, 1, 0)).toBe(1);
    expect(d.ask(24.4 * HOUR, 0, 1)).toBe(1);
    expect(d.ask(48.9 * HOUR, 0, 1)).toBe(0);
  });

  it('has nobody where all weigh nothing', () => {
    expect(new Director(lblc, 0, 0).ask(0, 0, 0)).toBeUndefined();
  });
});

describe('lblcr', () => {
  it('adds servers to the set, and takes the least loaded of it', () => {
    const d = new Director(lblcr, 1, 1, 1);
    expect(d.ask(0, 0, 0, 0)).toBe(0);
    expect(d.ask(1, 1, 0, 0)).toBe(0);
    expect(d.ask(2, 2, 0, 0)).toBe(1);
    expect(d.set).toEqual(['2', '1']);
    // The one outside the set is free, but neither in it is overloaded.
    expect(d.ask(3, 1, 1, 0)).toBe(1);
    expect(d.ask(4, 0, 1, 0)).toBe(0);
    expect(d.ask(5, 2, 2, 0)).toBe(2);
    expect(d.set).toEqual(['3', '2', '1']);
  });

  it('takes the most loaded out of a set that did not change for a day', () => {
    const d = new Director(lblcr, 1, 1, 1);
    d.ask(0, 0, 0, 0);
    d.ask(1, 2, 0, 0);
    expect(d.set).toEqual(['2', '1']);
    expect(d.ask(12 * HOUR, 0, 1, 0)).toBe(0);
    expect(d.ask(24 * HOUR + 1, 1, 2, 2)).toBe(0);
    // Exactly a day is not yet too long.
    expect(d.set).toEqual(['2', '1']);
    expect(d.ask(24 * HOUR + 2, 1, 2, 2)).toBe(0);
    expect(d.set).toEqual(['1']);
  });
});
