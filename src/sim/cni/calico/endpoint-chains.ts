/**
 * The chains of a node's pods (`felix/rules/endpoints.go`, `dispatch.go`): a dispatch by interface, and for each pod one
 * chain for what goes to it and one for what comes from it. A packet that no policy of an isolated pod accepts is dropped
 * at the end of the tier (of `default`, and of people's own ones unless they pass); a pod that no policy isolates falls through
 * to its namespace's profile, which allows. Left out: QoS limits, flow logs.
 */
import { sha3_224 } from '@noble/hashes/sha3.js';
import { utf8ToBytes } from '@noble/hashes/utils.js';
import type { Origin } from '../../base/origin.ts';
import type { Pod, PolicyTierPlan } from '../../k8s/cluster-state.ts';
import type { ChainPart } from '../../net/config.ts';
import { podKey } from '../place.ts';
import type { CalicoPolicy } from './calico-policy.ts';
import type { FelixMatch, FelixRule } from './felix-rule.ts';
import {
  ACCEPT,
  DROP,
  RETURN,
  chainPart,
  clearMark,
  ctState,
  destinationPorts,
  goTo,
  inInterface,
  jumpTo,
  markClear,
  markNotClear,
  markSet,
  outInterface,
  protocolNumber,
  setMark,
} from './felix-rule.ts';
import { MARK_ACCEPT, MARK_PASS, VXLAN_PORT } from './marks.ts';
import {
  base64Url,
  caliInterface,
  endpointChain,
  policyChain,
  profileChain,
  MAX_CHAIN_NAME,
} from './names.ts';

export type Direction = 'ingress' | 'egress';

/** Policies next to each other with the same selector: several of them share a chain of their own. */
export interface PolicyGroup {
  readonly policies: readonly CalicoPolicy[];
  readonly chain: string;
}

/** The policies of one pod, tier and direction. */
export interface TierGroups {
  readonly tier: PolicyTierPlan;
  readonly groups: readonly PolicyGroup[];
}

/** The policies of one pod and direction, in their order, in tiers and groups. Tiers without any are left out. */
export function groupPolicies(
  policies: readonly CalicoPolicy[],
  direction: Direction,
  tiers: readonly PolicyTierPlan[],
): readonly TierGroups[] {
  return tiers.flatMap((tier) => {
    const own = policies.filter((policy) => policy.tier === tier.name);
    return own.length === 0 ? [] : [{ tier, groups: groupTier(own, direction) }];
  });
}

function groupTier(policies: readonly CalicoPolicy[], direction: Direction): readonly PolicyGroup[] {
  const groups: { selector: string; policies: CalicoPolicy[] }[] = [];
  for (const policy of policies) {
    const { selector } = policy;
    const last = groups.at(-1);
    if (last?.selector === selector) last.policies.push(policy);
    else groups.push({ selector, policies: [policy] });
  }
  const prefix = direction === 'ingress' ? 'cali-pi-' : 'cali-po-';
  return groups.map(({ selector, policies: members }) => {
    const [only] = members;
    return {
      policies: members,
      chain:
        members.length === 1 && only !== undefined
          ? policyChain(prefix, only)
          : groupChainName(selector, members, direction),
    };
  });
}

const groupNames = new Map<string, string>();

function groupChainName(selector: string, policies: readonly CalicoPolicy[], direction: Direction): string {
  const prefix = direction === 'ingress' ? 'cali-gi-' : 'cali-go-';
  const lines = [
    selector,
    direction === 'ingress' ? 'inbound' : 'outbound',
    String(policies.length),
    ...policies.map(
      ({ kind, name, namespace }) => `{Name: ${name}, Namespace: ${namespace ?? ''}, Kind: ${kind}}`,
    ),
  ];
  const text = lines.map((line) => `${line}\n`).join('');
  let name = groupNames.get(text);
  if (name === undefined) {
    name = prefix + base64Url(sha3_224(utf8ToBytes(text))).slice(0, MAX_CHAIN_NAME - prefix.length);
    groupNames.set(text, name);
  }
  return name;
}

/** The chain of a group of several policies; every fifth jump is preceded by a return on a verdict. */
export function groupChain(
  { policies, chain }: PolicyGroup,
  direction: Direction,
  origin: Origin,
): ChainPart {
  const prefix = direction === 'ingress' ? 'cali-pi-' : 'cali-po-';
  const rules = policies.flatMap((policy, index): FelixRule[] => {
    const own = { ...policy.origin, by: 'felix' };
    const first = index % 5 === 0;
    const stop: FelixRule = {
      match: [markNotClear(MARK_PASS | MARK_ACCEPT)],
      action: RETURN,
      comment: ['Return on verdict'],
    };
    const jump: FelixRule = {
      match: first ? [] : [markClear(MARK_PASS | MARK_ACCEPT)],
      action: jumpTo(policyChain(prefix, policy)),
      origin: own,
    };
    return first && index > 0 ? [stop, jump] : [jump];
  });
  return chainPart('filter', chain, rules, origin);
}

export interface Endpoint {
  readonly pod: Pod;
  readonly tiers: Readonly<Record<Direction, readonly TierGroups[]>>;
}

/** Profiles of a pod: its namespace's, which allows, and its service account's, which says nothing. */
function profilesOf(pod: Pod): readonly string[] {
  return [`kns.${pod.namespace}`, `ksa.${pod.namespace}.default`];
}

/** `cali-tw-…` (to the pod) and `cali-fw-…` (from it). */
export function endpointChains({ pod, tiers }: Endpoint): readonly ChainPart[] {
  const iface = caliInterface(pod);
  const origin: Origin = { ...pod.origin, by: 'felix' };
  return [
    chainPart(
      'filter',
      endpointChain('cali-tw-', iface),
      endpointRules(pod, 'ingress', tiers.ingress),
      origin,
    ),
    chainPart('filter', endpointChain('cali-fw-', iface), endpointRules(pod, 'egress', tiers.egress), origin),
  ];
}

/** What every pod's chain begins with. */
const ALWAYS: readonly FelixRule[] = [
  { match: [ctState(['RELATED', 'ESTABLISHED'])], action: ACCEPT },
  { match: [ctState(['INVALID'])], action: DROP },
  { action: clearMark(MARK_ACCEPT | MARK_PASS) },
];

/** A pod's own tunnel could go round its egress policies. */
const NO_TUNNELS: readonly FelixRule[] = [
  {
    match: [protocolNumber('udp'), destinationPorts([{ from: VXLAN_PORT, to: VXLAN_PORT }])],
    action: DROP,
    comment: ['Drop VXLAN encapped packets originating in workloads'],
  },
  {
    match: [protocolNumber('ipip')],
    action: DROP,
    comment: ['Drop IPinIP encapped packets originating in workloads'],
  },
];

const RETURN_ACCEPTED: FelixRule = {
  match: [markSet(MARK_ACCEPT)],
  action: RETURN,
  comment: ['Return if profile accepted'],
};
const NO_PROFILE: FelixRule = { action: DROP, comment: ['Drop if no profiles matched'] };

function endpointRules(pod: Pod, direction: Direction, tiers: readonly TierGroups[]): readonly FelixRule[] {
  const prefix = direction === 'ingress' ? 'cali-pri-' : 'cali-pro-';
  const rules: FelixRule[] = [...ALWAYS];
  if (direction === 'egress') rules.push(...NO_TUNNELS);
  for (const { tier, groups } of tiers) rules.push(...tierRules(pod, direction, tier, groups));
  for (const profile of profilesOf(pod)) {
    rules.push({ action: jumpTo(profileChain(prefix, profile)) }, RETURN_ACCEPTED);
  }
  rules.push(NO_PROFILE);
  return rules;
}

function tierRules(
  pod: Pod,
  direction: Direction,
  { name: tier, end }: PolicyTierPlan,
  groups: readonly PolicyGroup[],
): readonly FelixRule[] {
  const rules: FelixRule[] = [];
  const policies = groups.flatMap((group) => group.policies);
  const [firstPolicy] = policies;
  if (firstPolicy !== undefined) {
    rules.push({ action: clearMark(MARK_PASS), comment: [`Start of tier ${tier}`] });
    for (const { chain, policies: members } of groups) {
      const by: Origin = { ...(members[0] ?? firstPolicy).origin, by: 'felix' };
      rules.push(
        { match: [markClear(MARK_PASS)], action: jumpTo(chain), origin: by },
        { match: [markSet(MARK_ACCEPT)], action: RETURN, comment: ['Return if policy accepted'], origin: by },
      );
    }
    if (end === 'next') return rules;
    rules.push({
      match: [markClear(MARK_PASS)],
      action: DROP,
      comment: [`End of tier ${tier}. Drop if no policies passed packet`],
      // The field that isolates the pod, so that the line that closed the door is lit.
      origin: { ...firstPolicy.origin, path: firstPolicy.isolation, by: 'felix' },
      meaning: {
        kind: 'policy-deny',
        direction,
        pod: podKey(pod),
        policies: policies.map(({ namespace, name }) =>
          namespace === undefined ? name : `${namespace}/${name}`,
        ),
      },
    });
  }
  return rules;
}

const knownProfiles = new WeakMap<Origin, Map<string, readonly ChainPart[]>>();

/** `cali-pri-…` and `cali-pro-…` of the profiles of a node's pods. */
export function profileChains(pods: readonly Pod[], origin: Origin): readonly ChainPart[] {
  const known = knownProfiles.get(origin) ?? new Map<string, readonly ChainPart[]>();
  knownProfiles.set(origin, known);
  return [...new Set(pods.flatMap(profilesOf))].flatMap((profile) => {
    const chains = known.get(profile) ?? profileChainsOf(profile, origin);
    known.set(profile, chains);
    return chains;
  });
}

function profileChainsOf(profile: string, origin: Origin): readonly ChainPart[] {
  return (['ingress', 'egress'] as const).map((direction) =>
    chainPart(
      'filter',
      profileChain(direction === 'ingress' ? 'cali-pri-' : 'cali-pro-', profile),
      [
        {
          comment: [`Profile ${profile} ${direction}`],
          ...(profile.startsWith('kns.') ? { action: setMark(MARK_ACCEPT) } : {}),
        },
      ],
      origin,
    ),
  );
}

/** A root chain that leads to each pod's own chain, with a child chain per next character of the interfaces' names. */
export function dispatchBy(
  pods: readonly Pod[],
  root: string,
  prefix: Parameters<typeof endpointChain>[0],
  match: (iface: string) => FelixMatch,
  ends: readonly FelixRule[],
  origin: Origin,
): readonly ChainPart[] {
  const byName = new Map(pods.map((pod) => [caliInterface(pod), pod]));
  const names = [...byName.keys()].sort();
  const goToEndpoint = (name: string): FelixRule => {
    const pod = byName.get(name);
    return {
      match: [match(name)],
      action: goTo(endpointChain(prefix, name)),
      ...(pod === undefined ? {} : { origin: { ...pod.origin, by: 'felix' } }),
    };
  };
  const common = commonPrefix(names);
  const rules: FelixRule[] = [];
  const children: ChainPart[] = [];
  for (const [start, group] of bins(names, common)) {
    const [only] = group;
    if (group.length === 1 && only !== undefined) {
      rules.push(goToEndpoint(only));
      continue;
    }
    const child = `${root}-${start.slice(common.length)}`;
    rules.push({ match: [match(`${start}+`)], action: goTo(child) });
    children.push(chainPart('filter', child, [...group.map(goToEndpoint), ...ends], origin));
  }
  return [...children, chainPart('filter', root, [...rules, ...ends], origin)];
}

/** `cali-from-wl-dispatch` and `cali-to-wl-dispatch`. */
export function dispatchChains(pods: readonly Pod[], origin: Origin): readonly ChainPart[] {
  const ends: readonly FelixRule[] = [{ action: DROP, comment: ['Unknown interface'] }];
  return [
    ...dispatchBy(pods, 'cali-from-wl-dispatch', 'cali-fw-', inInterface, ends, origin),
    ...dispatchBy(pods, 'cali-to-wl-dispatch', 'cali-tw-', outInterface, ends, origin),
  ];
}

function bins(names: readonly string[], common: string): ReadonlyMap<string, readonly string[]> {
  const result = new Map<string, string[]>();
  for (const name of names) {
    const start = name.slice(0, common.length + 1);
    const bin = result.get(start);
    if (bin === undefined) result.set(start, [name]);
    else bin.push(name);
  }
  return result;
}

function commonPrefix(names: readonly string[]): string {
  const [first = '', ...rest] = names;
  let length = first.length;
  for (const name of rest) {
    while (!name.startsWith(first.slice(0, length))) length--;
  }
  return first.slice(0, length);
}
