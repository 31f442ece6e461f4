/** The stops of an object's way through the API server: a step each, and one for neighbours that had nothing to say. */
import type { AdmissionAnswer, AdmissionStage, AdmissionStep } from '../../../sim/admission/steps.ts';

export interface Station {
  /** The same after an edit, so that the place is kept. */
  readonly id: string;
  readonly stage: AdmissionStage;
  readonly answer: AdmissionAnswer;
  /** Several where neighbours of one stage are silent in the same way. */
  readonly steps: readonly AdmissionStep[];
}

export interface StationGroup {
  readonly stage: AdmissionStage;
  readonly stations: readonly Station[];
}

const SILENT: ReadonlySet<AdmissionAnswer> = new Set(['nothing', 'not-asked', 'not-modelled', 'not-reached']);

export function stationsOf(steps: readonly AdmissionStep[]): readonly Station[] {
  const stations: Station[] = [];
  for (const step of steps) {
    const last = stations.at(-1);
    if (last !== undefined && last.stage === step.stage && silent(step) && last.steps.every(silent)) {
      if (last.answer === step.answer) {
        stations[stations.length - 1] = { ...last, steps: [...last.steps, step] };
        continue;
      }
    }
    const { stage, plugin = '', webhook = '', reinvoked, answer } = step;
    const id = [stage, plugin, webhook, ...(reinvoked ? ['again'] : [])].join(' ').trimEnd();
    stations.push({ id, stage, answer, steps: [step] });
  }
  return stations;
}

/** What was asked and cannot be known here has something to say. */
function silent(step: AdmissionStep): boolean {
  return SILENT.has(step.answer) && step.plugin !== undefined && step.unknown === undefined;
}

/** One group for each stage, in order. */
export function groupsOf(stations: readonly Station[]): readonly StationGroup[] {
  const groups: { stage: AdmissionStage; stations: Station[] }[] = [];
  for (const station of stations) {
    const last = groups.at(-1);
    if (last?.stage === station.stage) last.stations.push(station);
    else groups.push({ stage: station.stage, stations: [station] });
  }
  return groups;
}

/** Where one begins to look: at the refusal, else at the request. */
export function firstStation(stations: readonly Station[]): number {
  return Math.max(
    0,
    stations.findIndex(({ answer }) => answer === 'refused'),
  );
}
