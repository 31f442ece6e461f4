/**
 * The iptables rules of kube-proxy in ipvs mode (pkg/proxy/ipvs/proxier.go writeIptablesRules, iptablesJumpChain). Their
 * number does not grow with the Services: they ask sets. They mark what has to be masqueraded, keep source ranges, and
 * shut the ports of a Service's address that are no virtual server.
 */
import type { IpFamily } from '../../base/ip.ts';
import { cidr } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { ChainPart, HookPart, Match, Rule, TableName, Target } from '../../net/config.ts';
import type { LocalDetector } from '../local-detector.ts';
import type { NoNodeAccess } from './service-entries.ts';
import { setComment, setName, type SetName } from './sets.ts';

const MASQUERADE_MARK = 0x4000;

type Sides = readonly ('src' | 'dst')[];

const comment = (text: string): Match => ({ match: 'comment', text });
const jump = (chain: string): Target => ({ target: 'jump', chain });
const accept: Target = { target: 'ACCEPT' };
const drop: Target = { target: 'DROP' };
const giveBack: Target = { target: 'RETURN' };
const markMasq = jump('KUBE-MARK-MASQ');
const marked: Match = { match: 'mark', value: MASQUERADE_MARK, mask: MASQUERADE_MARK };
const unmarked: Match = { match: 'mark', value: MASQUERADE_MARK, mask: MASQUERADE_MARK, negate: true };
const DST: Sides = ['dst'];
const DST_DST: Sides = ['dst', 'dst'];
const DST_DST_SRC: Sides = ['dst', 'dst', 'src'];

/** ipsetWithIptablesChain: a rule for each of these sets that is not empty. */
const BY_SET: readonly (readonly [SetName, TableName, string, Target, Sides, 'tcp' | 'udp' | 'sctp' | ''])[] =
  [
    ['KUBE-LOOP-BACK', 'nat', 'KUBE-POSTROUTING', { target: 'MASQUERADE' }, DST_DST_SRC, ''],
    ['KUBE-LOAD-BALANCER', 'nat', 'KUBE-SERVICES', jump('KUBE-LOAD-BALANCER'), DST_DST, ''],
    ['KUBE-LOAD-BALANCER-LOCAL', 'nat', 'KUBE-LOAD-BALANCER', giveBack, DST_DST, ''],
    ['KUBE-NODE-PORT-LOCAL-TCP', 'nat', 'KUBE-NODE-PORT', giveBack, DST, 'tcp'],
    ['KUBE-NODE-PORT-TCP', 'nat', 'KUBE-NODE-PORT', markMasq, DST, 'tcp'],
    ['KUBE-NODE-PORT-LOCAL-UDP', 'nat', 'KUBE-NODE-PORT', giveBack, DST, 'udp'],
    ['KUBE-NODE-PORT-UDP', 'nat', 'KUBE-NODE-PORT', markMasq, DST, 'udp'],
    ['KUBE-NODE-PORT-LOCAL-SCTP-HASH', 'nat', 'KUBE-NODE-PORT', giveBack, DST_DST, 'sctp'],
    ['KUBE-NODE-PORT-SCTP-HASH', 'nat', 'KUBE-NODE-PORT', markMasq, DST_DST, 'sctp'],
    [
      'KUBE-LOAD-BALANCER-FW',
      'filter',
      'KUBE-PROXY-FIREWALL',
      jump('KUBE-SOURCE-RANGES-FIREWALL'),
      DST_DST,
      '',
    ],
    ['KUBE-LOAD-BALANCER-SOURCE-CIDR', 'filter', 'KUBE-SOURCE-RANGES-FIREWALL', giveBack, DST_DST_SRC, ''],
    ['KUBE-LOAD-BALANCER-SOURCE-IP', 'filter', 'KUBE-SOURCE-RANGES-FIREWALL', giveBack, DST_DST_SRC, ''],
  ];

/** In the order of kube-proxy's calls: each is prepended, so the last one of a chain is evaluated first. */
const JUMPS: readonly (readonly [TableName, HookPart['chain'], string, string])[] = [
  ['nat', 'OUTPUT', 'KUBE-SERVICES', 'kubernetes service portals'],
  ['nat', 'PREROUTING', 'KUBE-SERVICES', 'kubernetes service portals'],
  ['nat', 'POSTROUTING', 'KUBE-POSTROUTING', 'kubernetes postrouting rules'],
  ['filter', 'FORWARD', 'KUBE-FORWARD', 'kubernetes forwarding rules'],
  ['filter', 'INPUT', 'KUBE-NODE-PORT', 'kubernetes health check rules'],
  ['filter', 'INPUT', 'KUBE-PROXY-FIREWALL', 'kube-proxy firewall rules'],
  ['filter', 'FORWARD', 'KUBE-PROXY-FIREWALL', 'kube-proxy firewall rules'],
  ['filter', 'INPUT', 'KUBE-IPVS-FILTER', 'kubernetes ipvs access filter'],
  ['filter', 'OUTPUT', 'KUBE-IPVS-OUT-FILTER', 'kubernetes ipvs access filter'],
];

const CHAINS: readonly (readonly [TableName, string])[] = [
  ['nat', 'KUBE-SERVICES'],
  ['nat', 'KUBE-POSTROUTING'],
  ['nat', 'KUBE-NODE-PORT'],
  ['nat', 'KUBE-LOAD-BALANCER'],
  ['nat', 'KUBE-MARK-MASQ'],
  ['filter', 'KUBE-FORWARD'],
  ['filter', 'KUBE-NODE-PORT'],
  ['filter', 'KUBE-PROXY-FIREWALL'],
  ['filter', 'KUBE-SOURCE-RANGES-FIREWALL'],
  ['filter', 'KUBE-IPVS-FILTER'],
  ['filter', 'KUBE-IPVS-OUT-FILTER'],
];

export interface ChainsInput {
  readonly family: IpFamily;
  readonly detector: LocalDetector | undefined;
  readonly masqueradeAll: boolean;
  /** Sets that have entries. */
  readonly filled: ReadonlySet<SetName>;
  readonly noNodeAccess: readonly NoNodeAccess[];
  readonly origin: Origin;
}

export function jumpHooks(family: IpFamily, origin: Origin): HookPart[] {
  return JUMPS.map(([table, chain, to, text]) => ({
    ...(family === 6 ? { family } : {}),
    table,
    chain,
    where: 'prepend',
    rule: { matches: [comment(text)], target: jump(to), origin },
  }));
}

export function chains(input: ChainsInput): ChainPart[] {
  const { family, filled, origin } = input;
  const rules = new Map<string, Rule[]>(CHAINS.map(([table, name]) => [`${table} ${name}`, []]));
  const add = (
    table: TableName,
    chain: string,
    matches: readonly Match[],
    target: Target,
    by = origin,
  ): void => {
    rules.get(`${table} ${chain}`)?.push({ matches, target, origin: by });
  };
  const inSet = (name: SetName, dirs: Sides): Match => ({ match: 'set', name: setName(name, family), dirs });
  const labelled = (name: SetName, dirs: Sides): Match[] => [comment(setComment(name)), inSet(name, dirs)];
  const loopback = cidr(family === 4 ? '127.0.0.0/8' : '::1/128');

  // Connections to localhost leave the chain early.
  add('nat', 'KUBE-SERVICES', [{ match: 'src', cidr: loopback }], giveBack);
  for (const [name, table, chain, target, dirs, proto] of BY_SET) {
    if (!filled.has(name)) continue;
    const protocol: Match[] = proto === '' ? [] : [{ match: 'proto', proto }];
    add(table, chain, [...protocol, ...labelled(name, dirs)], target);
  }
  clusterIpRule(input, add, labelled);
  externalIpRules(filled, add, labelled);
  add('nat', 'KUBE-SERVICES', [{ match: 'addrtype', side: 'dst', type: 'LOCAL' }], jump('KUBE-NODE-PORT'));
  add('nat', 'KUBE-LOAD-BALANCER', [], markMasq);
  add('filter', 'KUBE-SOURCE-RANGES-FIREWALL', [], drop);
  // A load balancer's address may be shut to the nodes themselves; to IPVS both ends are that address then.
  for (const { ip, proto, port, origin: by } of input.noNodeAccess) {
    add(
      'filter',
      'KUBE-IPVS-OUT-FILTER',
      [
        { match: 'src', cidr: cidr(ip) },
        { match: 'ipvs', vaddr: ip, vproto: proto, vport: port },
      ],
      drop,
      by,
    );
  }
  // What IPVS will handle is accepted before any other rule of the table could object.
  for (const name of ['KUBE-CLUSTER-IP', 'KUBE-LOAD-BALANCER'] as const) {
    if (filled.has(name)) add('nat', 'KUBE-SERVICES', [inSet(name, DST_DST)], accept);
  }
  add('filter', 'KUBE-FORWARD', [comment('kubernetes forwarding rules'), marked], accept);
  add(
    'filter',
    'KUBE-FORWARD',
    [
      comment('kubernetes forwarding conntrack rule'),
      { match: 'ctstate', states: ['RELATED', 'ESTABLISHED'] },
    ],
    accept,
  );
  add('filter', 'KUBE-NODE-PORT', labelled('KUBE-HEALTH-CHECK-NODE-PORT', DST), accept);
  ipvsFilter(add, inSet, family);
  masquerading(add);
  return CHAINS.map(([table, name]) => ({
    ...(family === 6 ? { family } : {}),
    table,
    name,
    rules: rules.get(`${table} ${name}`) ?? [],
  }));
}

type Add = (table: TableName, chain: string, matches: readonly Match[], target: Target, by?: Origin) => void;
type Labelled = (name: SetName, dirs: Sides) => Match[];

function clusterIpRule({ filled, masqueradeAll, detector }: ChainsInput, add: Add, labelled: Labelled): void {
  if (!filled.has('KUBE-CLUSTER-IP')) return;
  const name = 'KUBE-CLUSTER-IP';
  if (masqueradeAll) add('nat', 'KUBE-SERVICES', labelled(name, DST_DST), markMasq);
  else if (detector !== undefined) {
    add('nat', 'KUBE-SERVICES', [...labelled(name, DST_DST), detector.ifNotLocal], markMasq);
  } else {
    // A node that speaks to a Service takes the Service's own address as source: the local route says so.
    add('nat', 'KUBE-SERVICES', labelled(name, ['src', 'dst']), markMasq);
  }
}

function externalIpRules(filled: ReadonlySet<SetName>, add: Add, labelled: Labelled): void {
  for (const name of ['KUBE-EXTERNAL-IP', 'KUBE-EXTERNAL-IP-LOCAL'] as const) {
    if (!filled.has(name)) continue;
    const asked = labelled(name, DST_DST);
    if (name === 'KUBE-EXTERNAL-IP') add('nat', 'KUBE-SERVICES', asked, markMasq);
    // Neither from a bridge (a container) nor from this host: from off the machine.
    add(
      'nat',
      'KUBE-SERVICES',
      [
        ...asked,
        { match: 'physdev', physdevIsIn: true, negate: true },
        { match: 'addrtype', side: 'src', type: 'LOCAL', negate: true },
      ],
      accept,
    );
    add('nat', 'KUBE-SERVICES', [...asked, { match: 'addrtype', side: 'dst', type: 'LOCAL' }], accept);
  }
}

/** KUBE-IPVS-FILTER: the host's own ports must not be reached through a Service's address (issue.k8s.io/72236). */
function ipvsFilter(add: Add, inSet: (name: SetName, dirs: Sides) => Match, family: IpFamily): void {
  for (const name of [
    'KUBE-LOAD-BALANCER',
    'KUBE-CLUSTER-IP',
    'KUBE-EXTERNAL-IP',
    'KUBE-EXTERNAL-IP-LOCAL',
  ] as const) {
    add('filter', 'KUBE-IPVS-FILTER', [inSet(name, DST_DST)], giveBack);
  }
  add('filter', 'KUBE-IPVS-FILTER', [inSet('KUBE-HEALTH-CHECK-NODE-PORT', DST)], giveBack);
  add('filter', 'KUBE-IPVS-FILTER', [{ match: 'ctstate', states: ['NEW'] }, inSet('KUBE-IPVS-IPS', DST)], {
    target: 'REJECT',
    with: family === 4 ? 'icmp-port-unreachable' : 'icmp6-port-unreachable',
  });
}

function masquerading(add: Add): void {
  add('nat', 'KUBE-POSTROUTING', [unmarked], giveBack);
  // --xor-mark: cleared, or the packet would be masqueraded again after a tunnel device.
  add('nat', 'KUBE-POSTROUTING', [], { target: 'MARK', value: MASQUERADE_MARK, mask: 0 });
  add('nat', 'KUBE-POSTROUTING', [comment('kubernetes service traffic requiring SNAT')], {
    target: 'MASQUERADE',
    randomFully: true,
  });
  add('nat', 'KUBE-MARK-MASQ', [], { target: 'MARK', value: MASQUERADE_MARK, mask: MASQUERADE_MARK });
}
