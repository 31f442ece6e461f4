/**
 * For tests: a small cluster and the policies that people misread, a row each. The same rows are asked of the evaluator
 * and walked through a CNI's rules.
 */
import type { Protocol } from '../k8s/cluster-state.ts';

const pod = (
  namespace: string,
  name: string,
  labels: Readonly<Record<string, string>>,
  node: string,
  listen: string,
  ports: readonly { name?: string; containerPort: number; protocol?: Protocol }[] = [],
  extra = '',
): string => `
apiVersion: v1
kind: Pod
metadata:
  namespace: ${namespace}
  name: ${name}
  labels: ${JSON.stringify(labels)}
  annotations: {packetwalk.dev/listen: "${listen}"}
spec:
  nodeName: ${node}${extra}
  containers:
    - name: main
      image: example.com/app
      ports: ${JSON.stringify(ports.map((p) => ({ protocol: 'TCP', ...p })))}
---`;

/** Two workers; pods of the same name in three namespaces; `web` and `web2` name their port `http` and mean two numbers. */
const TRAP_CLUSTER = `
apiVersion: v1
kind: Namespace
metadata: {name: team, labels: {team: blue}}
---
apiVersion: v1
kind: Namespace
metadata: {name: other, labels: {team: red}}
---${pod(
  'default',
  'web',
  { app: 'web', tier: 'front' },
  'kind-worker',
  '8080/TCP,8443/TCP,9000/TCP,53/UDP',
  [
    { name: 'http', containerPort: 8080 },
    { name: 'metrics', containerPort: 9000 },
  ],
)}${pod('default', 'web2', { app: 'web', tier: 'back' }, 'kind-worker2', '8080/TCP,9090/TCP', [
  { name: 'http', containerPort: 9090 },
])}${pod('default', 'client', { app: 'client' }, 'kind-worker2', '7000/TCP')}${pod(
  'default',
  'neighbour',
  { app: 'client', role: 'neighbour' },
  'kind-worker',
  '7000/TCP',
)}${pod('team', 'client', { app: 'client' }, 'kind-worker', '7000/TCP')}${pod(
  'other',
  'client',
  { app: 'client' },
  'kind-worker2',
  '7000/TCP',
)}${pod('team', 'stranger', { app: 'stranger' }, 'kind-worker2', '7000/TCP')}${pod(
  'default',
  'on-node',
  { app: 'client' },
  'kind-worker',
  '7500/TCP',
  [],
  '\n  hostNetwork: true',
)}
`;

export interface TrapRow {
  readonly name: string;
  /** Specs of the policies in `default`, by name. */
  readonly policies: Readonly<Record<string, string>>;
  readonly flows: readonly {
    /** `namespace/name` of a pod, or `ip:` and an address. */
    readonly from: string;
    readonly to: string;
    readonly port: number;
    readonly protocol?: Protocol;
    readonly allowed: boolean;
    /** `namespace/policy` and rule index that allowed, where a rule did. */
    readonly by?: { readonly policy: string; readonly rule: number };
  }[];
}

const WEB = 'default/web';

export const TRAPS: readonly TrapRow[] = [
  {
    name: 'no policy: open',
    policies: {},
    flows: [{ from: 'other/client', to: WEB, port: 8080, allowed: true }],
  },
  {
    name: 'matchExpressions are more than "all pods"',
    policies: {
      p: `{podSelector: {matchExpressions: [{key: tier, operator: In, values: [front]}]}, ingress: [{from: [{podSelector: {matchExpressions: [{key: role, operator: Exists}, {key: app, operator: NotIn, values: [web]}]}}]}]}`,
    },
    flows: [
      { from: 'default/neighbour', to: WEB, port: 8080, allowed: true, by: { policy: 'default/p', rule: 0 } },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
      { from: 'default/client', to: 'default/web2', port: 8080, allowed: true },
    ],
  },
  {
    name: 'DoesNotExist',
    policies: {
      p: `{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchExpressions: [{key: role, operator: DoesNotExist}]}}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true },
      { from: 'default/neighbour', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'policyTypes default: Ingress always, Egress only with egress rules',
    policies: { p: `{podSelector: {matchLabels: {app: client}}, egress: []}` },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true },
      { from: WEB, to: 'default/client', port: 7000, allowed: false },
    ],
  },
  {
    name: 'an egress rule makes the policy an egress policy, and ingress stays isolated too',
    policies: {
      p: `{podSelector: {matchLabels: {app: client}}, egress: [{to: [{podSelector: {matchLabels: {tier: front}}}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true, by: { policy: 'default/p', rule: 0 } },
      { from: 'default/client', to: 'default/web2', port: 8080, allowed: false },
      { from: WEB, to: 'default/client', port: 7000, allowed: false },
    ],
  },
  {
    name: 'Egress alone in policyTypes leaves ingress open',
    policies: { p: `{podSelector: {}, policyTypes: [Egress]}` },
    flows: [
      { from: 'team/client', to: WEB, port: 8080, allowed: true },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'one peer with both selectors: AND',
    policies: {
      p: `{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: client}}}]}]}`,
    },
    flows: [
      { from: 'team/client', to: WEB, port: 8080, allowed: true },
      { from: 'team/stranger', to: WEB, port: 8080, allowed: false },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
      { from: 'other/client', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'two peers: OR',
    policies: {
      p: `{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: blue}}}, {podSelector: {matchLabels: {app: client}}}]}]}`,
    },
    flows: [
      { from: 'team/client', to: WEB, port: 8080, allowed: true },
      { from: 'team/stranger', to: WEB, port: 8080, allowed: true },
      { from: 'default/client', to: WEB, port: 8080, allowed: true },
      { from: 'other/client', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'a namespaceSelector alone: every pod of those namespaces, by the built-in name label too',
    policies: {
      p: `{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: other}}}]}]}`,
    },
    flows: [
      { from: 'other/client', to: WEB, port: 8080, allowed: true },
      { from: 'team/client', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'an empty namespaceSelector: every namespace; an empty podSelector: the own namespace only',
    policies: {
      a: `{podSelector: {matchLabels: {tier: front}}, ingress: [{from: [{namespaceSelector: {}}]}]}`,
      b: `{podSelector: {matchLabels: {tier: back}}, ingress: [{from: [{podSelector: {}}]}]}`,
    },
    flows: [
      { from: 'other/client', to: WEB, port: 8080, allowed: true, by: { policy: 'default/a', rule: 0 } },
      { from: 'other/client', to: 'default/web2', port: 8080, allowed: false },
      {
        from: 'default/client',
        to: 'default/web2',
        port: 8080,
        allowed: true,
        by: { policy: 'default/b', rule: 0 },
      },
    ],
  },
  {
    name: 'an empty rule: everybody, those outside as well; `from: [{namespaceSelector: {}}]` is pods only',
    policies: {
      a: `{podSelector: {matchLabels: {tier: front}}, ingress: [{}]}`,
      b: `{podSelector: {matchLabels: {tier: back}}, ingress: [{from: [{namespaceSelector: {}}]}]}`,
    },
    flows: [
      { from: 'ip:172.18.0.10', to: WEB, port: 8080, allowed: true, by: { policy: 'default/a', rule: 0 } },
      { from: 'other/client', to: WEB, port: 8080, allowed: true },
      { from: 'ip:172.18.0.10', to: 'default/web2', port: 8080, allowed: false },
    ],
  },
  {
    name: 'an extra dash before ports: two rules, so every port from the peer and that port from everybody',
    policies: {
      p: `{podSelector: {matchLabels: {tier: front}}, ingress: [{from: [{podSelector: {matchLabels: {role: neighbour}}}]}, {ports: [{port: 8080}]}]}`,
    },
    flows: [
      { from: 'default/neighbour', to: WEB, port: 9000, allowed: true, by: { policy: 'default/p', rule: 0 } },
      { from: 'other/client', to: WEB, port: 8080, allowed: true, by: { policy: 'default/p', rule: 1 } },
      { from: 'other/client', to: WEB, port: 9000, allowed: false },
    ],
  },
  {
    name: 'ports without from: everybody, that port, TCP unless said otherwise',
    policies: {
      p: `{podSelector: {matchLabels: {tier: front}}, ingress: [{ports: [{port: 53}, {port: 8080}]}]}`,
    },
    flows: [
      { from: 'other/client', to: WEB, port: 8080, allowed: true },
      { from: 'other/client', to: WEB, port: 53, protocol: 'UDP', allowed: false },
      { from: 'other/client', to: WEB, port: 8443, allowed: false },
    ],
  },
  {
    name: 'deny all, and one that allows all wins over it: policies only add',
    policies: {
      deny: `{podSelector: {}, policyTypes: [Ingress]}`,
      open: `{podSelector: {matchLabels: {tier: front}}, ingress: [{}]}`,
    },
    flows: [
      { from: 'default/client', to: 'default/web2', port: 8080, allowed: false },
      { from: 'default/client', to: WEB, port: 8080, allowed: true, by: { policy: 'default/open', rule: 0 } },
    ],
  },
  {
    name: 'endPort: a range',
    policies: {
      p: `{podSelector: {matchLabels: {tier: front}}, ingress: [{ports: [{port: 8000, endPort: 8442, protocol: TCP}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true },
      { from: 'default/client', to: WEB, port: 8443, allowed: false },
    ],
  },
  {
    name: 'a named port means a different number on each pod',
    policies: { p: `{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: http}]}]}` },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true },
      { from: 'default/client', to: 'default/web2', port: 8080, allowed: false },
      { from: 'default/client', to: 'default/web2', port: 9090, allowed: true },
    ],
  },
  {
    name: 'a named port in egress is looked up on the target, among the selected',
    policies: {
      p: `{podSelector: {matchLabels: {app: client}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {tier: back}}}], ports: [{port: http}]}]}`,
    },
    flows: [
      { from: 'default/client', to: 'default/web2', port: 9090, allowed: true },
      { from: 'default/client', to: 'default/web2', port: 8080, allowed: false },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'named and numbered ports in one rule',
    policies: {
      p: `{podSelector: {matchLabels: {tier: front}}, ingress: [{from: [{podSelector: {}}], ports: [{port: metrics}, {port: 8443}, {port: 53, protocol: UDP}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 9000, allowed: true },
      { from: 'default/client', to: WEB, port: 8443, allowed: true },
      { from: 'default/client', to: WEB, port: 53, protocol: 'UDP', allowed: true },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
      { from: 'other/client', to: WEB, port: 9000, allowed: false },
    ],
  },
  {
    name: 'a port that names a protocol alone: every port of it',
    policies: { p: `{podSelector: {matchLabels: {tier: front}}, ingress: [{ports: [{protocol: UDP}]}]}` },
    flows: [
      { from: 'default/client', to: WEB, port: 53, protocol: 'UDP', allowed: true },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'ipBlock with except, from outside',
    policies: {
      p: `{podSelector: {matchLabels: {tier: front}}, ingress: [{from: [{ipBlock: {cidr: 172.18.0.0/24, except: [172.18.0.8/29]}}]}]}`,
    },
    flows: [
      { from: 'ip:172.18.0.20', to: WEB, port: 8080, allowed: true },
      { from: 'ip:172.18.0.10', to: WEB, port: 8080, allowed: false },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'ipBlock over the pod network: pods are addresses as well',
    policies: {
      p: `{podSelector: {matchLabels: {tier: front}}, ingress: [{from: [{ipBlock: {cidr: 10.244.0.0/16}}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true },
      { from: 'ip:172.18.0.10', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'egress default deny takes DNS along: UDP and TCP 53 must be named',
    policies: {
      p: `{podSelector: {matchLabels: {app: client}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: web}}}], ports: [{port: 8080}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true },
      { from: 'default/client', to: WEB, port: 53, protocol: 'UDP', allowed: false },
    ],
  },
  {
    name: 'both ends must agree',
    policies: {
      into: `{podSelector: {matchLabels: {tier: front}}, ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]}`,
      out: `{podSelector: {matchLabels: {role: neighbour}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {tier: back}}}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true },
      { from: 'default/neighbour', to: WEB, port: 8080, allowed: false },
      { from: 'default/neighbour', to: 'default/web2', port: 8080, allowed: true },
    ],
  },
  {
    name: 'a pod on its node network is nobody’s pod peer, but its own node always gets in',
    policies: {
      p: `{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: client}}}]}]}`,
    },
    flows: [
      { from: 'default/on-node', to: WEB, port: 8080, allowed: true },
      { from: 'default/on-node', to: 'default/web2', port: 8080, allowed: false },
    ],
  },
  {
    name: 'a pod on its node network is no subject of a policy',
    policies: { p: `{podSelector: {}, policyTypes: [Ingress, Egress]}` },
    flows: [
      { from: 'team/client', to: 'default/on-node', port: 7500, allowed: true },
      { from: 'team/client', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'replies need no rule: a pod that may not begin anything still answers, and the other way round',
    policies: {
      into: `{podSelector: {matchLabels: {tier: front}}, policyTypes: [Ingress, Egress], ingress: [{from: [{podSelector: {matchLabels: {role: neighbour}}}]}]}`,
      out: `{podSelector: {matchLabels: {role: neighbour}}, policyTypes: [Ingress, Egress], egress: [{to: [{podSelector: {matchLabels: {tier: front}}}]}]}`,
    },
    flows: [
      { from: 'default/neighbour', to: WEB, port: 8080, allowed: true },
      { from: WEB, to: 'default/neighbour', port: 7000, allowed: false },
      { from: WEB, to: 'default/client', port: 7000, allowed: false },
      { from: 'default/client', to: 'default/neighbour', port: 7000, allowed: false },
    ],
  },
  {
    name: 'egress with its selectors: this namespace’s pods alone, or those of namespaces that are named',
    policies: {
      p: `{podSelector: {matchLabels: {role: neighbour}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: client}}}, {namespaceSelector: {matchLabels: {team: blue}}, podSelector: {matchLabels: {app: stranger}}}]}]}`,
    },
    flows: [
      { from: 'default/neighbour', to: 'default/client', port: 7000, allowed: true },
      { from: 'default/neighbour', to: 'team/client', port: 7000, allowed: false },
      { from: 'default/neighbour', to: 'team/stranger', port: 7000, allowed: true },
      { from: 'default/neighbour', to: WEB, port: 8080, allowed: false },
    ],
  },
  {
    name: 'SCTP is a protocol of its own',
    policies: {
      p: `{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080, protocol: SCTP}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, protocol: 'SCTP', allowed: true },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
      { from: 'default/client', to: WEB, port: 8443, protocol: 'SCTP', allowed: false },
    ],
  },
  {
    name: 'two policies with one selector, the second of which allows',
    policies: {
      a: `{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 1}]}]}`,
      b: `{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 2}]}, {ports: [{port: 8080}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8080, allowed: true, by: { policy: 'default/b', rule: 1 } },
      { from: 'default/client', to: WEB, port: 8443, allowed: false },
    ],
  },
  {
    name: 'more ports than one rule of iptables can hold',
    policies: {
      p: `{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [${[1, 3, 5, 7, 9, 11, 13, 15, 17, 19, 21, 23, 25, 27, 29, 31, 8443].map((port) => `{port: ${port}}`).join(', ')}]}]}`,
    },
    flows: [
      { from: 'default/client', to: WEB, port: 8443, allowed: true },
      { from: 'default/client', to: WEB, port: 8080, allowed: false },
    ],
  },
];

/** The documents of a row. */
export function trapText(row: Pick<TrapRow, 'policies'>, settings = ''): string {
  const policies = Object.entries(row.policies).map(
    ([name, spec]) => `
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: ${name}, namespace: default}
spec: ${spec}`,
  );
  return [settings, TRAP_CLUSTER, ...policies].filter((text) => text !== '').join('\n---\n');
}
