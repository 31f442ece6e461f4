/** The table of what happens, the verdict and what the client sees, row by row, on flannel and Calico. */
import { describe, expect, it } from 'vitest';
import type { ProbeQuestion } from './options.ts';
import { ask, cluster, outcome } from './probe-fixture.ts';

const POLICIES = `apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: closed}
spec: {podSelector: {matchLabels: {app: far}}, policyTypes: [Ingress]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: no-way-out}
spec:
  podSelector: {matchLabels: {app: near}}
  policyTypes: [Egress]
  egress: [{to: [{podSelector: {}}], ports: [{port: 80}]}]
`;

const clusters = {
  flannel: cluster('flannel'),
  calico: cluster('calico'),
  policies: cluster('calico', POLICIES),
};
type Where = keyof typeof clusters;
type Row = readonly [
  where: readonly Where[],
  what: string,
  from: string,
  tool: ProbeQuestion['tool'],
  to: string,
  expected: string,
  reason: string,
  more?: Partial<ProbeQuestion>,
];

const BOTH: readonly Where[] = ['flannel', 'calico'];
const FLANNEL: readonly Where[] = ['flannel'];
const CALICO: readonly Where[] = ['calico'];
const CUT: readonly Where[] = ['policies'];
const client = 'default/client';
const udp = { proto: 'udp' } as const;

const rows: readonly Row[] = [
  [BOTH, 'pod, same node', client, 'nc', 'default/near:8080', 'delivered/connected', 'socket.deliver'],
  [BOTH, 'pod, other node', client, 'nc', 'default/far:8080', 'delivered/connected', 'socket.deliver'],
  [BOTH, 'HTTP', client, 'curl', 'http://far', 'delivered/http', 'socket.deliver'],
  [BOTH, 'named target port', client, 'nc', 'named:8000', 'delivered/connected', 'socket.deliver'],
  [BOTH, 'first of two ports', client, 'nc', 'web:80', 'delivered/connected', 'socket.deliver'],
  [BOTH, 'second port, nobody listens', client, 'nc', 'web:81', 'rejected/refused', 'socket.no-listener-tcp'],
  [BOTH, 'UDP Service without answer', client, 'nc', 'udp:9000', 'delivered/timeout', 'socket.deliver', udp],
  [BOTH, 'ping', client, 'ping', 'default/far', 'delivered/answered', 'socket.echo-reply'],
  [BOTH, 'dig', client, 'dig', 'web.default.svc.cluster.local', 'delivered/answered', 'socket.deliver'],
  [BOTH, 'hairpin', 'default/near', 'nc', 'self:80', 'delivered/connected', 'socket.deliver'],
  [BOTH, 'headless', client, 'curl', 'http://headless:8080', 'delivered/http', 'socket.deliver'],
  [BOTH, 'closed port', client, 'nc', 'default/far:1', 'rejected/refused', 'socket.no-listener-tcp'],
  [
    BOTH,
    'this host by its any-address',
    client,
    'nc',
    '0.0.0.0:1',
    'rejected/refused',
    'socket.no-listener-tcp',
  ],
  [BOTH, 'closed port, curl', client, 'curl', 'http://web:81', 'rejected/refused', 'socket.no-listener-tcp'],
  [BOTH, 'closed UDP port', client, 'nc', 'default/far:1', 'rejected/refused', 'socket.no-listener-udp', udp],
  [BOTH, 'no endpoints', client, 'nc', 'none:80', 'rejected/refused', 'rule.reject'],
  [BOTH, 'no endpoints, curl', client, 'curl', 'http://none', 'rejected/refused', 'rule.reject'],
  [BOTH, 'no endpoints, UDP', client, 'nc', 'none:81', 'rejected/refused', 'rule.reject', udp],
  [
    BOTH,
    'NodePort from outside',
    'external/laptop',
    'curl',
    'http://172.18.0.3:30080',
    'delivered/http',
    'socket.deliver',
  ],
  [
    BOTH,
    'NodePort from its node',
    'node/kind-worker',
    'curl',
    'http://172.18.0.3:30080',
    'delivered/http',
    'socket.deliver',
  ],
  [
    BOTH,
    'NodePort on loopback',
    'node/kind-worker',
    'nc',
    '127.0.0.1:30080',
    'delivered/connected',
    'socket.deliver',
  ],
  [BOTH, 'NodePort from a pod', client, 'nc', '172.18.0.4:30080', 'delivered/connected', 'socket.deliver'],
  [
    BOTH,
    'NodePort without endpoints',
    'external/laptop',
    'nc',
    '172.18.0.3:30081',
    'rejected/refused',
    'rule.reject',
  ],
  [
    BOTH,
    'pod to its own node',
    client,
    'ping',
    'node/kind-worker',
    'delivered/answered',
    'socket.echo-reply',
  ],
  [
    BOTH,
    'pod to another node',
    client,
    'nc',
    'node/kind-worker2:10250',
    'delivered/connected',
    'socket.deliver',
  ],
  [
    BOTH,
    'closed port of a node',
    client,
    'nc',
    'node/kind-worker:1',
    'rejected/refused',
    'socket.no-listener-tcp',
  ],
  [
    BOTH,
    'node to its pod',
    'node/kind-worker',
    'nc',
    'default/near:8080',
    'delivered/connected',
    'socket.deliver',
  ],
  [
    BOTH,
    'node to a far pod',
    'node/kind-worker',
    'nc',
    'default/far:8080',
    'delivered/connected',
    'socket.deliver',
  ],
  [BOTH, 'to a hostNetwork pod', client, 'nc', 'default/host:7070', 'delivered/connected', 'socket.deliver'],
  [
    BOTH,
    'from a hostNetwork pod',
    'default/host',
    'nc',
    'default/far:8080',
    'delivered/connected',
    'socket.deliver',
  ],
  [BOTH, 'outside', client, 'curl', 'http://example.com', 'delivered/http', 'socket.deliver'],
  [BOTH, 'ExternalName', client, 'curl', 'http://outside', 'delivered/http', 'socket.deliver'],
  [BOTH, 'HTTPS', client, 'curl', 'https://outside', 'unknown/connected', 'unknown.field'],
  [
    BOTH,
    'a protocol that the Service does not have',
    client,
    'nc',
    'far:80',
    'unroutable/timeout',
    'route.none',
    { proto: 'sctp' },
  ],
  [
    BOTH,
    'closed SCTP port',
    client,
    'nc',
    'default/far:1',
    'rejected/refused',
    'socket.no-listener-sctp',
    { proto: 'sctp' },
  ],
  [BOTH, 'multicast', client, 'ping', '224.0.0.1', 'unknown/timeout', 'unknown.field'],
  [BOTH, 'no such name', client, 'curl', 'http://nobody', 'delivered/nxdomain', 'process.nxdomain'],
  [
    BOTH,
    'dig, no such name',
    client,
    'dig',
    'nobody.default.svc.cluster.local',
    'delivered/nxdomain',
    'process.answer',
  ],
  [BOTH, 'other port of a ClusterIP', client, 'nc', 'far:9', 'unroutable/unreachable', 'route.none'],
  [BOTH, 'ping of a ClusterIP', client, 'ping', 'far', 'unroutable/unreachable', 'route.none'],
  [BOTH, 'address nobody routes', client, 'nc', '198.51.100.1:80', 'unroutable/unreachable', 'route.none'],
  [
    BOTH,
    'a node that is not there',
    client,
    'nc',
    '172.18.0.77:80',
    'unroutable/unreachable',
    'neighbour.failed',
  ],
  [BOTH, 'no IPv6', client, 'nc', '[2001:db8::1]:80', 'unroutable/unreachable', 'route.none'],
  [BOTH, 'TTL of one', client, 'nc', 'default/far:8080', 'dropped/timeout', 'route.ttl-expired', { ttl: 1 }],
  [
    BOTH,
    'TTL of one, ping',
    client,
    'ping',
    'default/far',
    'dropped/timeout',
    'route.ttl-expired',
    { ttl: 1 },
  ],
  [
    FLANNEL,
    'nobody has the address',
    client,
    'nc',
    '10.244.1.77:80',
    'unroutable/unreachable',
    'neighbour.failed',
  ],
  [
    FLANNEL,
    'nobody there has it',
    client,
    'ping',
    '10.244.2.77',
    'unroutable/unreachable',
    'neighbour.failed',
  ],
  // An ICMP host unreachable is no error for a UDP socket (net/ipv4/icmp.c: not fatal).
  [
    FLANNEL,
    'nobody there, UDP',
    client,
    'nc',
    '10.244.2.77:80',
    'unroutable/timeout',
    'neighbour.failed',
    udp,
  ],
  // Calico's blackhole route for the node's own block answers nothing.
  [CALICO, 'nobody has the address', client, 'nc', '10.244.0.100:80', 'dropped/timeout', 'route.blackhole'],
  [CUT, 'ingress policy, TCP', client, 'nc', 'default/far:8080', 'dropped/timeout', 'policy.deny'],
  [CUT, 'ingress policy, Service', client, 'nc', '10.96.0.1:443', 'delivered/connected', 'socket.deliver'],
  [CUT, 'ingress policy, UDP', client, 'nc', 'udp:9000', 'dropped/timeout', 'policy.deny', udp],
  [CUT, 'ingress policy, ping', client, 'ping', 'default/far', 'dropped/timeout', 'policy.deny'],
  [CUT, 'ingress policy, curl', client, 'curl', 'http://far', 'dropped/timeout', 'policy.deny'],
  [
    CUT,
    'its own node passes',
    'node/kind-worker2',
    'nc',
    'default/far:8080',
    'delivered/connected',
    'socket.deliver',
  ],
  [
    CUT,
    'another node does not',
    'node/kind-worker',
    'nc',
    'default/far:8080',
    'dropped/timeout',
    'policy.deny',
  ],
  [
    CUT,
    'egress policy forgot DNS',
    'default/near',
    'curl',
    'http://named:8000',
    'dropped/timeout',
    'policy.deny',
  ],
  [
    CUT,
    'egress policy forgot DNS, dig',
    'default/near',
    'dig',
    'named.default.svc.cluster.local',
    'dropped/timeout',
    'policy.deny',
  ],
  [
    CUT,
    'egress policy, allowed',
    'default/near',
    'nc',
    'default/named:80',
    'delivered/connected',
    'socket.deliver',
  ],
];

describe.each(Object.keys(clusters) as Where[])('%s', (where) => {
  it.each(rows.filter((row) => row[0].includes(where)).map((row) => [row[1], row] as const))(
    '%s',
    (_, row) => {
      const [, , from, tool, to, expected, reason, more] = row;
      const trace = ask(clusters[where], from, tool, to, more);
      expect(`${outcome(trace)} ${trace.reason.code}`).toBe(`${expected} ${reason}`);
      expect(trace.decidedBy).toBeGreaterThanOrEqual(0);
    },
  );
});

it('gives a cut look-up the verdict and the segment of the DNS packet', () => {
  const trace = ask(clusters.policies, 'default/near', 'curl', 'http://named:8000');
  const segment = trace.segments[trace.steps[trace.decidedBy]?.segment ?? -1];
  expect(segment?.purpose).toBe('dns');
  expect(trace.policy).toMatchObject({
    egress: 'denied',
    by: [{ object: { kind: 'NetworkPolicy', namespace: 'default', name: 'no-way-out' }, rule: -1 }],
  });
});

it('waits as long as the tool does, and no longer', () => {
  const last = (trace: ReturnType<typeof ask>) => trace.steps.at(-1)?.timeMs;
  expect(last(ask(clusters.policies, client, 'nc', 'default/far:8080'))).toBe(5000);
  expect(last(ask(clusters.flannel, client, 'nc', '10.244.1.77:80'))).toBe(3000);
  expect(last(ask(clusters.flannel, client, 'nc', 'none:80'))).toBe(0);
  const syns = ask(clusters.policies, client, 'nc', 'default/far:8080').wire.filter(
    (w) => w.netns === client && w.flags === 'SYN',
  );
  expect(syns.map((w) => w.retry ?? 0)).toEqual([0, 1, 2, 3, 4]);
});
