/**
 * policy-assistant's traffic file (kubernetes-sigs/network-policy-api, cmd/policy-assistant, `--traffic-path`): a JSON list of
 * its Go type `matcher.Traffic`. Read as Go's decoder reads it (names in any case, the last of equal names, `null` for
 * nothing), with the place of each entry. Each says who sends to whom on which port after a Service's DNAT; none says what
 * should come of it.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import { type Ip, parseIp } from '../base/ip.ts';
import type { SourceRange } from '../base/origin.ts';
import type { Labels, Protocol } from '../k8s/cluster-state.ts';
import { MAX_DEPTH } from '../k8s/parse/nesting.ts';
import { lineStarts, pieceRange } from '../k8s/parse/places.ts';
import { isNull, nodeType, type TreeNode } from '../k8s/parse/tree.ts';
import { readJson } from './json-text.ts';
import { trafficProblem } from './problem.ts';

export interface TrafficPeer {
  /** `namespace/kind/name`; what else is said of a pod is then not looked at. */
  readonly workload?: string;
  readonly podLabels: Labels;
  readonly namespaceLabels: Labels;
  readonly namespace?: string;
  /** Absent for an address outside. */
  readonly internal: boolean;
  readonly ip?: Ip;
  readonly range: SourceRange;
}

export interface Traffic {
  readonly source: TrafficPeer;
  readonly destination: TrafficPeer;
  readonly protocol: Protocol;
  readonly port: number;
  readonly portName?: string;
  readonly range: SourceRange;
}

export interface TrafficFile {
  readonly entries: readonly Traffic[];
  /** An entry with an error is left out. */
  readonly diagnostics: readonly Diagnostic[];
}

export const MAX_TRAFFIC_LENGTH = 1024 * 1024;

const WORKLOAD = /^[^/]+\/(?:daemonset|statefulset|replicaset|deployment|pod)\/[^/]+$/i;
const PROTOCOLS: readonly Protocol[] = ['TCP', 'UDP', 'SCTP'];

export function readTraffic(file: string, text: string): TrafficFile {
  const starts = lineStarts(text.slice(0, MAX_TRAFFIC_LENGTH));
  const rangeAt = (start: number, end: number): SourceRange => ({ ...pieceRange(starts, start, end), file });
  const fail = (diagnostic: Diagnostic): TrafficFile => ({ entries: [], diagnostics: [diagnostic] });
  if (text.length > MAX_TRAFFIC_LENGTH) {
    const params = { size: text.length, limit: MAX_TRAFFIC_LENGTH };
    return fail(trafficProblem('traffic/too-big', params, rangeAt(0, 1)));
  }
  const read = readJson(text);
  if ('fault' in read) {
    const { at, found, deep } = read.fault;
    const range = rangeAt(at, at + Math.max(1, found.length));
    return fail(
      deep
        ? trafficProblem('traffic/too-deep', { limit: MAX_DEPTH }, range)
        : trafficProblem('traffic/not-json', { found }, range),
    );
  }
  const diagnostics: Diagnostic[] = [];
  const reader: Reader = { rangeAt, say: (diagnostic) => diagnostics.push(diagnostic) };
  const list = itemsOf(reader, read.root, '');
  const entries = (list ?? []).flatMap((node, i) => {
    const before = diagnostics.length;
    const entry = readEntry(reader, node, `[${i}]`);
    return entry === undefined || diagnostics.slice(before).some((d) => d.severity === 'error')
      ? []
      : [entry];
  });
  return { entries, diagnostics };
}

interface Reader {
  readonly rangeAt: (start: number, end: number) => SourceRange;
  readonly say: (diagnostic: Diagnostic) => void;
}

function readEntry(reader: Reader, node: TreeNode, at: string): Traffic | undefined {
  const fields = fieldsOf(reader, node, at, [
    'Source',
    'Destination',
    'ResolvedPort',
    'ResolvedPortName',
    'Protocol',
  ]);
  if (fields === undefined) return undefined;
  const range = rangeOf(reader, node);
  const source = readPeer(reader, fields.get('Source'), `${at}.Source`, range);
  const destination = readPeer(reader, fields.get('Destination'), `${at}.Destination`, range);
  const portName = wordOf(reader, fields.get('ResolvedPortName'), `${at}.ResolvedPortName`);
  const port = readPort(reader, fields.get('ResolvedPort'), `${at}.ResolvedPort`, range);
  const protocol = readProtocol(reader, fields.get('Protocol'), `${at}.Protocol`, range);
  if (source === undefined || destination === undefined || port === undefined || protocol === undefined)
    return undefined;
  return { source, destination, protocol, port, ...(portName === undefined ? {} : { portName }), range };
}

function readPeer(
  reader: Reader,
  node: TreeNode | undefined,
  at: string,
  entry: SourceRange,
): TrafficPeer | undefined {
  if (node === undefined) {
    reader.say(trafficProblem('traffic/missing', { field: at }, entry));
    return undefined;
  }
  const fields = fieldsOf(reader, node, at, ['Internal', 'IP']);
  if (fields === undefined) return undefined;
  const range = rangeOf(reader, node);
  const ipNode = fields.get('IP');
  const ipText = wordOf(reader, ipNode, `${at}.IP`);
  const ip = ipText === undefined ? undefined : parseIp(ipText);
  if (ipNode !== undefined && ipText !== undefined && ip === undefined) {
    const params = { field: `${at}.IP`, value: ipText, wanted: 'IP' };
    reader.say(trafficProblem('traffic/bad-value', params, rangeOf(reader, ipNode)));
  }
  const internal = fields.get('Internal');
  const peer = { podLabels: {}, namespaceLabels: {}, ...(ip === undefined ? {} : { ip }), range };
  if (internal === undefined) {
    if (ipNode === undefined) reader.say(trafficProblem('traffic/missing', { field: `${at}.IP` }, range));
    return { ...peer, internal: false };
  }
  const own = readInternal(reader, internal, `${at}.Internal`);
  return own === undefined ? undefined : { ...peer, ...own, internal: true };
}

function readInternal(
  reader: Reader,
  node: TreeNode,
  at: string,
): Pick<TrafficPeer, 'workload' | 'podLabels' | 'namespaceLabels' | 'namespace'> | undefined {
  const fields = fieldsOf(reader, node, at, [
    'Workload',
    'PodLabels',
    'NamespaceLabels',
    'Namespace',
    'Pods',
  ]);
  if (fields === undefined) return undefined;
  const pods = fields.get('Pods');
  if (pods !== undefined) {
    reader.say(trafficProblem('traffic/no-counterpart', { field: `${at}.Pods` }, rangeOf(reader, pods)));
  }
  const podLabels = labelsOf(reader, fields.get('PodLabels'), `${at}.PodLabels`);
  const namespaceLabels = labelsOf(reader, fields.get('NamespaceLabels'), `${at}.NamespaceLabels`);
  const workloadNode = fields.get('Workload');
  const workload = wordOf(reader, workloadNode, `${at}.Workload`);
  const namespace = wordOf(reader, fields.get('Namespace'), `${at}.Namespace`);
  if (workloadNode !== undefined && workload !== undefined) {
    if (WORKLOAD.test(workload)) return { workload, podLabels, namespaceLabels };
    const wanted = 'namespace/pod|deployment|replicaset|statefulset|daemonset/name';
    const params = { field: `${at}.Workload`, value: workload, wanted };
    reader.say(trafficProblem('traffic/bad-value', params, rangeOf(reader, workloadNode)));
    return undefined;
  }
  if (namespace === undefined) {
    reader.say(trafficProblem('traffic/missing', { field: `${at}.Namespace` }, rangeOf(reader, node)));
    return undefined;
  }
  return { podLabels, namespaceLabels, namespace };
}

function readPort(
  reader: Reader,
  node: TreeNode | undefined,
  field: string,
  entry: SourceRange,
): number | undefined {
  if (node === undefined) {
    reader.say(trafficProblem('traffic/missing', { field }, entry));
    return undefined;
  }
  if (node.kind !== 'scalar' || typeof node.value !== 'number') {
    wrongType(reader, node, field, 'number');
    return undefined;
  }
  if (Number.isInteger(node.value) && node.value >= 1 && node.value <= 65535) return node.value;
  const params = { field, value: node.text, wanted: '1-65535' };
  reader.say(trafficProblem('traffic/bad-value', params, rangeOf(reader, node)));
  return undefined;
}

function readProtocol(
  reader: Reader,
  node: TreeNode | undefined,
  field: string,
  entry: SourceRange,
): Protocol | undefined {
  const text = textOf(reader, node, field);
  if (node === undefined || text === undefined) {
    if (node === undefined) reader.say(trafficProblem('traffic/missing', { field }, entry));
    return undefined;
  }
  // policy-assistant compares with the API's own spelling.
  const protocol = PROTOCOLS.find((one) => one === text);
  if (protocol === undefined) {
    const params = { field, value: text, wanted: PROTOCOLS.join(', ') };
    reader.say(trafficProblem('traffic/bad-value', params, rangeOf(reader, node)));
  }
  return protocol;
}

/** The values of an object's fields by their proper names; `null` is as good as absent. */
function fieldsOf(
  reader: Reader,
  node: TreeNode,
  at: string,
  names: readonly string[],
): ReadonlyMap<string, TreeNode> | undefined {
  if (node.kind !== 'map') {
    wrongType(reader, node, at, 'object');
    return undefined;
  }
  const fields = new Map<string, TreeNode>();
  for (const { key, keyStart, keyEnd, value } of node.entries) {
    const name = names.find((one) => one.toLowerCase() === key.toLowerCase());
    if (name === undefined) {
      const range = reader.rangeAt(keyStart, keyEnd);
      reader.say(trafficProblem('traffic/unknown-field', { field: `${at}.${key}` }, range));
    } else if (isNull(value)) fields.delete(name);
    else fields.set(name, value);
  }
  return fields;
}

function itemsOf(reader: Reader, node: TreeNode, at: string): readonly TreeNode[] | undefined {
  if (node.kind === 'seq') return node.items;
  wrongType(reader, node, at, 'array');
  return undefined;
}

function labelsOf(reader: Reader, node: TreeNode | undefined, at: string): Labels {
  if (node === undefined) return {};
  if (node.kind !== 'map') {
    wrongType(reader, node, at, 'object');
    return {};
  }
  const labels = new Map<string, string>();
  for (const { key, value } of node.entries) {
    const text = textOf(reader, value, `${at}.${key}`);
    if (text !== undefined) labels.set(key, text);
  }
  return Object.fromEntries(labels);
}

/** An empty text is as good as none, as Go's zero value is. */
function wordOf(reader: Reader, node: TreeNode | undefined, field: string): string | undefined {
  const text = textOf(reader, node, field);
  return text === '' ? undefined : text;
}

function textOf(reader: Reader, node: TreeNode | undefined, field: string): string | undefined {
  if (node === undefined) return undefined;
  if (node.kind !== 'scalar' || typeof node.value !== 'string') {
    wrongType(reader, node, field, 'string');
    return undefined;
  }
  return node.value;
}

function wrongType(reader: Reader, node: TreeNode, field: string, wanted: string): void {
  const params = { field, wanted, got: nodeType(node) };
  reader.say(trafficProblem('traffic/wrong-type', params, rangeOf(reader, node)));
}

/** A value that runs over several lines is told by its first letter. */
function rangeOf(reader: Reader, node: TreeNode): SourceRange {
  const range = reader.rangeAt(node.start, node.end);
  return range.line === range.endLine ? range : reader.rangeAt(node.start, node.start + 1);
}
