/** Answers the command line's questions about one scenario; `batch` and the single commands share them. */
import { captureNames, walkCapture } from '../i18n/walk-capture.ts';
import { type CaptureFile, pcapng } from '../sim/packet/pcapng.ts';
import type { ProbeTool } from '../sim/k8s/cluster-state.ts';
import { burst, type Burst } from '../sim/probe/burst.ts';
import { expectations, type Expectation } from '../sim/probe/expectations.ts';
import { type AdmissionWalk, admissionWalk, admissionWalks } from '../sim/admission/steps.ts';
import type { ObjectRef } from '../sim/base/origin.ts';
import { type FixAnswer, smallestFix } from '../sim/fix.ts';
import { importTraffic, type ImportedTraffic } from '../sim/traffic.ts';
import { type ExportedTraffic, exportTraffic } from '../sim/traffic/export-traffic.ts';
import type { ScenarioFile } from '../sim/scenario.ts';
import type { ProbeQuestion } from '../sim/probe/options.ts';
import { podRuntime, type PodRuntime } from '../sim/pod-runtime.ts';
import { matrixOf } from '../sim/matrix.ts';
import { podReachOf } from '../sim/pod-reach.ts';
import type { PodReach } from '../sim/policy/pod-reach.ts';
import { walk, type Simulation } from '../sim/simulate.ts';
import { tableOf } from '../sim/tables.ts';
import type { Trace } from '../sim/trace/trace.ts';
import { UsageError } from './args.ts';
import type { CliTexts } from './texts.ts';

/** Options as the command line or a batch line gives them. */
export type AnswerOptions = Readonly<Record<string, unknown>>;

const TOOLS: readonly ProbeTool[] = ['curl', 'nc', 'ping', 'dig'];

function textOption(options: AnswerOptions, name: string): string | undefined {
  const value = options[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return value;
  if (typeof value === 'number') return String(value);
  throw new UsageError(`--${name} takes one value`);
}

function numberOption(options: AnswerOptions, name: string, min: number, max: number): number | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!Number.isInteger(number) || number < min || number > max) {
    throw new UsageError(`--${name} takes a whole number from ${min} to ${max}, not "${value}"`);
  }
  return number;
}

function listOption(options: AnswerOptions, name: string): readonly string[] | undefined {
  const value = options[name];
  if (value === undefined || value === null) return undefined;
  if (typeof value === 'string') return [value];
  if (Array.isArray(value) && value.every((x) => typeof x === 'string')) return value;
  throw new UsageError(`--${name} takes text, once or several times`);
}

function oneOf<T extends string>(options: AnswerOptions, name: string, allowed: readonly T[]): T | undefined {
  const value = textOption(options, name);
  if (value === undefined) return undefined;
  if (!allowed.includes(value as T))
    throw new UsageError(`--${name} is one of ${allowed.join(', ')}, not "${value}"`);
  return value as T;
}

/** A probe from options. Without a tool: a record type is asked with dig, a URL or what only curl has with curl, a port with nc. */
export function probeFrom(options: AnswerOptions): ProbeQuestion {
  const from = textOption(options, 'from');
  const to = textOption(options, 'to');
  if (from === undefined || to === undefined) throw new UsageError('walk needs --from and --to');
  const proto = oneOf(options, 'proto', ['tcp', 'udp', 'sctp'] as const);
  const port = numberOption(options, 'port', 1, 65535);
  const type = textOption(options, 'type');
  const given = oneOf(options, 'tool', TOOLS);
  const hasPort = port !== undefined || /:\d+$/.test(to.replace(/^\[.*\]/, ''));
  const headers = listOption(options, 'header');
  const resolve = listOption(options, 'resolve');
  const method = textOption(options, 'method');
  const onlyCurl =
    to.includes('://') || headers !== undefined || resolve !== undefined || method !== undefined;
  const guessed: ProbeTool =
    type !== undefined ? 'dig' : !onlyCurl && (proto !== undefined || hasPort) ? 'nc' : 'curl';
  return {
    from,
    to,
    tool: given ?? guessed,
    port,
    proto,
    method,
    headers,
    resolve,
    type,
    source: textOption(options, 'source'),
    seed: numberOption(options, 'seed', 0, 0xffffffff),
    endpoint: textOption(options, 'endpoint'),
    ttl: numberOption(options, 'ttl', 1, 255),
    bytes: numberOption(options, 'bytes', 0, 65_000),
    pmtudisc: textOption(options, 'pmtudisc'),
    sport: numberOption(options, 'sport', 1, 65_535),
    maxTime: numberOption(options, 'max-time', 1, 600),
    count: numberOption(options, 'count', 1, 1000),
    interval: numberOption(options, 'interval', 0, 604_800),
  };
}

export function answerWalk(simulation: Simulation, options: AnswerOptions): Trace {
  return walk(simulation, probeFrom(options));
}

/** `--requests N` of the same probe, 100 when left out. */
export function answerBurst({ world, cluster }: Simulation, options: AnswerOptions): Burst {
  const requests = numberOption(options, 'requests', 1, 1000) ?? 100;
  const run = burst(world, cluster, probeFrom(options), requests);
  run.send(requests);
  return run.soFar();
}

/** What runs each pod that somebody wrote or caused, or the one of `--pod`. */
export function answerRuntime(simulation: Simulation, options: AnswerOptions): readonly PodRuntime[] {
  const wanted = textOption(options, 'pod');
  const name = wanted === undefined || wanted.includes('/') ? wanted : `default/${wanted}`;
  const names = simulation.cluster.pods
    .filter((pod) => pod.origin.by !== 'built-in')
    .map((pod) => `${pod.namespace}/${pod.name}`);
  if (name !== undefined && podRuntime(simulation, name) === undefined)
    throw new UsageError(`no pod "${wanted}"; there are ${names.join(', ')}`);
  return (name === undefined ? names : [name]).flatMap((one) => podRuntime(simulation, one) ?? []);
}

/** The walk as a capture, with names for the cluster's addresses. */
export function answerCapture(simulation: Simulation, options: AnswerOptions, texts: CliTexts): CaptureFile {
  const { cluster } = simulation;
  const names = captureNames({
    nodes: cluster.nodes,
    pods: cluster.pods.filter((pod) => !pod.hostNetwork),
    services: cluster.services.map(({ namespace, name, clusterIPs }) => ({
      namespace,
      name,
      ips: clusterIPs,
    })),
    external: cluster.settings.external,
  });
  return walkCapture(answerWalk(simulation, options), names, texts.messages);
}

/** The same as a pcapng file. */
export function answerExport(
  simulation: Simulation,
  options: AnswerOptions,
  texts: CliTexts,
): { readonly bytes: Uint8Array; readonly frames: number; readonly devices: number } {
  const capture = answerCapture(simulation, options, texts);
  return { bytes: pcapng(capture), frames: capture.frames.length, devices: capture.devices.length };
}

/** `--block`: the edit that stops the probe instead. */
export function answerFix(
  simulation: Simulation,
  files: readonly ScenarioFile[],
  options: AnswerOptions,
): FixAnswer {
  const { block, ...probe } = options;
  if (block !== undefined && typeof block !== 'boolean') throw new UsageError('--block takes no value');
  return smallestFix(simulation, files, probeFrom(probe), block === true ? 'block' : 'allow');
}

/** `--object Pod/shop/web`, `--object Namespace/shop`: one object's way in; without it everybody's. */
export function answerAdmission(simulation: Simulation, options: AnswerOptions): readonly AdmissionWalk[] {
  const text = textOption(options, 'object');
  if (text === undefined) return admissionWalks(simulation);
  const [kind = '', ...names] = text.split('/');
  const name = names.pop();
  if (name === undefined || names.length > 1)
    throw new UsageError(`--object is KIND/NAMESPACE/NAME or KIND/NAME, not "${text}"`);
  const [namespace] = names;
  const ask = (object: ObjectRef): AdmissionWalk | undefined => admissionWalk(simulation, object);
  // As with kubectl, what names no namespace may be of `default`.
  const walk =
    ask({ kind, ...(namespace === undefined ? {} : { namespace }), name }) ??
    (namespace === undefined ? ask({ kind, namespace: 'default', name }) : undefined);
  if (walk === undefined) throw new UsageError(`nobody applies or makes an object "${text}"`);
  return [walk];
}

/** The scenario's questions for policy-assistant. */
export function answerTraffic(simulation: Simulation, options: AnswerOptions): ExportedTraffic {
  const { traffic: _file, ...probe } = options;
  const [wrong] = Object.keys(probe).filter((name) => !COMMON.has(name));
  if (wrong !== undefined)
    throw new UsageError(`--traffic writes the whole scenario and takes no --${wrong}`);
  return exportTraffic(simulation);
}

const COMMON: ReadonlySet<string> = new Set(['json', 'lang']);

/** Its traffic file as entries of the scenario. */
export function answerImport(
  simulation: Simulation,
  files: readonly ScenarioFile[],
  traffic: ScenarioFile,
  options: AnswerOptions,
): ImportedTraffic {
  const into = oneOf(options, 'as', ['expect', 'probes'] as const) ?? 'expect';
  return importTraffic(simulation, files, traffic, into);
}

export function answerExpect(simulation: Simulation): readonly Expectation[] {
  return expectations(simulation.world, simulation.cluster);
}

type Transport = 'TCP' | 'UDP' | 'SCTP';

/** `--port 80`, `--port 53/UDP`. */
function portOption(
  options: AnswerOptions,
): { readonly port: number; readonly protocol: Transport | undefined } | undefined {
  const text = textOption(options, 'port');
  if (text === undefined) return undefined;
  const match = /^(\d+)(?:\/(tcp|udp|sctp))?$/i.exec(text);
  const port = Number(match?.[1]);
  if (match === null || port < 1 || port > 65535)
    throw new UsageError(`--port is PORT or PORT/PROTO, not "${text}"`);
  return { port, protocol: match[2]?.toUpperCase() as Transport | undefined };
}

export function answerMatrix(simulation: Simulation, options: AnswerOptions): ReturnType<typeof matrixOf> {
  const { port, protocol = 'TCP' } = portOption(options) ?? {};
  return matrixOf(simulation, port, protocol);
}

/** `--pod shop/web`; without a port those that each receiver listens on, of `--proto` where it is given. */
export function answerReach(simulation: Simulation, options: AnswerOptions): PodReach {
  const pod = textOption(options, 'pod');
  if (pod === undefined) throw new UsageError('reach needs --pod');
  const proto = oneOf(options, 'proto', ['tcp', 'udp', 'sctp'] as const)?.toUpperCase() as
    | Transport
    | undefined;
  const { port, protocol } = portOption(options) ?? {};
  if (protocol !== undefined && proto !== undefined && protocol !== proto)
    throw new UsageError(`--port says ${protocol}, --proto ${proto}`);
  return podReachOf(simulation, pod, {
    ...(port === undefined ? {} : { port }),
    ...((protocol ?? proto) === undefined ? {} : { protocol: protocol ?? proto }),
  });
}

/** `--after "FROM TO"`: one probe before the table is read. */
export function answerShow(simulation: Simulation, options: AnswerOptions): string {
  const asked = textOption(options, 'in');
  const netns = asked === 'loadbalancer' ? 'external/loadbalancer' : asked;
  const command = textOption(options, 'command');
  if (netns === undefined || command === undefined) throw new UsageError('show needs --in NETNS COMMAND');
  const after = textOption(options, 'after');
  const [from, to, ...more] = after?.trim().split(/\s+/) ?? [];
  if (after !== undefined && (to === undefined || more.length > 0))
    throw new UsageError('--after takes "FROM TO"');
  const [, target = to, proto] = /^(.*:\d+)\/(tcp|udp|sctp)$/i.exec(to ?? '') ?? [];
  const probe =
    from === undefined || target === undefined
      ? undefined
      : probeFrom({ from, to: target, ...(proto === undefined ? {} : { proto: proto.toLowerCase() }) });
  return tableOf(simulation, netns, command, probe)
    .map((l) => l.text)
    .join('\n');
}
