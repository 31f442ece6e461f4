/**
 * Random small clusters, of every kube-proxy mode, CNI and IP family, and random questions: no walk throws, every trace is
 * sound, every reply finds its request, and the same question has the same answer, whatever the order of the documents.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { loadAllPlugins, type Simulation, simulate, walk } from '../simulate.ts';
import { ProbeError } from './problem.ts';
import { faultsOf } from './well-formed.ts';

await loadAllPlugins();

const node = fc.constantFrom('kind-control-plane', 'kind-worker', 'kind-worker2');
const app = fc.constantFrom('a', 'b');
const pod = fc.record({
  node,
  app,
  hostNetwork: fc.constantFrom(false, false, false, true),
  listen: fc.constantFrom('8080/TCP', '8080/TCP,9000/UDP', '53/UDP', ''),
});
const service = fc.record({
  type: fc.constantFrom('ClusterIP', 'NodePort', 'Headless', 'LoadBalancer'),
  app: fc.constantFrom('a', 'b', 'nobody'),
  targetPort: fc.constantFrom(8080, 9999),
  protocol: fc.constantFrom('TCP', 'UDP'),
  local: fc.boolean(),
  sticky: fc.boolean(),
  families: fc.constantFrom('SingleStack', 'PreferDualStack'),
});
const policy = fc.record({
  app,
  types: fc.constantFrom('Ingress', 'Egress', 'Ingress, Egress'),
  rule: fc.constantFrom('', '{}', '{ports: [{port: 8080}]}', '{ports: [{port: 53, protocol: UDP}]}'),
});
const scenario = fc.record({
  cni: fc.constantFrom('flannel', 'kubenet', 'calico', 'cilium', 'kindnet', 'bridge', 'aws-vpc', 'azure'),
  mode: fc.constantFrom('iptables', 'ipvs', 'nftables'),
  family: fc.constantFrom('ipv4', 'ipv4', 'dual', 'ipv6'),
  pods: fc.array(pod, { minLength: 2, maxLength: 4 }),
  services: fc.array(service, { maxLength: 3 }),
  policies: fc.array(policy, { maxLength: 2 }),
});
const probe = fc.record({
  from: fc.constantFrom('default/p0', 'default/p1', 'node/kind-worker', 'external/laptop'),
  tool: fc.constantFrom('curl', 'nc', 'ping', 'dig'),
  to: fc.constantFrom(
    'default/p0',
    'default/p1',
    's0',
    's1',
    's2.default',
    'node/kind-worker2',
    '127.0.0.1',
    '10.244.1.200',
    '10.244.0.100',
    '203.0.113.10',
    'example.com',
    '10.96.0.1',
    '10.244.255.255',
    '0.0.0.0',
    '172.18.255.200',
    'fd00:10:244:1::3',
    'fd00:10:96::1',
    '::1',
  ),
  port: fc.constantFrom(80, 8080, 30100, 53),
  proto: fc.constantFrom('tcp', 'udp', undefined),
  ttl: fc.constantFrom(undefined, undefined, 1, 2, 3),
});

type Scenario = typeof scenario extends fc.Arbitrary<infer T> ? T : never;

const LAPTOP = {
  ipv4: 'ip: 172.18.0.100',
  ipv6: 'ip: "fc00:f853:ccd:e793::64"',
  dual: 'ips: [172.18.0.100, "fc00:f853:ccd:e793::64"]',
};

function documents({ cni, mode, family, pods, services, policies }: Scenario): string[] {
  return [
    `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\nnodes: [{role: control-plane}, {role: worker}, {role: worker}]\nnetworking: {kubeProxyMode: ${mode}, ipFamily: ${family}}`,
    `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\nexternal: [{name: laptop, ${LAPTOP[family]}}]`,
    ...pods.map(
      (p, i) =>
        `apiVersion: v1\nkind: Pod\nmetadata: {name: p${i}, labels: {app: ${p.app}}, annotations: {packetwalk.dev/listen: "${p.listen}"}}\nspec: {nodeName: ${p.node}, hostNetwork: ${p.hostNetwork}, containers: [{name: c, image: x}]}`,
    ),
    ...services.map(
      (s, i) =>
        `apiVersion: v1\nkind: Service\nmetadata: {name: s${i}}\nspec: {${s.type === 'Headless' ? 'clusterIP: None' : `type: ${s.type}`}, ipFamilyPolicy: ${s.families}, ${s.sticky ? 'sessionAffinity: ClientIP, ' : ''}${(s.type === 'NodePort' || s.type === 'LoadBalancer') && s.local ? 'externalTrafficPolicy: Local, ' : ''}selector: {app: ${s.app}}, ports: [{port: 80, targetPort: ${s.targetPort}, protocol: ${s.protocol}${s.type === 'NodePort' ? `, nodePort: ${30100 + i}` : ''}}]}`,
    ),
    ...policies.map(
      (p, i) =>
        `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: n${i}}\nspec: {podSelector: {matchLabels: {app: ${p.app}}}, policyTypes: [${p.types}]${p.types.includes('Ingress') ? `, ingress: [${p.rule}]` : ''}${p.types.includes('Egress') ? `, egress: [${p.rule}]` : ''}}`,
    ),
  ];
}

const build = (docs: readonly string[]): Simulation =>
  simulate({ files: [{ name: 'random.yaml', text: docs.join('\n---\n') }] });

it('every walk of a random cluster is sound', { timeout: 180_000 }, () => {
  let walked = 0;
  fc.assert(
    fc.property(scenario, fc.array(probe, { minLength: 6, maxLength: 6 }), (cluster, probes) => {
      const docs = documents(cluster);
      const simulation = build(docs);
      // The same cluster from documents turned round; pods keep their order, which is the order of their creation.
      const turned = build([
        ...docs.filter((d) => !/^kind: Pod$/m.test(d)).reverse(),
        ...docs.filter((d) => /^kind: Pod$/m.test(d)),
      ]);
      for (const { proto, ...asked } of probes) {
        const spec = { ...asked, ...(asked.tool === 'nc' && { proto }) };
        try {
          const trace = walk(simulation, spec);
          walked++;
          expect(faultsOf(trace, simulation.world), JSON.stringify(spec)).toEqual([]);
          expect(walk(simulation, spec)).toEqual(trace);
          const other = walk(turned, spec);
          expect([other.verdict, other.clientSees, other.server], JSON.stringify(spec)).toEqual([
            trace.verdict,
            trace.clientSees,
            trace.server,
          ]);
        } catch (error) {
          if (!(error instanceof ProbeError)) throw error;
        }
      }
    }),
    { numRuns: 90, seed: 5 },
  );
  expect(walked).toBeGreaterThan(300);
});
