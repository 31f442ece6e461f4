/** The options of a probe, and what a walk says beside its verdict. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../simulate.ts';
import type { ProbeQuestion } from './options.ts';
import { ask, cluster, outcome, settings } from './probe-fixture.ts';
import { ProbeError } from './problem.ts';

const flannel = cluster('flannel');
const client = 'default/client';
const web = flannel.cluster.pods.filter((p) => p.owners.some((o) => o.name === 'web'));

function problem(spec: ProbeQuestion): string {
  try {
    walk(flannel, spec);
  } catch (error) {
    if (error instanceof ProbeError) return error.diagnostic.code;
    throw error;
  }
  return 'none';
}

describe('options', () => {
  it.each<[string, Partial<ProbeQuestion>, string]>([
    ['a source that is no address', { source: 'bogus' }, 'probe/bad-option'],
    ['a header without a colon', { headers: ['x'] }, 'probe/bad-option'],
    ['a resolve without an address', { resolve: ['web:80'] }, 'probe/bad-option'],
    ['a method with a space', { method: 'GET /' }, 'probe/bad-option'],
    ['a type that dig does not ask here', { tool: 'dig', type: 'MX' }, 'probe/bad-option'],
    ['a type for curl', { type: 'A' }, 'probe/wrong-tool'],
    ['a header for ping', { tool: 'ping', headers: ['a: b'] }, 'probe/wrong-tool'],
    ['UDP for curl', { proto: 'udp' }, 'probe/wrong-tool'],
    ['nc without a port', { tool: 'nc' }, 'probe/port-needed'],
    ['an endpoint that is no pod', { endpoint: 'default/nobody' }, 'probe/unknown-endpoint'],
    ['an endpoint of another Service', { endpoint: 'default/far' }, 'probe/no-such-endpoint'],
    ['all as it should be', { method: 'HEAD', headers: ['A: b'], resolve: ['x:80:10.0.0.1'] }, 'none'],
  ])('%s', (_, more, expected) => {
    expect(problem({ from: client, tool: 'curl', to: 'web', ...more })).toBe(expected);
  });

  it.each(web.map((p) => p.name))('lets the choice fall on %s', (name) => {
    for (const endpoint of [`default/${name}`, name]) {
      const trace = ask(flannel, client, 'curl', 'http://web', { endpoint });
      expect(trace.server?.netns).toBe(`default/${name}`);
      const choice = trace.choices.find((c) => c.service === 'default/web');
      expect(choice?.options[choice.chosen]?.pod).toBe(`default/${name}`);
      expect(choice?.options.map((o) => o.probability)).toEqual([0.5, 0.5]);
    }
  });

  it('repeats the choices of a seed, and different seeds choose differently', () => {
    const chosen = (seed: number) =>
      ask(flannel, client, 'nc', 'web:80', { seed })
        .choices.map((c) => c.chosen)
        .join();
    const all = Array.from({ length: 12 }, (_, seed) => chosen(seed));
    expect(Array.from({ length: 12 }, (_, seed) => chosen(seed))).toEqual(all);
    expect(new Set(all).size).toBeGreaterThan(1);
  });

  it('sends from the source address that is asked for', () => {
    const trace = ask(flannel, 'node/kind-worker', 'nc', 'default/near:8080', { source: '172.18.0.3' });
    expect(trace.server?.sees.ip).toBe('172.18.0.3');
    expect(ask(flannel, 'node/kind-worker', 'nc', 'default/near:8080').server?.sees.ip).toBe('10.244.1.1');
  });

  it('sends with the TTL that is asked for', () => {
    const trace = ask(flannel, client, 'nc', 'default/far:8080', { ttl: 9 });
    expect(trace.wire.find((w) => w.flags === 'SYN')?.ttl).toBe(9);
  });

  it('sends a request that is larger than the tunnel', () => {
    const trace = ask(flannel, 'external/laptop', 'curl', 'http://172.18.0.2:30080', {
      headers: [`X-Long: ${'y'.repeat(4000)}`],
    });
    expect(outcome(trace)).toBe('delivered/http');
    expect(trace.http?.request?.headers['X-Long']).toHaveLength(4000);
  });

  it("pins a name with curl's resolve, wildcard too", () => {
    const far = flannel.cluster.pods.find((p) => p.name === 'far')?.ips[0];
    for (const host of ['any.example', '*', 'ANY.example']) {
      const trace = ask(flannel, client, 'curl', 'http://any.example:8080/', {
        resolve: [`${host}:8080:${far}`],
      });
      expect(trace.dns).toBeUndefined();
      expect(trace.http?.request?.host).toBe('any.example:8080');
    }
    expect(outcome(ask(flannel, client, 'curl', 'http://none/', { resolve: [`none:81:${far}`] }))).toBe(
      'rejected/refused',
    );
  });
});

describe('answers', () => {
  it('says which Service and pod answered HTTP, and the request that came', () => {
    const trace = ask(flannel, client, 'curl', 'http://web/a?b', {
      headers: ['Host: shop.example', 'X-A: b'],
      method: 'POST',
    });
    expect(trace.http?.status).toBe(200);
    expect(trace.http?.backend).toEqual({ service: 'default/web', pod: trace.server?.netns });
    expect(trace.http?.request).toMatchObject({
      method: 'POST',
      host: 'shop.example',
      path: '/a?b',
      headers: { 'X-A': 'b' },
    });
  });

  it('names no Service for what lies outside, though DNS went through one', () => {
    expect(ask(flannel, client, 'curl', 'http://example.com').http?.backend).toBeUndefined();
    expect(ask(flannel, client, 'curl', 'default/far:8080').http?.backend).toEqual({
      service: undefined,
      pod: 'default/far',
    });
    expect(ask(flannel, client, 'curl', 'http://172.18.0.3:7070').http?.backend?.pod).toBe('default/host');
  });

  it.each([
    ['A', 'web.default.svc.cluster.local', /^10\.96\./],
    ['AAAA', 'web.default.svc.cluster.local', undefined],
    ['SRV', '_http._tcp.web.default.svc.cluster.local', /^0 100 80 web\.default/],
    ['SRV', '_http._tcp.headless.default.svc.cluster.local', /^0 100 8080 [0-9-]+\.headless\.default/],
    ['PTR', '10.96.0.10', /^kube-dns\.kube-system/],
    ['PTR', '10.0.96.10.in-addr.arpa', /^kube-dns\.kube-system/],
    ['CNAME', 'outside.default.svc.cluster.local', /^example\.com\.$/],
    ['TXT', 'dns-version.cluster.local', /1\.1\.0/],
    ['NS', 'cluster.local', /^kube-dns\.kube-system/],
    ['SOA', 'cluster.local', /^ns\.dns\.cluster\.local\./],
    ['ANY', 'web.default.svc.cluster.local', undefined],
    ['A', 'example.com', /^203\.0\.113\.10$/],
    ['A', 'laptop.example', /^172\.18\.0\.100$/],
  ])('dig %s %s', (type, to, data) => {
    const trace = ask(flannel, client, 'dig', to, { type });
    expect(outcome(trace)).toBe('delivered/answered');
    expect(trace.dns?.rcode).toBe('NOERROR');
    if (data === undefined) expect(trace.dns?.answers).toEqual([]);
    else expect(trace.dns?.answers[0]?.data).toMatch(data);
  });

  it('names the rule that allowed, by its place in the policy, once a direction', () => {
    const policies = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: mesh}
spec:
  podSelector: {}
  policyTypes: [Ingress, Egress]
  ingress: [{ports: [{port: 1}]}, {from: [{podSelector: {}}]}]
  egress: [{ports: [{port: 53, protocol: UDP}]}, {ports: [{port: 1}]}, {to: [{podSelector: {}}]}]
`;
    const trace = ask(cluster('calico', policies), client, 'curl', 'http://far');
    expect(outcome(trace)).toBe('delivered/http');
    const object = { kind: 'NetworkPolicy', namespace: 'default', name: 'mesh' };
    // The look-up's own rule (0) is not the walk's.
    expect(trace.policy).toEqual({
      egress: 'allowed',
      ingress: 'allowed',
      by: [
        { object, rule: 2 },
        { object, rule: 1 },
      ],
    });
  });

  it("asks about the probe's own protocol where the CNI enforces nothing", () => {
    const policies = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: udp-only}
spec: {podSelector: {matchLabels: {app: far}}, ingress: [{ports: [{port: 9000, protocol: UDP}]}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: no-dns}
spec: {podSelector: {matchLabels: {app: near}}, policyTypes: [Egress], egress: [{to: [{podSelector: {}}]}]}
`;
    const open = cluster('flannel', policies);
    const ignored = (...args: Parameters<typeof ask>) => ask(...args).policy.notEnforced?.policies;
    expect(ignored(open, client, 'nc', 'default/far:9000', { proto: 'udp' })).toBeUndefined();
    expect(ignored(open, client, 'nc', 'default/far:8080')).toEqual(['default/udp-only']);
    expect(ignored(open, client, 'nc', 'far:80')).toEqual(['default/udp-only']);
    expect(ignored(open, client, 'ping', 'default/far')).toEqual(['default/udp-only']);
    expect(ignored(open, 'default/near', 'nc', 'default/named:80')).toBeUndefined();
    expect(ignored(open, 'default/near', 'nc', 'named:8000')).toEqual(['default/no-dns']);
  });
});

describe('what is not modelled', () => {
  const extra = `apiVersion: v1
kind: Pod
metadata: {name: mapped, annotations: {packetwalk.dev/listen: "80/TCP"}}
spec: {nodeName: kind-worker, containers: [{name: c, image: x, ports: [{containerPort: 80, hostPort: 8088}]}]}
---
apiVersion: v1
kind: Namespace
metadata: {name: node}
---
apiVersion: v1
kind: Pod
metadata: {name: kind-worker, namespace: node, labels: {app: odd}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: odd, namespace: node}
spec: {selector: {app: odd}, ports: [{port: 80}]}
---
apiVersion: v1
kind: Service
metadata: {name: lent}
spec: {selector: {app: far}, externalIPs: [172.18.0.90], ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Service
metadata: {name: balanced}
spec: {type: LoadBalancer, selector: {app: far}, ports: [{port: 80, targetPort: 8080}]}
---
apiVersion: v1
kind: Pod
metadata: {name: aliased}
spec: {nodeName: kind-worker, hostAliases: [{ip: 10.0.0.1, hostnames: [x]}], containers: [{name: c, image: x}]}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: tuned}
spec:
  selector: {matchLabels: {app: tuned}}
  template:
    metadata: {labels: {app: tuned}}
    spec:
      securityContext: {sysctls: [{name: net.ipv4.ip_default_ttl, value: "9"}]}
      containers: [{name: c, image: nginx}]
`;
  const odd = cluster('flannel', extra);

  it.each([
    ['the ClusterIP of a Service with an external address', client, 'lent:80', 'delivered'],
    ['the external address', client, '172.18.0.90:80', 'delivered'],
    ['the ClusterIP of a LoadBalancer Service', client, 'balanced:80', 'delivered'],
    ['an address of the pool that no Service has', 'external/laptop', '172.18.255.200:80', 'unroutable'],
    ['an address beside those', 'external/laptop', '172.18.255.199:80', 'unroutable'],
    ['an endpoint itself', client, 'default/far:8080', 'delivered'],
    ['a name, from a pod with aliases', 'default/aliased', 'far:80', 'unknown'],
    ['an address, from a pod with aliases', 'default/aliased', 'default/far:8080', 'delivered'],
    ['a pod of a Deployment with sysctls', client, 'default/tuned:80', 'unknown'],
    ['from such a pod', 'default/tuned', 'default/far:8080', 'unknown'],
  ])('%s', (_, from, to, verdict) => {
    expect(ask(odd, from, 'nc', to).verdict).toBe(verdict);
  });

  it('leaves a host port open and everything else of that pod known', () => {
    expect(ask(odd, client, 'nc', '172.18.0.3:8088').server?.netns).toBe('default/mapped');
    expect(ask(odd, client, 'nc', 'default/mapped:80').verdict).toBe('delivered');
    expect(ask(odd, 'default/mapped', 'nc', 'default/far:8080').verdict).toBe('delivered');
    expect(ask(odd, client, 'nc', '172.18.0.4:8088').verdict).toBe('rejected');
    expect(ask(odd, client, 'nc', 'default/far:8080').verdict).toBe('delivered');
  });

  it('keeps pods whose names read as places out of the network, and says so', () => {
    const diagnostic = odd.diagnostics.find((d) => d.code === 'namespace/reserved');
    expect(diagnostic).toMatchObject({ severity: 'error', params: { namespace: 'node' } });
    expect(diagnostic?.range?.file).toBe('more.yaml');
    expect(ask(odd, 'node/kind-worker', 'nc', 'default/near:8080').server?.netns).toBe('default/near');
    expect(ask(odd, client, 'nc', 'odd.node:80').verdict).toBe('unknown');
    expect(ask(odd, client, 'nc', 'default/far:8080').verdict).toBe('delivered');
  });
});

describe('repeatability', () => {
  it('two runs of one simulation, and of two, are equal', () => {
    const run = () => ask(cluster('calico'), client, 'curl', 'http://web');
    const simulation = cluster('calico');
    const first = ask(simulation, client, 'curl', 'http://web');
    expect(ask(simulation, client, 'curl', 'http://web')).toEqual(first);
    expect(run()).toEqual(first);
  });

  it('the order of the documents changes no packet', () => {
    const documents = [settings('calico'), ...flannelDocuments()];
    const wires = [documents, documents.toReversed()].map((order) => {
      const simulation = simulate({ files: [{ name: 'a.yaml', text: order.join('\n---\n') }] });
      return ask(simulation, client, 'curl', 'http://far').wire;
    });
    expect(wires[1]).toEqual(wires[0]);
    expect(wires[0]?.length).toBeGreaterThan(20);
  });
});

function flannelDocuments(): string[] {
  const pod = (name: string, node: string) =>
    `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name}}}\nspec: {nodeName: ${node}, containers: [{name: c, image: nginx}]}`;
  return [
    pod('far', 'kind-worker2'),
    pod('client', 'kind-worker'),
    pod('other', 'kind-worker2'),
    'apiVersion: v1\nkind: Service\nmetadata: {name: far}\nspec: {selector: {app: far}, ports: [{port: 80}]}',
    'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: a}\nspec: {podSelector: {}, ingress: [{}]}',
  ];
}
