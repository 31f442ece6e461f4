/** Findings about policies, each with the line that says so and what its quick fix writes there. */
import { expect, it } from 'vitest';
import { clusterDiagnostics as en } from '../../../i18n/diagnostics-cluster.en.ts';
import { clusterDiagnostics as ko } from '../../../i18n/diagnostics-cluster.ko.ts';
import { simulate } from '../../simulate.ts';

const SHOP = `
apiVersion: v1
kind: Namespace
metadata: {name: team}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {containers: [{name: c, image: registry.k8s.io/e2e-test-images/agnhost:2.53, args: [netexec], ports: [{name: http, containerPort: 8080}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {containers: [{name: c, image: curlimages/curl}]}
---
apiVersion: v1
kind: Pod
metadata: {name: agent, labels: {app: agent}}
spec: {hostNetwork: true, containers: [{name: c, image: curlimages/curl}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - {port: 80, targetPort: 8080}
`;

const WEB = 'podSelector: {matchLabels: {app: web}}';
const CLIENT = '{podSelector: {matchLabels: {app: client}}}';

interface Row {
  readonly name: string;
  readonly cni?: string;
  readonly spec: string;
  /** Code, and the text of its line; what its fix makes of the line behind an arrow. */
  readonly notes: readonly string[];
}

const ROWS: readonly Row[] = [
  { name: 'a door that somebody may use', spec: `${WEB}\ningress:\n  - from: [${CLIENT}]`, notes: [] },
  {
    name: 'a closed door lets nobody to the Service',
    spec: `${WEB}\ningress: []`,
    notes: ['service/nobody-may-reach - {port: 80, targetPort: 8080}'],
  },
  {
    name: 'only pods on the node’s network',
    spec: 'podSelector: {matchLabels: {app: agent}}',
    notes: ['policy/host-network podSelector: {matchLabels: {app: agent}}'],
  },
  {
    name: 'every pod of a namespace, one of them on the node’s network',
    spec: 'podSelector: {}\ningress:\n  - {}',
    notes: [],
  },
  {
    name: 'a label nearly written',
    spec: `${WEB}\ningress:\n  - from:\n      - ${CLIENT}\n      - podSelector: {matchLabels: {app: clinet}}`,
    notes: [
      'policy/peer-matches-nothing - podSelector: {matchLabels: {app: clinet}} => - podSelector: {matchLabels: {app: client}}',
    ],
  },
  {
    name: 'one peer of two that nobody is',
    spec: `${WEB}\ningress:\n  - from:\n      - ${CLIENT}\n      - podSelector: {matchLabels: {role: batch}}`,
    notes: ['policy/peer-matches-nothing - podSelector: {matchLabels: {role: batch}}'],
  },
  {
    name: 'the label with a namespace’s name has another key',
    spec: `${WEB}\ningress:\n  - from:\n      - ${CLIENT}\n      - namespaceSelector: {matchLabels: {name: default}}`,
    notes: [
      'policy/peer-matches-nothing - namespaceSelector: {matchLabels: {name: default}} => - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: default}}',
    ],
  },
  {
    name: 'a namespace without pods',
    spec: `${WEB}\ningress:\n  - from:\n      - ${CLIENT}\n      - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: team}}`,
    notes: [
      'policy/peer-matches-nothing - namespaceSelector: {matchLabels: {kubernetes.io/metadata.name: team}}',
    ],
  },
  {
    name: 'no rule names anybody',
    spec: `${WEB}\ningress:\n  - from: [{podSelector: {matchLabels: {role: batch}}}]`,
    notes: ['policy/lets-nobody ingress:', 'service/nobody-may-reach - {port: 80, targetPort: 8080}'],
  },
  {
    name: 'a rule for addresses names somebody',
    spec: `${WEB}\ningress:\n  - from: [{podSelector: {matchLabels: {role: batch}}}]\n  - from: [{ipBlock: {cidr: 10.0.0.0/8}}]`,
    notes: ['policy/peer-matches-nothing - from: [{podSelector: {matchLabels: {role: batch}}}]'],
  },
  {
    name: 'the port of the Service, at the pod that listens on another',
    spec: `${WEB}\ningress:\n  - ports:\n      - port: 80`,
    notes: [
      'policy/port-of-service - port: 80 => - port: 8080',
      'service/nobody-may-reach - {port: 80, targetPort: 8080}',
    ],
  },
  {
    name: 'the port of the Service beside the pod’s',
    spec: `${WEB}\ningress:\n  - ports:\n      - port: 80\n      - port: 8080`,
    notes: [],
  },
  {
    name: 'the port of the Service on the way out',
    spec: `podSelector: {matchLabels: {app: client}}\npolicyTypes: [Egress]\negress:\n  - to: [{${WEB}}]\n    ports:\n      - port: 80\n  - ports: [{port: 53, protocol: UDP}]`,
    notes: ['policy/port-of-service - port: 80 => - port: 8080'],
  },
  {
    name: 'port 80 to anybody is not the Service’s',
    spec: `podSelector: {matchLabels: {app: client}}\npolicyTypes: [Egress]\negress:\n  - ports: [{port: 80}, {port: 53, protocol: UDP}]`,
    notes: [],
  },
  {
    name: 'a name that no container port has',
    spec: `${WEB}\ningress:\n  - ports:\n      - port: web`,
    notes: [
      'policy/no-such-named-port - port: web => - port: http',
      'service/nobody-may-reach - {port: 80, targetPort: 8080}',
    ],
  },
  {
    name: 'a name that one has',
    spec: `${WEB}\ningress:\n  - ports:\n      - port: http`,
    notes: [],
  },
  {
    name: 'the addresses of Services on the way out',
    spec: `podSelector: {matchLabels: {app: client}}\npolicyTypes: [Egress]\negress:\n  - ports: [{port: 53, protocol: UDP}]\n  - to:\n      - ipBlock: {cidr: 10.96.0.0/16}\n  - to: [{podSelector: {}}]`,
    notes: ['policy/block-of-services - ipBlock: {cidr: 10.96.0.0/16}'],
  },
  {
    name: 'addresses of pods where pods are in no block',
    cni: 'cilium',
    spec: `${WEB}\ningress:\n  - from:\n      - ipBlock: {cidr: 10.244.1.0/24}\n      - ${CLIENT}`,
    notes: ['policy/block-of-pods - ipBlock: {cidr: 10.244.1.0/24}'],
  },
  {
    name: 'every address where pods are in no block',
    cni: 'cilium',
    spec: `${WEB}\ningress:\n  - from:\n      - ipBlock: {cidr: 0.0.0.0/0}\n      - ${CLIENT}`,
    notes: ['policy/block-of-pods - ipBlock: {cidr: 0.0.0.0/0}'],
  },
  {
    name: 'every address but those of pods',
    cni: 'cilium',
    spec: `${WEB}\ningress:\n  - from:\n      - ipBlock: {cidr: 0.0.0.0/0, except: [10.0.0.0/8]}\n      - ${CLIENT}`,
    notes: [],
  },
  {
    name: 'addresses of pods where a block holds pods',
    spec: `${WEB}\ningress:\n  - from:\n      - ipBlock: {cidr: 10.244.0.0/16}`,
    notes: [],
  },
  {
    name: 'nothing of it where nothing is enforced',
    cni: 'flannel',
    spec: `${WEB}\ningress:\n  - from: [{podSelector: {matchLabels: {role: batch}}}]`,
    notes: ['policy/not-enforced apiVersion: networking.k8s.io/v1'],
  },
];

it.each(ROWS)('$name', ({ cni = 'calico', spec, notes }) => {
  const settings = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n---`;
  const policy = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n${spec.replaceAll(/^/gm, '  ')}\n`;
  const text = `${settings}${SHOP}---\n${policy}`;
  const { diagnostics } = simulate({ files: [{ name: 'a.yaml', text }] });
  const lines = text.split('\n');
  const told = diagnostics.map(({ code, params, range, fixes = [] }) => {
    for (const words of [en[code], ko[code]]) expect(words?.(params), code).not.toMatch(/undefined|^$/);
    const line = lines[(range?.line ?? 0) - 1] ?? '';
    const mended = fixes.map((fix) => {
      const { column, endColumn } = fix.range;
      return ` => ${(line.slice(0, column - 1) + fix.newText + line.slice(endColumn - 1)).trim()}`;
    });
    return `${code} ${line.trim()}${mended.join('')}`;
  });
  expect(told).toEqual(notes);
});

it('a pod that another cannot tell apart by labels, but by its address, may reach the Service', () => {
  const pod = (name: string): string =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: batch}}\nspec: {containers: [{name: c, image: curlimages/curl}]}\n`;
  const { cluster } = simulate({
    files: [{ name: 'a.yaml', text: `${SHOP}---\n${pod('a')}---\n${pod('b')}` }],
  });
  const address = cluster.pods.find((one) => one.name === 'b')?.ips[0];
  const policy = `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {${WEB}, ingress: [{from: [{ipBlock: {cidr: ${address}/32}}]}]}\n`;
  const text = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\n---${SHOP}---\n${pod('a')}---\n${pod('b')}---\n${policy}`;
  const after = simulate({ files: [{ name: 'a.yaml', text }] });
  expect(after.cluster.pods.find((one) => one.name === 'b')?.ips).not.toEqual([]);
  expect(after.diagnostics.map((d) => d.code)).toEqual(
    after.cluster.pods.find((one) => one.name === 'b')?.ips[0] === address
      ? []
      : ['service/nobody-may-reach'],
  );
});
