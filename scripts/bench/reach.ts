/** All-pairs reach by the policy evaluator: two sizes of cluster, one port, and again after one policy was edited. */
import { cniRegistry } from '../../src/sim/cni/registry.ts';
import { settle } from '../../src/sim/k8s/controllers/settle.ts';
import type { ParsedScenario } from '../../src/sim/k8s/manifest.ts';
import { parseScenario } from '../../src/sim/k8s/parse/parse-scenario.ts';
import type { ClusterState } from '../../src/sim/k8s/cluster-state.ts';
import { egressWithoutDns } from '../../src/sim/policy/egress-without-dns.ts';
import { podReachOf } from '../../src/sim/pod-reach.ts';
import { policyFindings } from '../../src/sim/policy-findings.ts';
import { matrixAfter } from '../../src/sim/matrix.ts';
import { loadAllPlugins } from '../../src/sim/simulate.ts';
import { encodeLink } from '../../src/share/link.ts';
import { measure, type Row } from './core.ts';
import { clusterDocument } from './scenario.ts';

interface Size {
  readonly nodes: number;
  readonly namespaces: number;
  readonly workloads: number;
  readonly replicas: number;
  readonly policies: number;
}

const SMALL: Size = { nodes: 12, namespaces: 50, workloads: 5, replicas: 4, policies: 10 };
const LARGE: Size = { nodes: 52, namespaces: 200, workloads: 5, replicas: 5, policies: 10 };

const PORT = 8080;
/** Where an edit touches nothing else. */
const EDITED = 'edited: "0"';

function workload(namespace: number, i: number, replicas: number): string {
  return `apiVersion: apps/v1
kind: Deployment
metadata: {name: app-${i}, namespace: team-${namespace}}
spec:
  replicas: ${replicas}
  selector: {matchLabels: {app: app-${i}}}
  template:
    metadata: {labels: {app: app-${i}, tier: tier-${i % 3}}}
    spec:
      containers:
      - {name: web, image: registry.k8s.io/e2e-test-images/agnhost:2.53, args: [netexec], ports: [{name: http, containerPort: ${PORT}}]}
`;
}

/** What people write: a closed door, who may come in by label, by namespace, by range, by name of a port, and who may go out. */
function policy(namespace: number, i: number): string {
  const app = `{matchLabels: {app: app-${i % 5}}}`;
  const other = `{namespaceSelector: {matchLabels: {team: "${(namespace + i) % 20}"}}, podSelector: {matchLabels: {tier: tier-${i % 3}}}}`;
  const specs = [
    '{podSelector: {}, policyTypes: [Ingress]}',
    `{podSelector: ${app}, ingress: [{from: [{podSelector: {matchLabels: {tier: tier-0}}}], ports: [{port: ${PORT}}]}]}`,
    `{podSelector: ${app}, ingress: [{from: [${other}]}]}`,
    `{podSelector: ${app}, ingress: [{from: [{ipBlock: {cidr: 10.244.${namespace % 40}.0/24, except: [10.244.${namespace % 40}.64/26]}}]}]}`,
    `{podSelector: ${app}, ingress: [{from: [${other}], ports: [{port: http}]}]}`,
    `{podSelector: ${app}, policyTypes: [Egress], egress: [{to: [{namespaceSelector: {}}], ports: [{port: 8000, endPort: 8100}]}, {ports: [{port: 53, protocol: UDP}]}]}`,
    `{podSelector: {matchExpressions: [{key: tier, operator: In, values: [tier-1, tier-2]}]}, ingress: [{from: [${other}, {podSelector: {}}]}]}`,
    `{podSelector: ${app}, policyTypes: [Ingress, Egress], ingress: [{}], egress: [{to: [${other}]}]}`,
    `{podSelector: ${app}, ingress: [{from: [{namespaceSelector: {matchExpressions: [{key: team, operator: NotIn, values: ["${namespace % 20}", "3"]}]}}]}]}`,
    `{podSelector: ${app}, ingress: [{from: [{namespaceSelector: {matchLabels: {team: "${(namespace + 1) % 20}", ${EDITED}}}}]}]}`,
  ];
  return `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: p-${i}, namespace: team-${namespace}}
spec: ${specs[i % specs.length]}
`;
}

function scenario(size: Size): { readonly apps: string; readonly policies: readonly string[] } {
  const range = (n: number) => Array.from({ length: n }, (_, i) => i);
  const spaces = range(size.namespaces);
  return {
    apps: [
      clusterDocument(size.nodes),
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\n',
      ...spaces.map(
        (n) =>
          `apiVersion: v1\nkind: Namespace\nmetadata: {name: team-${n}, labels: {team: "${n % 20}", edited: "${n % 2}"}}\n`,
      ),
      ...spaces.flatMap((n) => range(size.workloads).map((i) => workload(n, i, size.replicas))),
    ].join('---\n'),
    policies: spaces.flatMap((n) => range(size.policies).map((i) => policy(n, i))),
  };
}

interface Settled {
  readonly cluster: ClusterState;
  readonly parsed: ParsedScenario;
}

/** Fragments with both clusters, for the browser's part. */
export async function reachLinks(): Promise<{ readonly matrix: string; readonly largeMatrix: string }> {
  const link = ({ apps, policies }: ReturnType<typeof scenario>) =>
    encodeLink({
      files: [
        { name: 'apps.yaml', text: apps },
        { name: 'policies.yaml', text: policies.join('---\n') },
      ],
      view: {},
    });
  return { matrix: await link(scenario(SMALL)), largeMatrix: await link(scenario(LARGE)) };
}

function settled(apps: string, policies: readonly string[]): Settled {
  const parsed = parseScenario([
    { name: 'apps.yaml', text: apps },
    { name: 'policies.yaml', text: policies.join('---\n') },
  ]);
  const { cluster, diagnostics } = settle(parsed, cniRegistry, ['iptables']);
  const wrong = [...parsed.diagnostics, ...diagnostics].find((d) => d.severity === 'error');
  if (wrong !== undefined) throw new Error(`the benched cluster is wrong: ${wrong.code}`);
  return { cluster, parsed };
}

export async function reachBench(): Promise<Row[]> {
  await loadAllPlugins();
  return [...rowsOf(SMALL, 300, 16), ...rowsOf(LARGE, 3000, 80)];
}

function rowsOf(size: Size, limitMs: number, findingsLimitMs: number): Row[] {
  const { apps, policies } = scenario(size);
  const { cluster, parsed: written } = settled(apps, policies);
  const edit = (n: number): Settled =>
    settled(apps, [
      ...policies.slice(0, -1),
      policies.at(-1)?.replace(EDITED, `edited: "${n % 2 === 0 ? 1 : 'x'}"`) ?? '',
    ]);
  const edited = [edit(0), edit(1)];
  const all = () => matrixAfter(undefined, { cluster }, PORT, 'TCP').reached;
  const allMs = measure(5, 2, all);
  const before = all();
  const editMs = measure(9, 3, (round) =>
    matrixAfter(before, edited[Math.abs(round) % 2] ?? { cluster }, PORT, 'TCP'),
  );
  const findingsMs = measure(15, 5, (round) => {
    const { cluster: own, parsed } = edited[Math.abs(round) % 2] ?? edit(0);
    return [...egressWithoutDns(own, parsed.rangeOf), ...policyFindings(own, parsed.rangeOf)];
  });
  const one = cluster.pods.find((pod) => pod.namespace === 'team-1');
  const oneMs = measure(7, 2, () =>
    podReachOf({ parsed: written, cluster }, `${one?.namespace}/${one?.name}`, {}),
  );
  const pods = before.matrix.pods.length;
  const name = `${pods.toLocaleString('en')} pods, ${cluster.networkPolicies.length.toLocaleString('en')} policies`;
  return [
    { name: `reach of all pairs of ${name}`, ms: allMs, limitMs },
    { name: '  again after one policy was edited, with what changed', ms: editMs, limitMs: allMs * 0.2 },
    { name: '  what the policies forgot, after it', ms: findingsMs, limitMs: findingsLimitMs },
    { name: '  one of its pods both ways, with every line', ms: oneMs, limitMs: limitMs / 2 },
  ];
}
