/**
 * Calico's NetworkPolicy and GlobalNetworkPolicy as its data model has them (libcalico-go: the update processors): the
 * selectors of an endpoint joined into one, ports and protocols told apart. Both the policy evaluator and Felix' rules begin here.
 */
import type { Cidr } from '../../base/ip.ts';
import { parseCidrStrict } from '../../base/ip.ts';
import type { Manifest } from '../manifest.ts';
import { parseSelector, prefixed, type SelectorNode, selectorText } from './selector.ts';

export interface UpstreamEntity {
  readonly nets?: readonly string[];
  readonly notNets?: readonly string[];
  readonly selector?: string;
  readonly notSelector?: string;
  readonly namespaceSelector?: string;
  readonly ports?: readonly (number | string)[];
  readonly notPorts?: readonly (number | string)[];
}
interface UpstreamIcmp {
  readonly type?: number;
  readonly code?: number;
}
export interface UpstreamRule {
  readonly action: 'Allow' | 'Deny' | 'Log' | 'Pass';
  readonly ipVersion?: 4 | 6;
  readonly protocol?: string | number;
  readonly notProtocol?: string | number;
  readonly icmp?: UpstreamIcmp;
  readonly notICMP?: UpstreamIcmp;
  readonly source?: UpstreamEntity;
  readonly destination?: UpstreamEntity;
  readonly metadata?: { readonly annotations?: Readonly<Record<string, string>> };
}
export interface UpstreamSpec {
  readonly tier?: string;
  readonly order?: number;
  readonly selector?: string;
  readonly namespaceSelector?: string;
  readonly types?: readonly ('Ingress' | 'Egress')[];
  readonly ingress?: readonly UpstreamRule[];
  readonly egress?: readonly UpstreamRule[];
  readonly doNotTrack?: boolean;
  readonly preDNAT?: boolean;
}

export interface NumericPorts {
  readonly from: number;
  readonly to: number;
}

/** Source or destination of a rule. */
export interface CalicoEntity {
  readonly nets: readonly Cidr[];
  readonly notNets: readonly Cidr[];
  /** What is limited to known endpoints; `notSelector` alone is not, and means hosts outside as well. */
  readonly selector?: SelectorNode;
  readonly notSelector?: SelectorNode;
  readonly ports: readonly NumericPorts[];
  readonly namedPorts: readonly string[];
  readonly notPorts: readonly NumericPorts[];
  readonly notNamedPorts: readonly string[];
}

/** A name in lower case, as iptables has it, or a number. */
export type CalicoProtocol = string | number;

export interface CalicoSpecRule {
  readonly action: 'allow' | 'deny' | 'log' | 'pass';
  readonly ipVersion?: 4 | 6;
  readonly protocol?: CalicoProtocol;
  readonly notProtocol?: CalicoProtocol;
  readonly icmp?: UpstreamIcmp;
  readonly notICMP?: UpstreamIcmp;
  readonly source: CalicoEntity;
  readonly destination: CalicoEntity;
  readonly annotations: readonly (readonly [key: string, value: string])[];
}

export const LABEL_NAMESPACE = 'projectcalico.org/namespace';
/** Labels of a namespace, on the endpoints in it. */
export const NAMESPACE_PREFIX = 'pcns.';

export const DEFAULT_TIER = 'default';

export function specOf(manifest: Pick<Manifest, 'body'>): UpstreamSpec {
  return (manifest.body['spec'] ?? {}) as UpstreamSpec;
}

/** The endpoints that a policy applies to, in the words in which Calico keeps it. */
export function subjectText(spec: UpstreamSpec, namespace: string | undefined): string {
  const { selector = '', namespaceSelector = '' } = spec;
  if (namespace !== undefined) {
    const own = `${LABEL_NAMESPACE} == '${namespace}'`;
    return selector === '' ? own : `(${selector}) && ${own}`;
  }
  if (namespaceSelector === '') return selector;
  const where = selectorText(prefixed(parseSelector(namespaceSelector), NAMESPACE_PREFIX));
  const joined = selector === '' ? where : `(${selector}) && ${where}`;
  return joined.replaceAll('all()', `has(${LABEL_NAMESPACE})`);
}

export function rulesOfSpec(
  rules: readonly UpstreamRule[] | undefined,
  namespace: string | undefined,
): readonly CalicoSpecRule[] {
  return (rules ?? []).map((rule): CalicoSpecRule => {
    const { ipVersion, protocol, notProtocol, icmp, notICMP } = rule;
    return {
      action: rule.action.toLowerCase() as CalicoSpecRule['action'],
      ...(ipVersion === undefined ? {} : { ipVersion }),
      ...(protocol === undefined ? {} : { protocol: protocolOf(protocol) }),
      ...(notProtocol === undefined ? {} : { notProtocol: protocolOf(notProtocol) }),
      ...(icmp === undefined ? {} : { icmp }),
      ...(notICMP === undefined ? {} : { notICMP }),
      source: entityOf(rule.source, namespace),
      destination: entityOf(rule.destination, namespace),
      annotations: Object.entries(rule.metadata?.annotations ?? {}),
    };
  });
}

function protocolOf(written: string | number): CalicoProtocol {
  const number = Number(written);
  return Number.isNaN(number) ? String(written).toLowerCase() : number;
}

function entityOf(entity: UpstreamEntity | undefined, namespace: string | undefined): CalicoEntity {
  const { notSelector } = entity ?? {};
  const positive = positiveSelector(entity ?? {}, namespace);
  // A positive selector takes the negative one in; alone, the negative one means everybody else.
  const text =
    positive === '' ? '' : notSelector === undefined ? positive : `(${positive}) && (!(${notSelector}))`;
  const ports = portsOf(entity?.ports);
  const notPorts = portsOf(entity?.notPorts);
  return {
    nets: netsOf(entity?.nets),
    notNets: netsOf(entity?.notNets),
    ...(text === '' ? {} : { selector: parseSelector(text) }),
    ...(text !== '' || notSelector === undefined ? {} : { notSelector: parseSelector(notSelector) }),
    ports: ports.numeric,
    namedPorts: ports.named,
    notPorts: notPorts.numeric,
    notNamedPorts: notPorts.named,
  };
}

/** A policy of a namespace stays in its namespace as soon as any selector is there, `notSelector` as well. */
function positiveSelector(
  { selector = '', notSelector = '', namespaceSelector = '' }: UpstreamEntity,
  namespace: string | undefined,
): string {
  const where =
    namespaceSelector !== ''
      ? selectorText(prefixed(parseSelector(namespaceSelector), NAMESPACE_PREFIX))
          .replaceAll('all()', `has(${LABEL_NAMESPACE})`)
          .replaceAll('global()', `!has(${LABEL_NAMESPACE})`)
      : namespace === undefined
        ? ''
        : `${LABEL_NAMESPACE} == '${namespace}'`;
  if (where === '' || (selector === '' && notSelector === '' && namespaceSelector === '')) return selector;
  return selector === '' ? where : `(${where}) && (${selector})`;
}

function netsOf(nets: readonly string[] | undefined): readonly Cidr[] {
  return (nets ?? []).flatMap((text) => {
    const whole = text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`;
    const parsed = parseCidrStrict(whole)?.cidr;
    return parsed === undefined ? [] : [parsed];
  });
}

/** `80`, `80:90`, `http`. */
export function portRange(port: number | string): NumericPorts | undefined {
  const match = /^(\d+)(?::(\d+))?$/.exec(String(port));
  if (match === null) return undefined;
  const from = Number(match[1]);
  return { from, to: match[2] === undefined ? from : Number(match[2]) };
}

function portsOf(ports: readonly (number | string)[] | undefined): {
  readonly numeric: readonly NumericPorts[];
  readonly named: readonly string[];
} {
  const numeric: NumericPorts[] = [];
  const named: string[] = [];
  for (const port of ports ?? []) {
    const range = portRange(port);
    if (range === undefined) named.push(String(port));
    else numeric.push(range);
  }
  return { numeric, named };
}
