/**
 * How a kind is described: the API's own field tables (`api-tables.ts`) joined with our rules for its fields, by path
 * without indexes (`spec.ports.targetPort`).
 *
 * A type is a short word: `s` string, `i` integer of 32 bits, `l` of 64, `n` number, `b` boolean, `t` time, `q` quantity, `p` integer or
 * string, `y` base64 bytes, `a` anything, `[x` a list of x, `{x` a map to x, or the name of another table. In a table
 * `name:type` with `!` behind what the API requires.
 */
import type { FieldPath } from '../../base/origin.ts';
import type { CiliumPolicy, ClusterState, NetworkSet, OwnPolicy, PolicyTierPlan } from '../cluster-state.ts';
import type { DiagnosticCode, FixCode, FixTitles, ParamsOf } from '../diagnostics.ts';
import type { Manifest } from '../manifest.ts';
import type { OwnPolicyEdits } from '../own-edits.ts';
import type { Store } from '../store.ts';
import type { isOwnSubject } from '../pod-selection.ts';
import { apiTable } from './api-tables.ts';

/** simulated: it decides walks. accepted: no effect on the network. unsupported: could change a walk and is not modelled. */
export type Support = 'simulated' | 'accepted' | 'unsupported';

export interface FixSpec {
  readonly code: FixCode;
  readonly params: FixTitles[FixCode];
  readonly newText: string;
  /** Where, if not at the problem itself. */
  readonly at?:
    | { readonly place: 'key-and-dash'; readonly path: FieldPath }
    /** A line of its own before a key, `path: value`, or only the value where the field is written already. */
    | {
        readonly place: 'field-before';
        readonly path: FieldPath;
        readonly field: FieldPath;
        readonly value: string;
      };
}

export interface ReportOptions {
  /** Mark the key instead of the value. */
  readonly key?: boolean;
  /** Table that the field belongs to, for the decoder's message. */
  readonly struct?: string;
  /** The path in the API server's message, where it is spelt unlike the field's. */
  readonly apiPath?: string;
  /** Part of the API server's message, but nothing to underline: the same fact is told at another field. */
  readonly messageOnly?: boolean;
  /** Replaces the value (or key). */
  readonly fix?: FixSpec;
}

/** What a check may do: report a problem at a path of the object. */
export interface Report {
  <C extends DiagnosticCode>(
    code: C,
    path: FieldPath,
    params: Omit<ParamsOf<C>, 'path'>,
    options?: ReportOptions,
  ): void;
}

export type Check = (value: never, path: FieldPath, report: Report) => void;

/** Our rules for one field. Absent: `accepted` and unchecked, as upstream types it. */
export interface FieldRules {
  readonly support?: Support;
  /** The support holds for everything below, too. */
  readonly deep?: boolean;
  /** Whether an unsupported value matters; absent, every value does. */
  readonly when?: (value: unknown) => boolean;
  readonly required?: boolean;
  readonly enum?: readonly string[];
  readonly default?: unknown;
  /** The sibling that an absent value is defaulted from: where its place is looked for. */
  readonly from?: string;
  readonly check?: Check;
  /** What completion offers for it. */
  readonly refers?: Reference;
}

/** What a text value names, for completion. */
export type Reference =
  | 'service'
  | 'pod-or-host'
  | 'target'
  | 'namespace'
  | 'node'
  | 'port-name'
  | 'label-key';

export type Rules = Readonly<Record<string, FieldRules>>;
export type Body = Record<string, unknown>;

export interface Fault {
  readonly path: FieldPath;
  readonly missing: boolean;
}

/** What a CNI's own policy looks up. */
export type AroundPolicy = Pick<ClusterState, 'namespaces' | 'endpointSlices'> & {
  readonly networkSets: readonly NetworkSet[];
};

export interface KindSpec {
  readonly kind: string;
  readonly apiVersion: string;
  readonly scope: 'namespaced' | 'cluster' | 'none';
  /**
   * simulated: it shapes the cluster. settings: configuration outside the API. none: accepted, without effect on the
   * network. not-simulated: accepted, and what it would do is not modelled.
   */
  readonly effect: 'simulated' | 'settings' | 'none' | 'not-simulated';
  /** Its table; absent for kinds whose fields are not checked. */
  readonly type?: string;
  /** Tables of its own. */
  readonly types?: Readonly<Record<string, string>>;
  readonly rules?: Rules;
  /** Fields that it once had, by name, with the release that no longer has them. */
  readonly removedFields?: Readonly<Record<string, string>>;
  /** How object names are checked. */
  readonly nameCheck?: Check;
  /** Name of a document that has no metadata. */
  readonly nameOf?: (body: Body) => string;
  /** Fills the defaults that depend on other fields; `body` is fresh and may be changed. */
  readonly complete?: (body: Body) => void;
  /** Checks that see the whole object, after defaults. */
  readonly validate?: (body: Body, report: Report) => void;
  /**
   * For our own settings, which no API server refuses: takes the faulty values out of the body, so that one bad entry
   * does not lose the rest.
   */
  readonly mend?: (body: Body, faults: readonly Fault[]) => void;
  /** True where a kind without effect has one after all: no note is given. */
  readonly matters?: (body: Body) => boolean;
  /** The kind that an object of it defines, as `group/Kind`. */
  readonly brings?: (body: Readonly<Body>) => string;
  /** What an unsupported field of it could change. */
  readonly affects?: 'pod' | 'service' | 'node' | 'all';
  /** The name of what is affected, where it is not the object's own. */
  readonly affectedName?: (body: Body) => string | undefined;
  readonly deprecated?: { readonly since: string; readonly instead: string };
  /** Labels that mean something on this kind, each with values to choose from. Their help is `Label.KEY`. */
  readonly labels?: Readonly<Record<string, readonly string[]>>;
  /** The whole message of a refused object, where that is not the API server's usual one. */
  readonly refusal?: (messages: readonly string[]) => string;
  /** What references call it, where another API group has a kind of the same name: `NetworkPolicy.example.org`. */
  readonly refKind?: string;
  /** For a CNI's own policies: what the object says, in a form that does not know the CNI. */
  readonly ownPolicy?: (manifest: Manifest, around: AroundPolicy) => OwnPolicy;
  /** How such a policy is written, for whoever edits it. */
  readonly edits?: OwnPolicyEdits;
  /** Whether such a policy is for a pod: here, because what reads policies is loaded with them. */
  readonly isOwnSubject?: typeof isOwnSubject;
  /** For a kind of labelled address ranges that such policies select. */
  readonly networkSet?: (manifest: Manifest) => NetworkSet;
  /** For a kind that is a tier of such policies. */
  readonly ownTier?: (manifest: Manifest) => { readonly group: string; readonly plan: PolicyTierPlan };
  /** Of Cilium's kinds: what Cilium makes of an object. */
  readonly ciliumPolicies?: (manifest: Manifest, store: Store) => readonly CiliumPolicy[];
}

export function refKindOf(spec: Pick<KindSpec, 'kind' | 'refKind'>): string {
  return spec.refKind ?? spec.kind;
}

export interface Field extends FieldRules {
  readonly name: string;
  readonly type: string;
  readonly required: boolean;
  readonly support: Support;
  /** `spec.ports.targetPort`. */
  readonly path: string;
}

const structs = new WeakMap<KindSpec, Map<string, ReadonlyMap<string, Field>>>();

/** The fields of table `type` as they stand at `path` of a kind; undefined for what is no table. `CodeMissing` asks for the rare tables. */
export function fieldsAt(spec: KindSpec, type: string, path: string): ReadonlyMap<string, Field> | undefined {
  let known = structs.get(spec);
  if (known === undefined) structs.set(spec, (known = new Map<string, ReadonlyMap<string, Field>>()));
  const memo = known.get(path);
  if (memo !== undefined) return memo;
  const table = spec.types?.[type] ?? apiTable(type);
  if (table === undefined) return undefined;
  const fields = new Map<string, Field>();
  const inherited = deepSupport(spec, path);
  for (const item of table.split(' ')) {
    const colon = item.indexOf(':');
    const name = item.slice(0, colon);
    const required = item.endsWith('!');
    const at = path === '' ? name : `${path}.${name}`;
    const rules = spec.rules?.[at];
    fields.set(name, {
      required,
      support: inherited ?? 'accepted',
      ...rules,
      name,
      type: item.slice(colon + 1, required ? -1 : undefined),
      path: at,
    });
  }
  known.set(path, fields);
  return fields;
}

function deepSupport(spec: KindSpec, path: string): Support | undefined {
  for (let at = path; at !== ''; at = at.slice(0, Math.max(0, at.lastIndexOf('.')))) {
    const rule = spec.rules?.[at];
    if (rule?.deep === true) return rule.support;
  }
  return undefined;
}

/** The innermost type: `[ServicePort` -> `ServicePort`. */
export function elementType(type: string): string {
  return type.startsWith('[') || type.startsWith('{') ? elementType(type.slice(1)) : type;
}

const PLAIN_NAMES: Readonly<Record<string, string>> = {
  s: 'string',
  i: 'integer',
  l: 'integer',
  n: 'number',
  b: 'boolean',
  t: 'time',
  q: 'quantity',
  p: 'integer or string',
  y: 'base64',
  a: 'any',
};

/** The type in words that need no translation: `[]ServicePort`, `map[string]string`. */
export function typeName(type: string): string {
  if (type.startsWith('[')) return `[]${typeName(type.slice(1))}`;
  if (type.startsWith('{')) return `map[string]${typeName(type.slice(1))}`;
  return PLAIN_NAMES[type] ?? type;
}

/** The same as Go spells it in a decoder's message. */
export function goType(name: string): string {
  return name
    .replace('integer or string', 'intstr.IntOrString')
    .replace('integer', 'int32')
    .replace('boolean', 'bool');
}

/** The rules of a nested table at another place: `under('spec.template', podTemplate)`. */
export function under(prefix: string, rules: Rules): Rules {
  return Object.fromEntries(Object.entries(rules).map(([path, rule]) => [`${prefix}.${path}`, rule]));
}

/** `simulated`, with everything below. */
export function simulatedDeep(...paths: readonly string[]): Rules {
  return Object.fromEntries(paths.map((path) => [path, { support: 'simulated' as const, deep: true }]));
}

/** Rules that only say `simulated`. */
export function simulated(...paths: readonly string[]): Rules {
  return Object.fromEntries(paths.map((path) => [path, { support: 'simulated' as const }]));
}

/** A value of a decoded body as an object; empty where it is none. */
export function asRecord(value: unknown): Body {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Body) : {};
}

/** A value of a decoded body as a list of objects. */
export function asRecords(value: unknown): readonly Body[] {
  return Array.isArray(value) ? value.map(asRecord) : [];
}
