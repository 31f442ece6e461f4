/** Why no policy let a packet through. */
interface LabelMiss {
  readonly of: 'pod' | 'namespace' | 'node' | 'service-account';
  readonly name: string;
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly found: string | undefined;
}

function has({ of, name, key, found }: LabelMiss): string {
  const who = of === 'pod' ? name : `${of === 'service-account' ? 'ServiceAccount' : of} ${name}`;
  return found === undefined ? `${who} has no label ${key}` : `${who} has ${key}=${found}`;
}

function wants({ key, operator, values }: LabelMiss): string {
  switch (operator) {
    case 'Equals':
      return `${key}=${values.join()}`;
    case 'In':
      return `${key} in (${values.join(', ')})`;
    case 'NotIn':
      return `any ${key} but ${values.join(', ')}`;
    case 'Exists':
      return `the label ${key}, whatever its value`;
    case 'DoesNotExist':
      return `no label ${key}`;
    default: {
      const not = operator.startsWith('Not');
      const how = { Contains: 'contains', StartsWith: 'starts with', EndsWith: 'ends with' }[
        operator.slice(not ? 3 : 0)
      ];
      return `${not ? `no ${key}` : `a ${key}`} that ${how} ${values.join(' or ')}`;
    }
  }
}

interface RuleName {
  readonly policy: string;
  readonly rule: number;
  readonly kind?: string;
  readonly name?: string;
}

function ruleName({ policy, rule, kind, name }: RuleName): string {
  const called = name === undefined ? '' : ` (“${name}”)`;
  return `Rule ${rule + 1}${called} of ${kind === undefined ? '' : `${kind} `}${policy}`;
}

export const policy = {
  closest: { ingress: 'What almost let it in', egress: 'What almost let it out' },
  isolates: (p: { pod: string; count: number }) =>
    p.count === 1
      ? `One policy isolates ${p.pod}.`
      : `${p.count} policies isolate ${p.pod}; one rule of any would do.`,
  ruleOf: (p: { rule: number }) => `rule ${p.rule + 1}`,
  noRules: {
    ingress: 'has no ingress rule: it isolates and lets nobody in',
    egress: 'has no egress rule: it isolates and lets nothing out',
  },
  peerFits: (p: { peer: string }) => `${p.peer} is named`,
  portFits: (p: { port: string }) => `${p.port} is covered`,
  label: (p: LabelMiss) => `${has(p)}; the rule wants ${wants(p)}`,
  namespace: (p: { peer: string; wanted: string; found: string }) =>
    `${p.peer} is in namespace ${p.found}; a podSelector alone means pods of ${p.wanted}`,
  noPod: (p: { end: string; hostNetwork: boolean }) =>
    p.hostNetwork
      ? `${p.end} is on its node’s network; selectors name pods with an address of their own`
      : `${p.end} is no pod; selectors name pods`,
  noSet: (p: { end: string; hostNetwork: boolean; ips: string }) =>
    p.hostNetwork
      ? `${p.end} is on its node’s network, and no network set that this selector names holds ${p.ips}`
      : `no network set that this selector names holds ${p.ips}`,
  block: (p: { cidr: string; ips: string }) => `${p.ips} is not in ${p.cidr}`,
  except: (p: { except: string; ips: string }) => `${p.ips} is in the exception ${p.except}`,
  noNode: (p: { end: string }) => `${p.end} is no node`,
  notMeant: (p: { end: string; words: string }) => `${p.words} does not mean ${p.end}`,
  namespaced: (p: { name: string; namespace: string }) =>
    `it means only what is in no namespace, as hosts and global network sets are, so no pod; ${p.name} is in ${p.namespace}`,
  nobody: 'no pod can be what the selector wants',
  family: (p: { wanted: number }) => `the rule is about IPv${p.wanted} alone`,
  leftOut: 'the rule leaves this protocol or port out',
  otherProtocol: 'another message or protocol',
  domainName: (p: { names: string }) => `${p.names}: names are not compared with addresses here`,
  blockOfOutside: (p: { cidr: string; peer: string }) =>
    `${p.cidr} means addresses outside; this CNI does not take ${p.peer}, a pod, for one`,
  port: (p: { wanted: string; found: string }) => `it goes to port ${p.found}; the rule names ${p.wanted}`,
  portName: (p: { name: string; means: string; found: string }) =>
    p.means === ''
      ? `it goes to port ${p.found}; the target names no port ${p.name}`
      : `it goes to port ${p.found}; ${p.name} means ${p.means} on this pod`,
  protocol: (p: { wanted: string; found: string }) => `it is ${p.found}; the rule is about ${p.wanted}`,
  noPort: 'none (ICMP)',
  servicePort: (p: { service: string; port: number; targetPort: number }) =>
    `${p.port} is the port of Service ${p.service}. Policies see the packet after its DNAT, on its way to ${p.targetPort}.`,
  dns: 'It was on its way to the name server: who isolates egress has to let UDP and TCP 53 out.',
  more: (p: { n: number }) => `and ${p.n} more`,
  dependsOnCni: 'Depends on the CNI',
  leftOpen: {
    'ip-block-of-pod':
      'The API does not say whether an ipBlock covers pods’ addresses. This is how the chosen CNI reads it.',
    'host-network':
      'The API does not say how a pod on its node’s network is seen. Here it is the node’s address.',
    icmp: 'The API speaks of TCP, UDP and SCTP only. Here a rule with ports does not cover ICMP.',
  },
  stopped: 'What stops it',
  deniedByRule: (p: RuleName) => `${ruleName(p)} says Deny.`,
  tier: {
    Admin: 'It stands in the Admin tier: what it denies, no NetworkPolicy can allow.',
    Baseline: 'It stands in the Baseline tier, which is asked last.',
  } as Readonly<Record<string, string>>,
  notIsolated: (p: { pod: string }) => `No NetworkPolicy isolates ${p.pod}, so the baseline decides.`,
  failsClosed: (p: { field: string }) =>
    `This CNI does not know the field ${p.field}. It fails closed: such a rule accepts nothing, or denies everybody.`,
  before: 'Rules before it that would have decided otherwise',
  nothingBefore: 'No rule before it accepts anything or passes it on.',
  wouldAccept: (p: RuleName) => `${ruleName(p)} would accept it`,
  wouldPass: (p: RuleName & { leads: string | undefined }) =>
    `${ruleName(p)} would pass it on, to be ${p.leads === 'denied' ? 'denied' : 'allowed'} there`,
  tooLate: (p: RuleName) => `${ruleName(p)} would accept it, but comes after.`,
  overruled: (p: RuleName) => `${ruleName(p)} would accept it, but any denial goes first.`,
  ownKind: (p: { tier: string }) => `A policy of the CNI’s own kind, in the tier ${p.tier}.`,
  ownIsolates: (p: { kind: string; rules: number }) =>
    p.rules === 0
      ? `${p.kind}: isolates the pod and has no rule for this direction`
      : `${p.kind}: isolates the pod, and no rule of it allows this`,
  admitted: 'What lets it through',
  admittedFreely: 'No policy isolates either end, so everything may pass.',
  admittedBy: (p: { rules: string }) => `${p.rules}. Replies need no rule.`,
  admittingRule: (p: { policy: string; rule: number }) => `Rule ${p.rule + 1} of ${p.policy}`,
  opensCloses: (p: { opens: number; closes: number }) => `opens ${p.opens}, closes ${p.closes}`,
  fixAsk: { allow: 'Let it through', block: 'Block it' },
  fixTitle: { allow: 'The smallest edit that lets it through', block: 'The smallest edit that blocks it' },
  fixSearching: 'Trying edits, and walking the packet again',
  fixKinds: {
    'add-peer': (p: { policy: string }) => `Name the peer in a rule of ${p.policy} that covers the port.`,
    'add-port': (p: { policy: string }) => `Name the port in a rule of ${p.policy} that names the peer.`,
    'change-port': (p: { policy: string }) => `Put the port right in a rule of ${p.policy}.`,
    'add-rule': (p: { policy: string }) => `Give ${p.policy} one more rule.`,
    'add-policy': (p: { policy: string }) => `Write one more policy, ${p.policy}.`,
    'remove-peer': (p: { policy: string }) => `Take the peer out of a rule of ${p.policy}.`,
    'remove-port': (p: { policy: string }) => `Take the port out of a rule of ${p.policy}.`,
    'remove-rule': (p: { policy: string }) => `Take a rule out of ${p.policy}.`,
    'narrow-peer': (p: { policy: string }) => `Leave this end out of a rule of ${p.policy}.`,
    'let-rule': (p: { policy: string }) => `Give ${p.policy} a rule for this, before the one that denies.`,
    'deny-rule': (p: { policy: string }) => `Give ${p.policy} a rule that denies this.`,
  },
  fixOnly: 'Nothing but this packet’s way changes.',
  fixAlso: (p: { n: number }) =>
    p.n === 1 ? 'One other pair changes as well:' : `${p.n} other pairs change as well:`,
  fixOpens: 'opens',
  fixCloses: 'closes',
  fixCounted:
    'Counted over all pods on the ports that they listen on, and over the hosts outside on this packet’s port.',
  fixProved: 'The packet, walked again on the edited text:',
  fixApply: 'Apply',
  fixClose: 'Not now',
  fixDiff: (p: { file: string }) => `The edit of ${p.file}`,
  fixNone: {
    'own-policy':
      'A policy of the CNI’s own kind decides here, and no single small edit of it, or of another policy, was found that does it.',
    already: 'No policy would have to change for that.',
    'not-enforced': 'This CNI acts on no policy, so no edit of one would change anything.',
    none: 'No edit of a NetworkPolicy or a cluster-wide policy was found that does it.',
  },
};
