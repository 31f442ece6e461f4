/**
 * Expressions as kube-apiserver compiles and evaluates them (k8s.io/apiserver/pkg/admission/plugin/cel), over
 * @marcbachmann/cel-js. Three ends: an answer, the API server's error, or `unknown` with what is lacking here.
 */
import { Environment, EvaluationError, type ASTNode } from '@marcbachmann/cel-js';
import type { FieldPath } from '../../base/origin.ts';
import { countIn, eachNode, OverLimit, overLimit, startCounting } from './cost.ts';
import { compileWords, runWords } from './errors.ts';
import { kubernetesEnvironment, NAMES_NOT_HERE, NOT_HERE } from './functions.ts';
import { NotKnown } from './values.ts';

/** What can be named in an expression. */
export interface Scope {
  readonly params: boolean;
  /** Earlier variables of the policy and their types; `variables` is there with the first. */
  readonly variables: readonly { readonly name: string; readonly type: string }[];
}

export type Outcome =
  | { readonly kind: 'value'; readonly value: unknown }
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'unknown'; readonly what: string };

export interface Program {
  readonly kind: 'program';
  readonly type: string;
  /** The fields of `object` that it reads. */
  readonly reads: readonly FieldPath[];
  readonly run: (bindings: Readonly<Record<string, unknown>>) => Outcome;
}

export type Compiled = Program | Exclude<Outcome, { kind: 'value' }>;

/** MaxExpressionLength of cel-go's parser, as kube-apiserver leaves it. */
const LONGEST = 100_000;
const KNOWN_LIMIT = 1000;
const known = new Map<string, Compiled>();
const environments = new Map<string, Environment>();

/** Compiles one expression. `returns` are the types that it may have; absent, any. */
export function compile(expression: string, scope: Scope, returns?: readonly string[]): Compiled {
  const place = `${scope.params}|${scope.variables.map((v) => `${v.name}:${v.type}`).join()}`;
  const key = `${place}|${returns?.join()}|${expression}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  let env = environments.get(place);
  if (env === undefined) {
    if (environments.size > 200) environments.clear();
    environments.set(place, (env = environmentFor(scope)));
  }
  const compiled = compileIn(env, expression, returns);
  if (known.size > KNOWN_LIMIT) known.clear();
  known.set(key, compiled);
  return compiled;
}

let base: Environment | undefined;

class Variables {
  [name: string]: unknown;
}

function environmentFor({ params, variables }: Scope): Environment {
  base ??= withRequest(kubernetesEnvironment());
  const env = base.clone();
  if (params) env.registerVariable('params', 'dyn');
  if (variables.length > 0) {
    const fields = Object.fromEntries(variables.map(({ name, type }) => [name, type]));
    env.registerType('kubernetes.variables', { ctor: Variables, fields });
    env.registerVariable('variables', 'kubernetes.variables');
  }
  return env;
}

/** A value for `variables`: each is evaluated when first asked for. */
export function lazyVariables(all: Readonly<Record<string, () => unknown>>): unknown {
  const made = new Variables();
  for (const [name, get] of Object.entries(all)) Object.defineProperty(made, name, { get, enumerable: true });
  return made;
}

const GVK = { group: 'string', version: 'string', kind: 'string' };
const GVR = { group: 'string', version: 'string', resource: 'string' };

/** BuildRequestType and BuildNamespaceType. */
function withRequest(env: Environment): Environment {
  const type = (name: string, fields: Readonly<Record<string, string>>): string => {
    env.registerType(name, { fields: { ...fields } });
    return name;
  };
  const gvk = type('kubernetes.GroupVersionKind', GVK);
  const gvr = type('kubernetes.GroupVersionResource', GVR);
  const userInfo = type('kubernetes.UserInfo', {
    username: 'string',
    uid: 'string',
    groups: 'list<string>',
    extra: 'map<string, list<string>>',
  });
  const request = type('kubernetes.AdmissionRequest', {
    kind: gvk,
    resource: gvr,
    subResource: 'string',
    requestKind: gvk,
    requestResource: gvr,
    requestSubResource: 'string',
    name: 'string',
    namespace: 'string',
    operation: 'string',
    userInfo,
    dryRun: 'bool',
    options: 'dyn',
  });
  return env
    .registerVariable('object', 'dyn')
    .registerVariable('oldObject', 'dyn')
    .registerVariable('request', request)
    .registerVariable('namespaceObject', 'dyn');
}

function compileIn(env: Environment, expression: string, returns: readonly string[] | undefined): Compiled {
  const error = (message: string): Compiled => ({ kind: 'error', message });
  if (expression.length > LONGEST) return { kind: 'unknown', what: `${LONGEST} characters` };
  let parsed: ReturnType<Environment['parse']>;
  try {
    parsed = env.parse(expression);
  } catch (fault) {
    const { code, summary } = fault as { code?: string; summary?: string };
    return code === 'limit_exceeded'
      ? { kind: 'unknown', what: summary ?? '' }
      : error(compileWords(fault, expression));
  }
  const missing = notHere(parsed.ast);
  if (missing !== undefined) return { kind: 'unknown', what: missing };
  const { valid, type = 'dyn', error: fault } = parsed.check();
  if (!valid) {
    const words = compileWords(fault, expression);
    // What the library finds wrong and the API server perhaps not.
    return words === ''
      ? { kind: 'unknown', what: (fault as { summary?: string }).summary ?? '' }
      : error(words);
  }
  const mixed = mixedLiteral(env, expression);
  if (mixed !== undefined) return error(mixed);
  if (returns !== undefined && !returns.includes(type)) {
    // A field of `object` is dyn for certain; through a function the API server may know better.
    const certain = type !== 'dyn' || ['.', '[]', 'id'].includes(parsed.ast.op);
    const got = type.replace('<', '(').replace('>', ')');
    const wanted = returns.length === 1 ? `${returns[0]}` : `one of [${returns.join(' ')}]`;
    if (certain) return error(`must evaluate to ${wanted} but got ${got}`);
  }
  countIn(parsed.ast);
  return {
    kind: 'program',
    type,
    reads: readsOf(parsed.ast),
    run: (bindings) => run(parsed, bindings),
  };
}

const strict = new WeakMap<Environment, Environment>();

/** Kubernetes wants one type in a list or map that is written out; what is dyn, or given to `format`, may be any. */
function mixedLiteral(env: Environment, expression: string): string | undefined {
  if (!/[[{]/.test(expression) || expression.includes('.format(')) return undefined;
  let one = strict.get(env);
  if (one === undefined) strict.set(env, (one = env.clone({ homogeneousAggregateLiterals: true })));
  const { error } = one.check(expression);
  return error?.code.startsWith('heterogeneous_') === true
    ? compileWords(error, expression) || undefined
    : undefined;
}

let depth = 0;
let touched: string | undefined;

/** Variables are evaluated inside the evaluation that asks for them: they share its count. */
function run(
  program: (context: Record<string, unknown>) => unknown,
  bindings: Readonly<Record<string, unknown>>,
): Outcome {
  if (depth === 0) {
    startCounting();
    touched = undefined;
  }
  depth++;
  try {
    return { kind: 'value', value: program({ ...bindings }) };
  } catch (fault) {
    if (fault instanceof NotKnown) touched ??= fault.message;
    if (overLimit()) return { kind: 'error', message: new OverLimit().message };
    if (touched !== undefined) return { kind: 'unknown', what: touched };
    return { kind: 'error', message: runWords(fault) };
  } finally {
    depth--;
  }
}

/** The first thing that Kubernetes has and nobody here; `matches` becomes ours on the way. */
function notHere(root: ASTNode): string | undefined {
  let name: string | undefined;
  let missing: string | undefined;
  eachNode(root, (node) => {
    if (node.op === 'id' && NAMES_NOT_HERE.has(String(node.args))) name ??= String(node.args);
    if (node.op !== 'call' && node.op !== 'rcall') return;
    const call = node.args as [string, ...unknown[]];
    if (call[0] === 'matches') call[0] = 'matchesRe2';
    const args = call.at(-1) as readonly unknown[];
    const twoVariables = ['all', 'exists', 'exists_one'].includes(call[0]) && args.length === 3;
    if (NOT_HERE.has(call[0]) || twoVariables) missing ??= `${call[0]}()`;
  });
  return name ?? missing;
}

/** Chains of fields that begin at `object`: `object.spec.replicas`, `object.metadata.labels['app']`. */
function readsOf(root: ASTNode): readonly FieldPath[] {
  const reads: FieldPath[] = [];
  const inner = new Set<unknown>();
  eachNode(root, (node) => {
    const path = inner.has(node) ? undefined : chainOf(node, inner);
    if (path !== undefined && path.length > 0) reads.push(path);
  });
  return reads;
}

function chainOf(node: { op: string; args: unknown }, inner: Set<unknown>): FieldPath | undefined {
  if (node.op === 'id') return node.args === 'object' ? [] : undefined;
  if (!['.', '.?', '[]', '[?]'].includes(node.op)) return undefined;
  const [left, right] = node.args as [{ op: string; args: unknown }, unknown];
  const before = chainOf(left, inner);
  if (before === undefined) return undefined;
  inner.add(left);
  if (typeof right === 'string') return [...before, right];
  const { op, args } = right as { op: string; args: unknown };
  if (op === 'value' && typeof args === 'string') return [...before, args];
  return op === 'value' && typeof args === 'bigint' ? [...before, Number(args)] : before;
}

/** For who evaluates a variable inside an expression: its fault is the expression's. */
export function failIn(outcome: Exclude<Outcome, { kind: 'value' }>, variable: string): never {
  if (outcome.kind === 'unknown') throw new NotKnown(outcome.what);
  throw new EvaluationError(`composited variable "${variable}" fails to evaluate: ${outcome.message}`);
}
