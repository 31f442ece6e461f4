/** A traffic file of policy-assistant made part of a scenario, and the shown walk as an entry of `expect`: loaded when it is asked. */
import type { Diagnostic } from './base/diagnostic.ts';
import type { ExpectSpec } from './k8s/cluster-state.ts';
import type { TextFile } from './policy/fix/document-edit.ts';
import { probeOf } from './probe/expectations.ts';
import type { ProbeQuestion } from './probe/options.ts';
import { walk, type Simulation } from './simulate.ts';
import { questionsOf } from './traffic/import-traffic.ts';
import { addEntries, type EditedText, type Entry } from './traffic/playground-entries.ts';
import { readTraffic } from './traffic/traffic-file.ts';
import type { Trace } from './trace/trace.ts';

export interface ImportedTraffic {
  /** Absent where nothing is added. */
  readonly edited?: EditedText;
  readonly entries: readonly Entry[];
  /** What is left out and why, and what stands for what. */
  readonly diagnostics: readonly Diagnostic[];
}

/**
 * The file's traffic as entries of `expect` or `probes`. It says nothing of what should come of it, so `expect` records what
 * the walk comes to now: what changes it later is seen.
 */
export function importTraffic(
  simulation: Simulation,
  files: readonly TextFile[],
  file: TextFile,
  into: 'expect' | 'probes',
): ImportedTraffic {
  const read = readTraffic(file.name, file.text);
  const { asked, diagnostics } = questionsOf(simulation.cluster, read.entries);
  const there = new Set<string>();
  const entries: Entry[] = [];
  for (const { expect, probe } of asked) {
    const entry =
      into === 'probes'
        ? { ...probe }
        : { from: expect.from, to: expect.to, ...outcomeOf(walk(simulation, probe)) };
    const key = JSON.stringify(entry);
    if (!there.has(key)) entries.push(entry as Entry);
    there.add(key);
  }
  const edited = entries.length === 0 ? undefined : addEntries(files, into, entries);
  return {
    entries,
    ...(edited === undefined ? {} : { edited }),
    diagnostics: [...read.diagnostics, ...diagnostics],
  };
}

/** What an assertion says of a walk: delivered, stopped by a policy, or how else it ended. */
function outcomeOf(trace: Trace): { readonly [key: string]: boolean | string } {
  const { verdict, clientSees } = trace;
  if (UNRESOLVED.has(clientSees)) return { clientSees };
  if (verdict === 'delivered') return { allowed: true };
  return trace.reason.code === 'policy.deny' ? { allowed: false } : { verdict };
}

/** Nothing was sent to the target. */
const UNRESOLVED: ReadonlySet<string> = new Set(['nxdomain', 'servfail']);

export type Expected =
  | { readonly ok: true; readonly edited: EditedText }
  /** It is there already, it holds more than an entry can say, or the document cannot be edited. */
  | { readonly ok: false; readonly why: 'there' | 'options' | 'text' };

/** The walk that a probe comes to now, as one more entry of `expect`. */
export function expectWalk(
  simulation: Simulation,
  files: readonly TextFile[],
  probe: ProbeQuestion,
): Expected {
  const asked = entryOf(probe);
  if (asked === undefined) return { ok: false, why: 'options' };
  const entry = { ...asked, ...outcomeOf(walk(simulation, probe)) };
  const there = simulation.cluster.settings.expect.some(
    ({ from, to, tool, proto }) =>
      from === entry.from && to === entry.to && tool === asked.tool && proto === asked.proto,
  );
  if (there) return { ok: false, why: 'there' };
  const edited = addEntries(files, 'expect', [entry as Entry]);
  return edited === undefined ? { ok: false, why: 'text' } : { ok: true, edited };
}

/** A probe as `expect` writes it; undefined where it holds what an entry has no field for. */
function entryOf(probe: ProbeQuestion): Pick<ExpectSpec, 'from' | 'to' | 'tool' | 'proto'> | undefined {
  const { name: _name, from, to, tool, port, proto, ...options } = probe;
  if (Object.values(options).some((value) => value !== undefined)) return undefined;
  const target = port === undefined ? to : withPort(to, port);
  const short = {
    from,
    to: tool === 'nc' && proto !== undefined && proto !== 'tcp' ? `${target}/${proto.toUpperCase()}` : target,
  };
  const spec = { origin: { object: { kind: 'Playground', name: '' } } };
  const same = (entry: typeof short & Pick<ExpectSpec, 'tool' | 'proto'>): boolean => {
    const asked = probeOf({ ...spec, ...entry });
    return asked.tool === tool && (asked.proto ?? 'tcp') === (proto ?? 'tcp');
  };
  const entries = [short, { ...short, tool }, { from, to: target, tool, ...(proto && { proto }) }];
  return entries.find(same);
}

function withPort(to: string, port: number): string {
  const url = /^(https?:\/\/)([^/?#]+)(.*)$/i.exec(to);
  if (url !== null) return `${url[1]}${(url[2] ?? '').replace(/:\d+$/, '')}:${port}${url[3]}`;
  if (/^[0-9a-f]*:[0-9a-f:.]*$/i.test(to)) return `[${to}]:${port}`;
  return `${to.replace(/:\d+$/, '')}:${port}`;
}
