/**
 * The functions that Kubernetes adds to CEL (k8s.io/apiserver/pkg/cel/library, cel-go's ext), over what the library has:
 * lists, sets, strings and `format`, quantities, addresses, and `matches` by RE2, which no pattern can stall.
 * Leaves out, and so answers unknown: url, semver, the authorizer, base64, jsonpatch, `find` and `findAll`, macros of two variables.
 */
import { Environment } from '@marcbachmann/cel-js';
import { RE2JS } from '@bufbuild/re2';
import {
  type Cidr,
  cidrContains,
  cidrText,
  cidrWithin,
  ipFamily,
  parseCidrStrict,
  parseIp,
} from '../../base/ip.ts';
import { parseQuantity, type Quantity as Amount, quantityFault } from '../../k8s/quantity.ts';
import { countElements } from './cost.ts';

import { NotKnown } from './values.ts';

/** Names that Kubernetes knows and nobody here does: an expression with one of them is unknown. */
export const NOT_HERE: ReadonlySet<string> = new Set(
  `url isURL getScheme getHost getHostname getPort getEscapedPath getQuery semver isSemver major minor patch find findAll check allowed reason errored error group resource subresource namespace name fieldSelector labelSelector serviceAccount path transformList transformMap transformMapEntry existsOne optMap optFlatMap escapeKey encode decode quote distinct flatten slice sort sortBy range reverse first last isCanonical validate`.split(
    ' ',
  ),
);
/** Variables and namespaces of functions that nobody here has. */
export const NAMES_NOT_HERE: ReadonlySet<string> = new Set([
  'authorizer',
  'base64',
  'math',
  'lists',
  'strings',
  'jsonpatch',
  'format',
]);

class Quantity {
  readonly amount: Amount;
  constructor(amount: Amount) {
    this.amount = amount;
  }
}
class IpAddress {
  readonly text: string;
  constructor(text: string) {
    this.text = text;
  }
}
class CidrBlock {
  readonly cidr: Cidr;
  readonly ip: string;
  constructor(cidr: Cidr, ip: string) {
    this.cidr = cidr;
    this.ip = ip;
  }
}
/** The namespace of `sets.contains`. */
class Sets {
  readonly name = 'sets';
}

const SYNC = { async: false } as unknown as undefined;

function add(env: Environment, functions: Readonly<Record<string, (...args: never[]) => unknown>>): void {
  for (const [signature, handler] of Object.entries(functions)) {
    env.registerFunction(signature, handler as (...args: unknown[]) => unknown, SYNC);
  }
}

/** The environment that everything is compiled in, but for the variables. */
export function kubernetesEnvironment(): Environment {
  const env = new Environment({
    enableOptionalTypes: true,
    homogeneousAggregateLiterals: false,
    limits: { maxDepth: 250, maxAstNodes: 20_000 },
  });
  env.registerType('kubernetes.Quantity', { ctor: Quantity, fields: {} });
  env.registerType('net.IP', { ctor: IpAddress, fields: {} });
  env.registerType('net.CIDR', { ctor: CidrBlock, fields: {} });
  env.registerType('Sets', { ctor: Sets, fields: {} });
  env.registerConstant('sets', 'Sets', new Sets());
  env.registerOperator(
    'kubernetes.Quantity == kubernetes.Quantity',
    (a: Quantity, b: Quantity) => a.amount.nano === b.amount.nano,
  );
  env.registerOperator('net.IP == net.IP', (a: IpAddress, b: IpAddress) => a.text === b.text);
  env.registerOperator(
    'net.CIDR == net.CIDR',
    (a: CidrBlock, b: CidrBlock) => cidrText(a.cidr) === cidrText(b.cidr) && a.ip === b.ip,
  );
  add(env, STRINGS);
  add(env, LISTS);
  add(env, QUANTITIES);
  add(env, ADDRESSES);
  return env;
}

const patterns = new Map<string, RE2JS>();

/** `matches` of the API server; the library's own goes by JavaScript's expressions. */
function matches(text: string, pattern: string): boolean {
  countElements((text.length * pattern.length) / 16);
  let compiled = patterns.get(pattern);
  if (compiled === undefined) {
    compiled = RE2JS.compile(pattern);
    if (patterns.size > 200) patterns.clear();
    patterns.set(pattern, compiled);
  }
  return compiled.test(text);
}

/** Texts are counted in code points. */
const points = (text: string): string[] => [...text];

const STRINGS = {
  // Expressions are rewritten to this name after they are parsed.
  'string.matchesRe2(string): bool': matches,
  'matchesRe2(string, string): bool': matches,
  'string.charAt(int): string': (text: string, at: bigint) => {
    const all = points(text);
    if (at < 0n || at > BigInt(all.length)) throw new Error(`index out of range: ${at}`);
    return all[Number(at)] ?? '';
  },
  'string.replace(string, string): string': (text: string, from: string, to: string) => {
    countElements((text.length * (to.length + 1)) / 16);
    return text.replaceAll(from, () => to);
  },
  'string.replace(string, string, int): string': (text: string, from: string, to: string, most: bigint) => {
    if (most < 0n) return text.replaceAll(from, () => to);
    let left = most;
    return text.replaceAll(from, (found) => (left-- > 0n ? to : found));
  },
  'string.reverse(): string': (text: string) => points(text).reverse().join(''),
  'string.format(list): string': (text: string, args: readonly unknown[]) => format(text, args),
};

/** `format` of cel-go's strings extension. */
function format(text: string, args: readonly unknown[]): string {
  let next = 0;
  return text.replace(/%(?:%|(?:\.(\d+))?([a-zA-Z])|.?)/g, (clause, precision?: string, verb?: string) => {
    if (clause === '%%') return '%';
    const value = args[next++];
    if (value === undefined) throw new Error(`index ${next - 1} out of range`);
    switch (verb) {
      case 's':
        return plainText(value);
      case 'd':
        if (typeof value === 'bigint') return String(value);
        throw new Error('error during formatting: decimal clause can only be used on integers');
      case 'f':
        if (typeof value === 'number') return value.toFixed(precision === undefined ? 6 : Number(precision));
        throw new NotKnown('%f of an integer');
      default:
        throw new NotKnown(`format’s ${clause}`);
    }
  });
}

function plainText(value: unknown): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'bigint' || typeof value === 'boolean') return String(value);
  if (value === null) return 'null';
  if (Array.isArray(value)) return `[${value.map(plainText).join(', ')}]`;
  if (typeof value === 'object' && Object.getPrototypeOf(value) === Object.prototype) {
    const entries = Object.entries(value).map(([key, v]) => `${key}: ${plainText(v)}`);
    return `{${entries.sort().join(', ')}}`;
  }
  throw new NotKnown('format’s text of this type');
}

type Ordered = bigint | number | string | boolean;

function extreme(
  list: readonly Ordered[],
  name: string,
  better: (a: Ordered, b: Ordered) => boolean,
): Ordered {
  const [first, ...rest] = list;
  if (first === undefined) throw new Error(`${name} called on empty list`);
  return rest.reduce((best, one) => (better(one, best) ? one : best), first);
}

/** Equality of CEL for what JSON can be. */
function same(a: unknown, b: unknown): boolean {
  if (typeof a === 'object' && a !== null) {
    if (typeof b !== 'object' || b === null || Array.isArray(a) !== Array.isArray(b)) return false;
    // A value that is not known says so here.
    if (a.constructor !== b.constructor) return false;
    const [x, y] = [Object.entries(a), b as Readonly<Record<string, unknown>>];
    return x.length === Object.keys(b).length && x.every(([key, v]) => key in b && same(v, y[key]));
  }
  if (typeof a === 'bigint' && typeof b === 'number') return Number(a) === b;
  if (typeof a === 'number' && typeof b === 'bigint') return a === Number(b);
  return a === b;
}

const within = (some: readonly unknown[], all: readonly unknown[]): boolean => {
  countElements(some.length * all.length);
  return some.every((one) => all.some((other) => same(one, other)));
};

const LISTS = {
  'list.isSorted(): bool': (list: readonly Ordered[]) =>
    list.every((v, i) => i === 0 || (list[i - 1] ?? v) <= v),
  'list.sum(): dyn': (list: readonly (bigint | number)[]) => {
    if (list.length === 0) return 0n;
    if (list.every((v) => typeof v === 'bigint'))
      return list.reduce((sum: bigint, v) => sum + (v as bigint), 0n);
    if (list.every((v) => typeof v === 'number'))
      return list.reduce((sum: number, v) => sum + (v as number), 0);
    throw new NotKnown('the sum of this list');
  },
  'list.min(): dyn': (list: readonly Ordered[]) => extreme(list, 'min', (a, b) => a < b),
  'list.max(): dyn': (list: readonly Ordered[]) => extreme(list, 'max', (a, b) => a > b),
  'list.indexOf(dyn): int': (list: readonly unknown[], one: unknown) =>
    BigInt(list.findIndex((v) => same(v, one))),
  'list.lastIndexOf(dyn): int': (list: readonly unknown[], one: unknown) =>
    BigInt(list.findLastIndex((v) => same(v, one))),
  'Sets.contains(list, list): bool': (_: Sets, list: readonly unknown[], some: readonly unknown[]) =>
    within(some, list),
  'Sets.equivalent(list, list): bool': (_: Sets, a: readonly unknown[], b: readonly unknown[]) =>
    within(a, b) && within(b, a),
  'Sets.intersects(list, list): bool': (_: Sets, a: readonly unknown[], b: readonly unknown[]) => {
    countElements(a.length * b.length);
    return a.some((one) => b.some((other) => same(one, other)));
  },
};

function quantity(text: string): Quantity {
  const amount = parseQuantity(text);
  if (typeof amount === 'string') throw new Error(quantityFault(text));
  return new Quantity(amount);
}

const BILLION = 1_000_000_000n;
const nanoOf = (b: Quantity | bigint): bigint => (typeof b === 'bigint' ? b * BILLION : b.amount.nano);
const sum = (a: Quantity, nano: bigint): Quantity =>
  new Quantity({ ...a.amount, nano: a.amount.nano + nano });
const compare = (a: Quantity, b: Quantity): bigint =>
  a.amount.nano < b.amount.nano ? -1n : a.amount.nano > b.amount.nano ? 1n : 0n;

const QUANTITIES = {
  'quantity(string): kubernetes.Quantity': quantity,
  'isQuantity(string): bool': (text: string) => typeof parseQuantity(text) !== 'string',
  'kubernetes.Quantity.sign(): int': ({ amount }: Quantity) =>
    amount.nano > 0n ? 1n : amount.nano < 0n ? -1n : 0n,
  'kubernetes.Quantity.isInteger(): bool': ({ amount }: Quantity) => amount.nano % BILLION === 0n,
  'kubernetes.Quantity.asInteger(): int': ({ amount }: Quantity) => {
    if (amount.nano % BILLION !== 0n) throw new Error('cannot convert value to integer');
    return amount.nano / BILLION;
  },
  'kubernetes.Quantity.asApproximateFloat(): double': ({ amount }: Quantity) => Number(amount.nano) / 1e9,
  'kubernetes.Quantity.add(kubernetes.Quantity): kubernetes.Quantity': (a: Quantity, b: Quantity) =>
    sum(a, nanoOf(b)),
  'kubernetes.Quantity.add(int): kubernetes.Quantity': (a: Quantity, b: bigint) => sum(a, nanoOf(b)),
  'kubernetes.Quantity.sub(kubernetes.Quantity): kubernetes.Quantity': (a: Quantity, b: Quantity) =>
    sum(a, -nanoOf(b)),
  'kubernetes.Quantity.sub(int): kubernetes.Quantity': (a: Quantity, b: bigint) => sum(a, -nanoOf(b)),
  'kubernetes.Quantity.isLessThan(kubernetes.Quantity): bool': (a: Quantity, b: Quantity) =>
    compare(a, b) < 0n,
  'kubernetes.Quantity.isGreaterThan(kubernetes.Quantity): bool': (a: Quantity, b: Quantity) =>
    compare(a, b) > 0n,
  'kubernetes.Quantity.compareTo(kubernetes.Quantity): int': compare,
};

function ip(text: string): IpAddress {
  const parsed = parseIp(text);
  if (parsed === undefined) throw new Error(`IP Address "${text}" parse error during conversion from string`);
  return new IpAddress(parsed);
}

function block(text: string): CidrBlock {
  const parsed = parseCidrStrict(text);
  const address = parseIp(text.split('/')[0] ?? '');
  if (parsed === undefined || address === undefined) {
    throw new Error('network address parse error during conversion from string');
  }
  return new CidrBlock(parsed.cidr, address);
}

const ADDRESSES = {
  'ip(string): net.IP': ip,
  'isIP(string): bool': (text: string) => parseIp(text) !== undefined,
  'string(net.IP): string': (a: IpAddress) => a.text,
  'net.IP.family(): int': (a: IpAddress) => BigInt(ipFamily(a.text)),
  'net.IP.isLoopback(): bool': (a: IpAddress) => a.text === '::1' || a.text.startsWith('127.'),
  'net.IP.isUnspecified(): bool': (a: IpAddress) => a.text === '::' || a.text === '0.0.0.0',
  'cidr(string): net.CIDR': block,
  'isCIDR(string): bool': (text: string) => parseCidrStrict(text) !== undefined,
  'string(net.CIDR): string': (c: CidrBlock) => `${c.ip}/${c.cidr.prefixLength}`,
  'net.CIDR.containsIP(string): bool': (c: CidrBlock, text: string) => cidrContains(c.cidr, ip(text).text),
  'net.CIDR.containsIP(net.IP): bool': (c: CidrBlock, a: IpAddress) => cidrContains(c.cidr, a.text),
  'net.CIDR.containsCIDR(string): bool': (c: CidrBlock, text: string) => cidrWithin(c.cidr, block(text).cidr),
  'net.CIDR.containsCIDR(net.CIDR): bool': (c: CidrBlock, d: CidrBlock) => cidrWithin(c.cidr, d.cidr),
  'net.CIDR.ip(): net.IP': (c: CidrBlock) => new IpAddress(c.ip),
  'net.CIDR.masked(): net.CIDR': (c: CidrBlock) => new CidrBlock(c.cidr, c.cidr.ip),
  'net.CIDR.prefixLength(): int': (c: CidrBlock) => BigInt(c.cidr.prefixLength),
};
