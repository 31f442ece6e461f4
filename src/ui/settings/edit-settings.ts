/**
 * Cluster settings are YAML: each change here edits the kind `Cluster` or the `Playground` document in place and keeps
 * comments and layout. Loaded only when the settings are opened.
 */
import { type Document, isMap, isScalar, isSeq, parseAllDocuments } from 'yaml';
import type { ScenarioFile } from '../../sim/scenario.ts';

export interface SettingsChange {
  readonly controlPlanes?: number;
  readonly workers?: number;
  readonly cni?: string;
  /** One option of the CNI that is chosen. */
  readonly cniOption?: { readonly name: string; readonly value: string };
  readonly kubeProxyMode?: string;
  /** What is set beside the cluster; `''` takes it away again. */
  readonly compare?: { readonly cni?: string; readonly kubeProxyMode?: string };
  /** An entry for `faults`, or the index of one to take away. */
  readonly faults?: { readonly add?: Readonly<Record<string, unknown>>; readonly remove?: number };
  /** kind's `networking.ipFamily`. */
  readonly ipFamily?: string;
  readonly podSubnet?: string;
  readonly serviceSubnet?: string;
}

export interface WrittenSettings {
  /** undefined: no `Cluster` document, or one without nodes: the default stands. */
  readonly controlPlanes: number | undefined;
  readonly workers: number | undefined;
  /** `Node` objects are the node list: a count would have no effect. */
  readonly nodeObjects: boolean;
}

export type EditResult =
  | { readonly ok: true; readonly files: readonly ScenarioFile[]; readonly file: string }
  | { readonly ok: false; readonly file: string };

/** Matches how kind's own defaults read: one control plane, two workers. */
const DEFAULT_NODES = { controlPlanes: 1, workers: 2 };
const DEFAULT_CNI = 'flannel';
const NEW_FILE = 'cluster.yaml';

interface Found {
  readonly file: string;
  readonly doc: Document.Parsed;
  readonly broken: boolean;
}

function documentsOf(file: ScenarioFile): readonly Found[] {
  const docs = parseAllDocuments(file.text, { prettyErrors: false });
  if (!Array.isArray(docs)) return [];
  return docs.map((doc) => ({
    file: file.name,
    doc,
    broken: doc.errors.length > 0,
  }));
}

function find(files: readonly ScenarioFile[], apiGroup: string, kind: string): Found | undefined {
  for (const file of files) {
    // A file that does not name the kind need not be parsed.
    if (!file.text.includes(kind)) continue;
    for (const found of documentsOf(file)) {
      const api = found.doc.get('apiVersion');
      if (found.doc.get('kind') === kind && typeof api === 'string' && api.startsWith(apiGroup)) return found;
    }
  }
  return undefined;
}

const CLUSTER = {
  group: 'kind.x-k8s.io/',
  kind: 'Cluster',
  start: 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n',
};
const PLAYGROUND = {
  group: 'packetwalk.dev/',
  kind: 'Playground',
  start: 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n',
};

function nodeCounts(found: Found | undefined): { controlPlanes: number; workers: number } | undefined {
  const nodes = found?.doc.get('nodes');
  if (!isSeq(nodes)) return undefined;
  const role = (item: unknown): unknown => (isMap(item) ? (item.get('role') ?? 'control-plane') : undefined);
  return {
    controlPlanes: nodes.items.filter((i) => role(i) === 'control-plane').length,
    workers: nodes.items.filter((i) => role(i) === 'worker').length,
  };
}

/** What the YAML says now about things that the simulated cluster does not tell apart. */
export function readSettings(files: readonly ScenarioFile[]): WrittenSettings {
  const counts = nodeCounts(find(files, CLUSTER.group, CLUSTER.kind));
  return {
    controlPlanes: counts?.controlPlanes,
    workers: counts?.workers,
    nodeObjects: files.some(
      (f) =>
        /^kind:\s*Node\s*$/m.test(f.text) &&
        documentsOf(f).some((d) => d.doc.get('kind') === 'Node' && d.doc.get('apiVersion') === 'v1'),
    ),
  };
}

/** Writes a change into the documents; makes them where they are absent. */
export function editSettings(files: readonly ScenarioFile[], change: SettingsChange): EditResult {
  let result: EditResult = { ok: true, files, file: NEW_FILE };
  const { cni, compare, cniOption, faults, ...cluster } = change;
  if (Object.values(cluster).some((value) => value !== undefined)) {
    result = editDocument(result.files, CLUSTER, (doc) => changeCluster(doc, cluster));
  }
  if (result.ok && cni !== undefined) {
    result = editDocument(result.files, PLAYGROUND, (doc) => changeCni(doc, cni));
  }
  if (result.ok && compare !== undefined) {
    result = editDocument(result.files, PLAYGROUND, (doc) => changeCompare(doc, compare));
  }
  if (result.ok && cniOption !== undefined) {
    result = editDocument(result.files, PLAYGROUND, (doc) => changeOption(doc, cniOption));
  }
  if (result.ok && faults !== undefined) {
    result = editDocument(result.files, PLAYGROUND, (doc) => changeFaults(doc, faults));
  }
  return result;
}

function changeFaults(doc: Document.Parsed, change: NonNullable<SettingsChange['faults']>): void {
  if (!isSeq(doc.get('faults'))) doc.set('faults', doc.createNode([]));
  const list = doc.get('faults');
  if (!isSeq(list)) return;
  if (change.remove !== undefined) list.items.splice(change.remove, 1);
  if (change.add !== undefined) {
    list.flow = false;
    list.add(doc.createNode(change.add, { flow: true }));
  }
  if (list.items.length === 0) doc.delete('faults');
}

function changeCompare(doc: Document.Parsed, change: NonNullable<SettingsChange['compare']>): void {
  for (const [key, value] of Object.entries(change)) {
    if (value === undefined) continue;
    if (value === '') doc.deleteIn(['compare', key]);
    else doc.setIn(['compare', key], value);
  }
  const left = doc.get('compare');
  if (isMap(left) && left.items.length === 0) doc.delete('compare');
}

function changeCni(doc: Document.Parsed, cni: string): void {
  const written = doc.get('cni');
  // Options belong to the CNI that they were written for.
  if (isMap(written)) {
    if (written.get('name') === cni) return;
    written.set('name', cni);
    written.delete('options');
  } else doc.set('cni', cni);
}

/** `cni: NAME` becomes a map once it has an option; without a CNI the default is written out. */
function changeOption(doc: Document.Parsed, option: { readonly name: string; readonly value: string }): void {
  const written = doc.get('cni');
  if (!isMap(written)) doc.set('cni', doc.createNode({ name: written ?? DEFAULT_CNI }));
  doc.setIn(['cni', 'options', option.name], option.value);
}

function changeCluster(
  doc: Document.Parsed,
  change: Omit<SettingsChange, 'cni' | 'compare' | 'cniOption' | 'faults'>,
): void {
  if (change.ipFamily !== undefined) changeFamily(doc, change.ipFamily);
  if (change.podSubnet !== undefined) doc.setIn(['networking', 'podSubnet'], change.podSubnet);
  if (change.serviceSubnet !== undefined) doc.setIn(['networking', 'serviceSubnet'], change.serviceSubnet);
  if (change.kubeProxyMode !== undefined) doc.setIn(['networking', 'kubeProxyMode'], change.kubeProxyMode);
  if (change.controlPlanes === undefined && change.workers === undefined) return;
  let nodes = doc.get('nodes');
  if (!isSeq(nodes)) {
    doc.set('nodes', doc.createNode([]));
    nodes = doc.get('nodes');
    if (!isSeq(nodes)) return;
    setCount(doc, nodes, 'control-plane', DEFAULT_NODES.controlPlanes);
    setCount(doc, nodes, 'worker', DEFAULT_NODES.workers);
  }
  if (change.controlPlanes !== undefined) setCount(doc, nodes, 'control-plane', change.controlPlanes);
  if (change.workers !== undefined) setCount(doc, nodes, 'worker', change.workers);
}

/** IPv4 is what stands without a word. Subnets of other families would contradict it: kind's own take their place. */
function changeFamily(doc: Document.Parsed, family: string): void {
  if (family === 'ipv4') doc.deleteIn(['networking', 'ipFamily']);
  else doc.setIn(['networking', 'ipFamily'], family);
  for (const key of ['podSubnet', 'serviceSubnet']) {
    const written = doc.getIn(['networking', key]);
    if (typeof written !== 'string') continue;
    const families = written.split(',').map((cidr) => (cidr.includes(':') ? 'ipv6' : 'ipv4'));
    if ((families.length > 1 ? 'dual' : families[0]) !== family) doc.deleteIn(['networking', key]);
  }
  const left = doc.get('networking');
  if (isMap(left) && left.items.length === 0) doc.delete('networking');
}

/** Adds nodes behind those of their role, or takes the last ones away. */
function setCount(
  doc: Document.Parsed,
  nodes: unknown,
  role: 'control-plane' | 'worker',
  wanted: number,
): void {
  if (!isSeq(nodes)) return;
  const roleOf = (item: unknown): unknown =>
    isMap(item) ? (item.get('role') ?? 'control-plane') : undefined;
  const own = (): number[] => nodes.items.flatMap((item, i) => (roleOf(item) === role ? [i] : []));
  while (own().length > wanted) nodes.items.splice(own().at(-1) ?? 0, 1);
  while (own().length < wanted) {
    const after = own().at(-1) ?? (role === 'worker' ? nodes.items.length - 1 : -1);
    nodes.items.splice(after + 1, 0, doc.createNode({ role }, { flow: nodes.flow === true }));
  }
}

function editDocument(
  files: readonly ScenarioFile[],
  target: { readonly group: string; readonly kind: string; readonly start: string },
  edit: (doc: Document.Parsed) => void,
): EditResult {
  const found = find(files, target.group, target.kind);
  if (found?.broken === true) return { ok: false, file: found.file };
  if (found === undefined) return addDocument(files, target.start, edit);
  edit(found.doc);
  const file = files.find((f) => f.name === found.file);
  const body = found.doc.contents;
  if (file === undefined || !isMap(body) || body.range == null) return { ok: false, file: found.file };
  // Comments before and after the body are outside its range: they stay where they are and are not written again.
  const [start, end] = body.range;
  found.doc.commentBefore = null;
  found.doc.comment = null;
  body.commentBefore = null;
  const first = body.items[0]?.key;
  if (isScalar(first)) first.commentBefore = null;
  const old = file.text.slice(start, end);
  const text =
    file.text.slice(0, start) +
    bodyText(found.doc, indentsSequences(old)).trimEnd() +
    (/\s*$/.exec(old)?.[0] || '\n') +
    file.text.slice(end);
  return {
    ok: true,
    file: found.file,
    files: files.map((f) => (f.name === found.file ? { name: f.name, text } : f)),
  };
}

/** Whether the author writes `key:` and then an indented `- item`. */
function indentsSequences(text: string): boolean {
  return /^( *)[\w."'-]+:[^\n]*\n(?:\s*#[^\n]*\n)*\1 +- /m.test(text);
}

/** A new document goes to the top of `cluster.yaml`, or into a new file of that name. */
function addDocument(
  files: readonly ScenarioFile[],
  start: string,
  edit: (doc: Document.Parsed) => void,
): EditResult {
  const [doc] = parseAllDocuments(start) as Document.Parsed[];
  if (doc === undefined) return { ok: false, file: NEW_FILE };
  edit(doc);
  const text = bodyText(doc);
  const home = files.find((f) => f.name === NEW_FILE);
  if (home === undefined) return { ok: true, file: NEW_FILE, files: [...files, { name: NEW_FILE, text }] };
  const rest = home.text.trim() === '' ? '' : /^---(\s|$)/.test(home.text) ? home.text : `---\n${home.text}`;
  return {
    ok: true,
    file: NEW_FILE,
    files: files.map((f) => (f.name === NEW_FILE ? { name: f.name, text: text + rest } : f)),
  };
}

function bodyText(doc: Document.Parsed, indentSeq = false): string {
  return doc.toString({
    lineWidth: 0,
    directives: false,
    flowCollectionPadding: false,
    indentSeq,
  });
}
