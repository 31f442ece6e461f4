/** Why no policy let a packet through. */
interface LabelMiss {
  readonly of: 'pod' | 'namespace';
  readonly name: string;
  readonly key: string;
  readonly operator: string;
  readonly values: readonly string[];
  readonly found: string | undefined;
}

function has({ of, name, key, found }: LabelMiss): string {
  const who = of === 'namespace' ? `namespace ${name}` : name;
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
    default:
      return `no label ${key}`;
  }
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
  block: (p: { cidr: string; ips: string }) => `${p.ips} is not in ${p.cidr}`,
  except: (p: { except: string; ips: string }) => `${p.ips} is in the exception ${p.except}`,
  blockOfOutside: (p: { cidr: string; peer: string }) =>
    `${p.cidr} means addresses outside; this CNI does not take ${p.peer}, a pod, for one`,
  port: (p: { wanted: string; found: string }) => `it goes to port ${p.found}; the rule names ${p.wanted}`,
  portName: (p: { name: string; means: string; found: string }) =>
    p.means === ''
      ? `it goes to port ${p.found}; the target names no port ${p.name}`
      : `it goes to port ${p.found}; ${p.name} means ${p.means} on this pod`,
  protocol: (p: { wanted: string; found: string }) => `it is ${p.found}; the rule names ${p.wanted}`,
  noPort: 'none (ICMP)',
  servicePort: (p: { service: string; port: number; targetPort: number }) =>
    `${p.port} is the port of Service ${p.service}. Policies see the packet after its DNAT, on its way to ${p.targetPort}.`,
  more: (p: { n: number }) => `and ${p.n} more`,
  dependsOnCni: 'Depends on the CNI',
  leftOpen: {
    'ip-block-of-pod':
      'The API does not say whether an ipBlock covers pods’ addresses. This is how the chosen CNI reads it.',
    'host-network':
      'The API does not say how a pod on its node’s network is seen. Here it is the node’s address.',
    icmp: 'The API speaks of TCP, UDP and SCTP only. Here a rule with ports does not cover ICMP.',
  },
};
