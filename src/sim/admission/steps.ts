/**
 * An object's way through the API server as steps: request, mutating admission, validation of the object, validating
 * admission, stored. Nothing is judged here: what a plug-in answered is what the chain wrote down (chain.ts) and what else was
 * refused is in the run's own list; kube-apiserver's other plug-ins are named, and that nobody asked them.
 */
import type { Diagnostic } from '../base/diagnostic.ts';
import { type FieldPath, objectKey, type ObjectRef, type SourceRange } from '../base/origin.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type {
  AdmissionCall,
  AdmissionGround,
  AdmissionRecord,
  AdmissionRemark,
  AdmissionReview,
} from '../k8s/controllers/admission.ts';
import { diagnosticCodes, pathText } from '../k8s/diagnostics.ts';
import { findKind } from '../k8s/kinds/registry.ts';
import type { Manifest, ParsedScenario } from '../k8s/manifest.ts';
import { wasThereBefore } from '../k8s/store.ts';
import { controllerAccount, KUBECTL } from './accounts.ts';
import { type FieldChange, fieldChanges } from './field-changes.ts';
import { ingressClassAnswer } from './ingress-class-answer.ts';
import { type OrderedPlugin, PLUGIN_ORDER } from './order.ts';
import { admissionPlugins } from './registry.ts';

export type AdmissionStage = 'request' | 'mutating' | 'schema' | 'validating' | 'stored';

/**
 * `nothing`: a plug-in that is simulated and that these documents give nothing to do. `not-asked`: it is simulated, and this
 * object never came so far here. `not-modelled`: the simulator has no such plug-in, or cannot know its answer. `not-reached`: behind the refusal.
 */
export type AdmissionAnswer =
  | 'passed'
  | 'changed'
  | 'remarked'
  | 'refused'
  | 'nothing'
  | 'not-asked'
  | 'not-modelled'
  | 'not-reached';

export interface AdmissionStep {
  readonly stage: AdmissionStage;
  /** As in `--enable-admission-plugins`. */
  readonly plugin?: string;
  /** Whom a plug-in asked that asks others: `CONFIGURATION/NAME`. Each has a step of its own. */
  readonly webhook?: string;
  /** Asked once more, because a webhook had changed the object since. */
  readonly reinvoked?: true;
  readonly answer: AdmissionAnswer;
  /** The API server's words: of a refusal all of them, as kubectl shows them. */
  readonly message?: string;
  /** What kubectl prints behind `Warning: `, and what the audit log keeps. */
  readonly warning?: string;
  readonly audit?: string;
  /** What a plug-in that was asked would have had to know: with it, `not-modelled` is an answer that nobody knows here. */
  readonly unknown?: string;
  readonly changes?: readonly FieldChange[];
  /** The fields that it is about, and where they were written. */
  readonly places?: readonly { readonly path: string; readonly range?: SourceRange }[];
  /** What the plug-in went by: the LimitRange, the policy and its binding, the namespace's label. */
  readonly by?: readonly AdmissionBy[];
}

export interface AdmissionBy {
  readonly object: ObjectRef;
  readonly path: string;
  readonly range?: SourceRange;
}

export interface AdmissionWalk {
  readonly object: ObjectRef;
  /** Who wanted to create it. */
  readonly user: string;
  /** `before`: an API server stored it earlier, so nobody was asked. */
  readonly outcome: 'stored' | 'refused' | 'before';
  readonly message?: string;
  /** Of a pod that a controller makes: its owners, the nearest first. */
  readonly owners?: readonly ObjectRef[];
  /** Where the object stands in the text, or the one that it was made from. */
  readonly range?: SourceRange;
  /** The step at which it was refused. */
  readonly stoppedAt?: number;
  readonly steps: readonly AdmissionStep[];
}

/** An object's way, and what came of the same document: a Deployment and the pods that were made of it. */
export interface AdmissionOf {
  readonly walk: AdmissionWalk;
  readonly kin: readonly Pick<AdmissionWalk, 'object' | 'outcome'>[];
}

/** What of a simulation is read. */
export interface Judged {
  readonly parsed: ParsedScenario;
  readonly cluster: ClusterState;
  readonly diagnostics: readonly Diagnostic[];
  readonly admission: readonly AdmissionRecord[];
}

interface Subject {
  readonly object: ObjectRef;
  readonly manifest?: Manifest;
  /** It could be read and is not valid: who may change it was asked. */
  readonly draft?: boolean;
  readonly record?: AdmissionRecord;
  readonly owners?: readonly ObjectRef[];
  /** What somebody wrote: the object, or the one that it was made from. */
  readonly applied: ObjectRef;
  readonly refused?: string;
}

const keyOf = (ref: ObjectRef): string => `${ref.apiVersion ?? ''}|${objectKey(ref)}`;

/** The walks of every object that somebody applied or a controller made, in the order of the documents. */
export function admissionWalks(judged: Judged): readonly AdmissionWalk[] {
  return subjects(judged).map((subject) => walkOf(subject, judged));
}

/** The walk of one object; undefined where nobody wanted to create it. */
export function admissionWalk(judged: Judged, object: ObjectRef): AdmissionWalk | undefined {
  const found = subjectOf(subjects(judged), object);
  return found && walkOf(found, judged);
}

/** The same with its kin; `refused`: the way of the one among them that was refused, where one was. */
export function admissionOf(judged: Judged, object: ObjectRef, refused: boolean): AdmissionOf | undefined {
  const all = subjects(judged);
  const asked = subjectOf(all, object);
  if (asked === undefined) return undefined;
  const kin = all.filter(({ applied }) => keyOf(applied) === keyOf(asked.applied));
  const stopped = refused ? kin.find((one) => one.refused !== undefined) : undefined;
  return {
    walk: walkOf(asked.refused === undefined ? (stopped ?? asked) : asked, judged),
    kin: kin.map((one) => ({ object: one.object, outcome: outcomeOf(one) })),
  };
}

function subjectOf(all: readonly Subject[], object: ObjectRef): Subject | undefined {
  return (
    all.find((one) => keyOf(one.object) === keyOf(object)) ??
    all.find((one) => objectKey(one.object) === objectKey(object))
  );
}

function subjects({ parsed, cluster, admission }: Judged): readonly Subject[] {
  const records = new Map(admission.map((record) => [keyOf(record.object), record]));
  const refused = new Map(cluster.refused.map((one) => [keyOf(one.object), one.message]));
  const applied: Subject[] = [];
  const seen = new Set<string>();
  const add = (object: ObjectRef, manifest?: Manifest, draft = false): void => {
    const key = keyOf(object);
    if (seen.has(key) || findKind(object.kind, object.apiVersion ?? '')?.scope === 'none') return;
    seen.add(key);
    applied.push({
      object,
      applied: object,
      ...(manifest && { manifest }),
      draft,
      record: records.get(key),
      refused: refused.get(key),
    });
  };
  for (const manifest of parsed.manifests) add(manifest.ref, manifest);
  const drafts = new Set(parsed.drafts.map(({ ref }) => ref));
  for (const { object } of parsed.refused) add(object, undefined, drafts.has(object));
  const place = (subject: Subject): SourceRange | undefined => parsed.locate({ object: subject.object });
  const files = [...new Set(applied.map((subject) => place(subject)?.file ?? ''))];
  const order = (subject: Subject): number =>
    files.indexOf(place(subject)?.file ?? '') * 1e7 + (place(subject)?.line ?? 0);
  const written = applied
    .map((subject) => ({ subject, at: order(subject) }))
    .sort((a, b) => a.at - b.at)
    .map(({ subject }) => subject);
  return [...written, ...madePods(cluster, admission, records)];
}

/** The pods that controllers made, and the first of those that they failed to make. */
function madePods(
  cluster: ClusterState,
  admission: readonly AdmissionRecord[],
  records: ReadonlyMap<string, AdmissionRecord>,
): readonly Subject[] {
  const made = cluster.pods.flatMap(({ namespace, name, owners, origin }): Subject[] => {
    if (owners.length === 0 || wasThereBefore({ origin }) || origin.object.kind === 'Pod') return [];
    const object = { apiVersion: 'v1', kind: 'Pod', namespace, name };
    return [{ object, applied: origin.object, owners, record: records.get(keyOf(object)) }];
  });
  const failed = admission.flatMap((record): Subject[] => {
    const { object, madeFor, refused } = record;
    if (madeFor === undefined || refused === undefined) return [];
    return [{ object, applied: madeFor.applied, owners: madeFor.owners, record, refused }];
  });
  return [...made, ...failed];
}

function walkOf(subject: Subject, judged: Judged): AdmissionWalk {
  const { object, owners, applied, record, refused } = subject;
  const range = judged.parsed.locate({ object: applied });
  const base = {
    object,
    user: record?.user ?? (owners === undefined ? KUBECTL : controllerAccount(owners[0]?.kind)),
    ...(owners && { owners }),
    ...(range && { range }),
  };
  const outcome = outcomeOf(subject);
  if (outcome === 'before') return { ...base, outcome, steps: [] };
  const steps = stepsOf(subject, judged);
  const stoppedAt = steps.findIndex(({ answer }) => answer === 'refused');
  return {
    ...base,
    outcome,
    ...(refused !== undefined && { message: refused, ...(stoppedAt >= 0 && { stoppedAt }) }),
    steps,
  };
}

function outcomeOf({ manifest, refused }: Subject): AdmissionWalk['outcome'] {
  if (refused !== undefined) return 'refused';
  return manifest !== undefined && isOld(manifest) ? 'before' : 'stored';
}

/** The same that the chain does not ask about. */
function isOld({ metadata: { uid, ownerReferences }, kind }: Manifest): boolean {
  return uid !== undefined || (ownerReferences.length > 0 && kind !== 'Pod');
}

function stepsOf(subject: Subject, judged: Judged): readonly AdmissionStep[] {
  const { object, manifest, draft, owners, record, refused } = subject;
  const read = manifest !== undefined || draft === true || owners !== undefined;
  // What the chain did not refuse somebody else did: the reading, the namespace, the validation of the object.
  const other = record?.refused === undefined ? refused : undefined;
  const problems =
    other === undefined
      ? []
      : judged.diagnostics.filter((d) => d.severity === 'error' && d.object && sameObject(d.object, object));
  const noNamespace = problems.some((d) => d.code === 'namespace/not-found');
  const unread = other !== undefined && !read && problems.some(isUnreadable);
  const steps: AdmissionStep[] = [];
  let stopped = false;
  const push = (step: AdmissionStep): void => {
    const { stage, plugin } = step;
    // Validating webhooks are called at once: one that refuses keeps no other from its answer.
    const isReached = !stopped || step.webhook !== undefined;
    steps.push(isReached ? step : { stage, ...(plugin && { plugin }), answer: 'not-reached' });
    stopped ||= step.answer === 'refused';
  };
  const fault = (): Pick<AdmissionStep, 'answer' | 'message' | 'places'> => ({
    answer: 'refused',
    message: other,
    places: problems
      .filter(({ code }) => !noNamespace || code === 'namespace/not-found')
      .map(({ path = [], range }) => ({ path: pathText(path), ...(range && { range }) })),
  });
  const plugins = (stage: 'mutating' | 'validating'): void => {
    for (const plugin of slots(stage, object, record)) {
      const calls = (record?.calls ?? []).filter(
        (c) => c.stage === stage && labelOf(c.plugin) === plugin.name && c.reinvoked !== true,
      );
      if (plugin.name === 'NamespaceLifecycle' && read) {
        push({ stage, plugin: plugin.name, ...(noNamespace ? fault() : { answer: 'passed' }) });
      } else if (plugin.name === 'DefaultIngressClass') {
        const written = manifest ?? judged.parsed.drafts.find(({ ref }) => ref === object);
        const { grounds, ...said } = ingressClassAnswer(written, judged.cluster.ingressClasses);
        push({ stage, plugin: plugin.name, ...said, ...byOf(grounds, judged.parsed) });
      } else if (calls.length === 0) {
        push({ stage, plugin: plugin.name, answer: unasked(plugin, read) });
      } else for (const call of calls) push(stepOf(call, subject, judged));
    }
    // Of the second round what comes of it: most have nothing to add.
    for (const call of record?.calls ?? []) {
      if (call.stage !== stage || call.reinvoked !== true) continue;
      const step = stepOf(call, subject, judged);
      if (step.answer !== 'passed') push(step);
    }
  };
  push({ stage: 'request', ...(unread ? fault() : { answer: 'passed' }) });
  plugins('mutating');
  push({
    stage: 'schema',
    ...(other !== undefined && !unread && !noNamespace ? fault() : { answer: 'passed' }),
  });
  plugins('validating');
  push({ stage: 'stored', answer: 'passed' });
  return steps;
}

function sameObject(a: ObjectRef, b: ObjectRef): boolean {
  return objectKey(a) === objectKey(b) && (a.apiVersion ?? b.apiVersion) === (b.apiVersion ?? a.apiVersion);
}

/** Is it about reading the document, not about what the API server's validation says no to? */
function isUnreadable({ code }: Diagnostic): boolean {
  const known = (diagnosticCodes as Readonly<Record<string, object>>)[code];
  return known !== undefined && !('api' in known);
}

const LABELS: ReadonlyMap<string, string> = new Map(admissionPlugins.map(({ id, label }) => [id, label]));
const SIMULATED: ReadonlySet<string> = new Set([
  'NamespaceLifecycle',
  'DefaultIngressClass',
  ...admissionPlugins.map(({ label }) => label),
]);

const labelOf = (id: string): string => LABELS.get(id) ?? id;

/** The plug-ins of a stage that look at such an object, in kube-apiserver's order, and whoever else was asked. */
function slots(
  stage: 'mutating' | 'validating',
  object: ObjectRef,
  record: AdmissionRecord | undefined,
): readonly Pick<OrderedPlugin, 'name'>[] {
  const looks = ({ kinds }: OrderedPlugin): boolean =>
    kinds === 'all' ||
    (kinds === 'namespaced' ? object.namespace !== undefined : kinds.includes(object.kind));
  const inOrder = PLUGIN_ORDER.filter(
    (plugin) => (stage === 'mutating' ? plugin.mutates : plugin.validates) === true,
  );
  const more = (record?.calls ?? [])
    .filter((call) => call.stage === stage && !PLUGIN_ORDER.some(({ name }) => name === labelOf(call.plugin)))
    .map((call) => ({ name: labelOf(call.plugin) }));
  return [...inOrder.filter(looks), ...more];
}

function unasked({ name }: Pick<OrderedPlugin, 'name'>, read: boolean): AdmissionAnswer {
  if (!SIMULATED.has(name)) return 'not-modelled';
  return read ? 'nothing' : 'not-asked';
}

function stepOf(
  { stage, plugin, request, review, change, reinvoked }: AdmissionCall,
  { applied, refused }: Subject,
  { parsed }: Judged,
): AdmissionStep {
  const { denied, webhook } = review;
  const { warning, audit, unknown } = remarksOf(review);
  const places = (remark: AdmissionRemark | undefined): AdmissionStep['places'] =>
    remark?.paths.map((path) => placeOf(parsed, applied, path));
  const changes = change && request.pod ? fieldChanges(request.pod, request.labels, change) : [];
  const loudest = denied ?? warning ?? audit ?? unknown;
  const spoken = places(denied ?? warning ?? audit);
  return {
    stage,
    plugin: labelOf(plugin),
    ...(webhook && { webhook: `${webhook.configuration.name}/${webhook.name}` }),
    ...(reinvoked && { reinvoked }),
    answer: answerOf(review, changes.length > 0),
    ...(denied && { message: refused }),
    ...(warning && { warning: warning.message }),
    ...(audit && { audit: audit.message }),
    ...(unknown && { unknown: unknown.message }),
    ...(changes.length > 0 && { changes }),
    ...(spoken && spoken.length > 0 && { places: spoken }),
    ...byOf(loudest?.by ?? review.by ?? calledAt(webhook), parsed),
  };
}

/** Where a webhook stands in its configuration. */
function calledAt(webhook: AdmissionReview['webhook']): readonly AdmissionGround[] {
  return webhook === undefined
    ? []
    : [{ object: webhook.configuration, path: ['webhooks', webhook.index, 'name'] }];
}

/** Each once; a place in the text where there is one. */
function byOf(grounds: readonly AdmissionGround[], { locate }: ParsedScenario): Pick<AdmissionStep, 'by'> {
  const by = new Map<string, AdmissionBy>();
  for (const { object, path = [] } of grounds) {
    const range = locate({ object, path });
    const text = pathText(path);
    by.set(`${objectKey(object)} ${text}`, { object, path: text, ...(range && { range }) });
  }
  return by.size === 0 ? {} : { by: [...by.values()] };
}

/** A plug-in of many voices has its remarks in notes. */
function remarksOf({
  warning,
  audit,
  notes = [],
}: AdmissionReview): Readonly<Record<'warning' | 'audit' | 'unknown', AdmissionRemark | undefined>> {
  const joined = (how: 'warn' | 'audit' | 'unknown'): AdmissionRemark | undefined => {
    const own = notes.filter((note) => note.how === how);
    if (own.length === 0) return undefined;
    return {
      message: own.map(({ message }) => message).join('\n'),
      paths: own.flatMap(({ paths }) => paths),
      by: own.flatMap(({ by = [] }) => by),
    };
  };
  return {
    warning: warning ?? joined('warn'),
    audit: audit ?? joined('audit'),
    unknown: joined('unknown'),
  };
}

function answerOf(review: AdmissionReview, changed: boolean): AdmissionAnswer {
  if (review.denied !== undefined) return 'refused';
  if (changed) return 'changed';
  const { warning, audit, unknown } = remarksOf(review);
  // What is not known here has not passed.
  if (unknown !== undefined) return 'not-modelled';
  return warning !== undefined || audit !== undefined ? 'remarked' : 'passed';
}

function placeOf(
  parsed: ParsedScenario,
  object: ObjectRef,
  path: FieldPath,
): NonNullable<AdmissionStep['places']>[number] {
  const range = parsed.locate({ object, path });
  return { path: pathText(path), ...(range && { range }) };
}
