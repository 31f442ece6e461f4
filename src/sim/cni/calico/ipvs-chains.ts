/**
 * What Felix adds where it finds kube-ipvs0 (`felix/rules/static.go` KubeIPVSSupportEnabled, `dispatch.go`
 * EndpointMarkDispatchChains, `markbits`): packets that IPVS hands on pass INPUT and OUTPUT instead of FORWARD. INPUT notes
 * in the mark which pod such a packet comes from; OUTPUT, where the destination is the pod and no Service any more, then
 * polices it as FORWARD would. Left out: the marks of host endpoints.
 */
import type { IpFamily } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { Pod } from '../../k8s/cluster-state.ts';
import type { ChainPart } from '../../net/config.ts';
import { dispatchBy } from './endpoint-chains.ts';
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
  inSet,
  jumpTo,
  markMatches,
  markNotClear,
  markSet,
  outInterface,
  protocol,
  setMaskedMark,
  type FelixRule,
} from './felix-rule.ts';
import { MARK_ACCEPT, MARK_ENDPOINT, MARK_NON_CALI_ENDPOINT, staticSetName } from './marks.ts';
import { caliInterface, endpointChain } from './names.ts';

const WORKLOADS = 'cali+';
/** KubeNodePortRanges. */
const NODE_PORTS = destinationPorts([{ from: 30_000, to: 32_767 }]);

/** Before the rule that sends what comes from a pod to `cali-wl-to-host`. */
export const IPVS_INPUT: readonly FelixRule[] = [
  { action: clearMark(MARK_ENDPOINT) },
  { action: jumpTo('cali-forward-check') },
  { match: [markNotClear(MARK_ENDPOINT)], action: RETURN },
];

/** Right after what was accepted already. */
export const IPVS_OUTPUT: FelixRule = {
  match: [markNotClear(MARK_ENDPOINT)],
  action: goTo('cali-forward-endpoint-mark'),
};

const nodePort = (proto: 'tcp' | 'udp', family: IpFamily): FelixRule => ({
  match: [protocol(proto), NODE_PORTS, inSet(staticSetName.thisHost(family), ['dst'])],
  action: goTo('cali-set-endpoint-mark'),
  comment: ['To kubernetes NodePort service'],
});

const forwardCheck = (family: IpFamily): readonly FelixRule[] => [
  { match: [ctState(['RELATED', 'ESTABLISHED'])], action: RETURN },
  nodePort('tcp', family),
  nodePort('udp', family),
  {
    match: [inSet(staticSetName.thisHost(family), ['dst'], true)],
    action: jumpTo('cali-set-endpoint-mark'),
    comment: ['To kubernetes service'],
  },
];

const forwardEndpointMark: readonly FelixRule[] = [
  {
    match: [markMatches(MARK_NON_CALI_ENDPOINT, MARK_ENDPOINT, true)],
    action: jumpTo('cali-from-endpoint-mark'),
  },
  { match: [outInterface(WORKLOADS)], action: jumpTo('cali-to-wl-dispatch') },
  { action: jumpTo('cali-to-hep-forward') },
  // An encapsulated packet inherits the mark and must not be taken for a forwarded one.
  { action: clearMark(MARK_ENDPOINT) },
  { match: [markSet(MARK_ACCEPT)], action: ACCEPT, comment: ['Policy explicitly accepted packet.'] },
];

export function ipvsStaticChains(origin: Origin, family: IpFamily): readonly ChainPart[] {
  return [
    chainPart('filter', 'cali-forward-check', forwardCheck(family), origin),
    chainPart('filter', 'cali-forward-endpoint-mark', forwardEndpointMark, origin),
  ];
}

/** A mark for each pod of the node, and the way from the mark to the pod's chain. */
export function ipvsDispatchChains(pods: readonly Pod[], origin: Origin): readonly ChainPart[] {
  const marks = endpointMarks(pods.map(caliInterface));
  const names = [...marks.keys()].sort();
  const ends: readonly FelixRule[] = [
    { match: [inInterface(WORKLOADS)], action: DROP, comment: ['Unknown endpoint'] },
    {
      action: setMaskedMark(MARK_NON_CALI_ENDPOINT, MARK_ENDPOINT),
      comment: ['Non-Cali endpoint mark'],
    },
  ];
  return [
    ...dispatchBy(pods, 'cali-set-endpoint-mark', 'cali-sm-', inInterface, ends, origin),
    ...names.map((name) =>
      chainPart(
        'filter',
        endpointChain('cali-sm-', name),
        [{ action: setMaskedMark(marks.get(name) ?? 0, MARK_ENDPOINT) }],
        origin,
      ),
    ),
    chainPart(
      'filter',
      'cali-from-endpoint-mark',
      [
        ...names.map(
          (name): FelixRule => ({
            match: [markMatches(marks.get(name) ?? 0, MARK_ENDPOINT)],
            action: goTo(endpointChain('cali-fw-', name)),
          }),
        ),
        { action: DROP, comment: ['Unknown interface'] },
      ],
      origin,
    ),
  ];
}

/** Lowest bit of the endpoint mark. */
const SHIFT = Math.log2(MARK_NON_CALI_ENDPOINT);
const POSITIONS = 2 ** (32 - SHIFT);

/** A position by FNV-1 of the name, or the next one that is free; 0 means none, 1 all that is not Calico's. */
function endpointMarks(names: readonly string[]): ReadonlyMap<string, number> {
  const marks = new Map<string, number>();
  const taken = new Set([0, 1]);
  for (const name of names) {
    let position = fnv1(name) % POSITIONS;
    while (taken.has(position)) position = (position + 1) % POSITIONS;
    taken.add(position);
    marks.set(name, (position << SHIFT) >>> 0);
  }
  return marks;
}

function fnv1(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) {
    hash = (Math.imul(hash, 0x01000193) ^ text.charCodeAt(i)) >>> 0;
  }
  return hash;
}
