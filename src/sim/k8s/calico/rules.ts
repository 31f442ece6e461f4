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
  readonly serviceAccounts?: { readonly names?: readonly string[]; readonly selector?: string };
  readonly services?: { readonly name?: string; readonly namespace?: string };
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
  readonly serviceAccountSelector?: string;
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
  /** The endpoints of this Service; as a destination with their ports. */
  readonly service?: { readonly namespace: string; readonly name: string };
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
export const LABEL_SERVICE_ACCOUNT = 'projectcalico.org/serviceaccount';
/** An account's name as long as that is no label of its pods. */
export const TOO_LONG_FOR_LABEL = 63;
export const LABEL_ORCHESTRATOR = 'projectcalico.org/orchestrator';
/** Labels of a namespace, on the endpoints in it. */
export const NAMESPACE_PREFIX = 'pcns.';
/** Labels of a service account, on the pods that run as it. */
export const ACCOUNT_PREFIX = 'pcsa.';
/** The name of a namespace or an account among those labels. */
export const NAME_LABEL = 'projectcalico.org/name';

export const DEFAULT_TIER = 'default';

export function specOf(manifest: Pick<Manifest, 'body'>): UpstreamSpec {
  return (manifest.body['spec'] ?? {}) as UpstreamSpec;
}

/** The endpoints that a policy applies to, in the words in which Calico keeps it. */
export function subjectText(spec: UpstreamSpec, namespace: string | undefined): string {
  const { selector = '', namespaceSelector = '', serviceAccountSelector = '' } = spec;
  if (namespace !== undefined) {
    const own = joined(selector, `${LABEL_NAMESPACE} == '${namespace}'`);
    return joined(own, withPrefix(serviceAccountSelector, ACCOUNT_PREFIX));
  }
  let text = selector;
  if (namespaceSelector !== '') {
    text = joined(text, withPrefix(namespaceSelector, NAMESPACE_PREFIX));
    text = text.replaceAll('all()', `has(${LABEL_NAMESPACE})`);
  }
  if (serviceAccountSelector !== '') {
    text = joined(text, withPrefix(serviceAccountSelector, ACCOUNT_PREFIX));
    text = text.replaceAll('all()', `has(${LABEL_SERVICE_ACCOUNT})`);
  }
  return text;
}

/** The canonical text over labels that begin with `prefix`. */
function withPrefix(selector: string, prefix: string): string {
  return selector === '' ? '' : selectorText(prefixed(parseSelector(selector), prefix));
}

function joined(first: string, second: string): string {
  if (first === '' || second === '') return first + second;
  return `(${first}) && ${second}`;
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
  const { notSelector, services } = entity ?? {};
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
    ...(services === undefined
      ? {}
      : { service: { namespace: services.namespace || (namespace ?? ''), name: services.name ?? '' } }),
    ports: ports.numeric,
    namedPorts: ports.named,
    notPorts: notPorts.numeric,
    notNamedPorts: notPorts.named,
  };
}

/** A policy of a namespace stays in its namespace as soon as any selector is there, `notSelector` as well. */
function positiveSelector(
  { selector: own = '', notSelector = '', namespaceSelector = '', serviceAccounts }: UpstreamEntity,
  namespace: string | undefined,
): string {
  const pods = [accountsText(serviceAccounts), own].filter((text) => text !== '');
  const selector = pods.length > 1 ? `(${pods.join(') && (')})` : (pods[0] ?? '');
  const where =
    namespaceSelector !== ''
      ? withPrefix(namespaceSelector, NAMESPACE_PREFIX)
          .replaceAll('all()', `has(${LABEL_NAMESPACE})`)
          .replaceAll('global()', `!has(${LABEL_NAMESPACE})`)
      : namespace === undefined
        ? ''
        : `${LABEL_NAMESPACE} == '${namespace}'`;
  if (where === '' || (selector === '' && notSelector === '' && namespaceSelector === '')) return selector;
  return selector === '' ? where : `(${where}) && (${selector})`;
}

/** Accounts by their labels, and by their names. */
function accountsText(accounts: UpstreamEntity['serviceAccounts']): string {
  const { names = [], selector = '' } = accounts ?? {};
  const labelled = withPrefix(selector, ACCOUNT_PREFIX);
  if (names.length === 0) return labelled;
  // No name of an account has a quote in it; one that has would spoil the whole.
  if (names.some((name) => name.includes("'"))) return '';
  const named = selectorText(parseSelector(`${LABEL_SERVICE_ACCOUNT} in { '${names.join("', '")}' }`));
  return labelled === '' ? named : `(${labelled}) && (${named})`;
}

export function netsOf(nets: readonly string[] | undefined): readonly Cidr[] {
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
