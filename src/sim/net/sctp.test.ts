/** SCTP by its sources: net/sctp and nf_conntrack_proto_sctp.c; no kernel with SCTP was at hand. */
import { describe, expect, test } from 'vitest';
import { tableOf } from '../tables.ts';
import { type Simulation, simulate, walk } from '../simulate.ts';

const cluster = (cni: string, policy = ''): Simulation =>
  simulate({
    files: [
      {
        name: 'a.yaml',
        text: `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {nodeName: kind-worker, containers: [{name: c, image: busybox}]}
---
apiVersion: v1
kind: Pod
metadata: {name: sig, labels: {app: sig}, annotations: {packetwalk.dev/listen: "5060/SCTP"}}
spec: {nodeName: kind-worker2, containers: [{name: c, image: example.com/x}]}
---
apiVersion: v1
kind: Service
metadata: {name: sig}
spec: {clusterIP: 10.96.7.7, selector: {app: sig}, ports: [{port: 5060, protocol: SCTP}]}
${policy}`,
      },
    ],
  });

const probe = (to: string) => ({ from: 'default/client', tool: 'nc', proto: 'sctp', to }) as const;

describe('an association', () => {
  const trace = walk(cluster('flannel'), probe('10.96.7.7:5060'));

  test('opens in four packets and closes in three', () => {
    const seen = trace.wire.filter((w) => w.netns === 'default/client' && w.proto === 'sctp');
    expect(seen.map((w) => `${w.dir} ${w.flags}`)).toEqual([
      'request INIT',
      'reply INIT ACK',
      'request COOKIE ECHO',
      'reply COOKIE ACK',
      'request SHUTDOWN',
      'reply SHUTDOWN ACK',
      'request SHUTDOWN COMPLETE',
    ]);
  });

  test('is translated both ways', () => {
    const back = trace.wire.find(
      (w) => w.netns === 'default/client' && w.dir === 'reply' && w.proto === 'sctp',
    );
    expect(back).toMatchObject({ src: '10.96.7.7', sport: 5060 });
    expect(trace.nat[0]).toMatchObject({ kind: 'dnat', from: '10.96.7.7:5060', to: '10.244.2.2:5060' });
  });

  test('carries the tag that each side asked for, and the cookie back', () => {
    const sent = trace.steps.flatMap((s) =>
      s.kind === 'originate' && s.packet?.l4?.proto === 'sctp' ? [s.packet.l4] : [],
    );
    const chunk = (name: string) => sent.find((p) => p.chunks[0]?.chunk === name);
    const [init, initAck, echo, cookieAck] = ['INIT', 'INIT ACK', 'COOKIE ECHO', 'COOKIE ACK'].map(chunk);
    const tags = [init, initAck].map((p) => {
      const first = p?.chunks[0];
      return first?.chunk === 'INIT' || first?.chunk === 'INIT ACK' ? first.initTag : 0;
    });
    expect(init?.vtag).toBe(0);
    expect(initAck?.vtag).toBe(tags[0]);
    expect(echo?.vtag).toBe(tags[1]);
    expect(cookieAck?.vtag).toBe(tags[0]);
  });

  test('is known to conntrack as one that ended', () => {
    const lines = tableOf(cluster('flannel'), 'node/kind-worker', 'conntrack -L', probe('10.96.7.7:5060'));
    expect(lines.map((l) => l.text).find((t) => t.startsWith('sctp'))).toMatch(
      /^sctp {5}132 \d+ CLOSED src=10\.244\.1\.2 dst=10\.96\.7\.7 sport=\d+ dport=5060 src=10\.244\.2\.2 dst=10\.244\.1\.2 sport=5060 dport=\d+ \[ASSURED\] mark=0 use=1/,
    );
  });
});

test('an INIT without an answer is sent again after three seconds', () => {
  const policy =
    '---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {matchLabels: {app: sig}}, policyTypes: [Ingress]}\n';
  const trace = walk(cluster('calico', policy), probe('10.96.7.7:5060'));
  expect(trace).toMatchObject({ verdict: 'dropped', clientSees: 'timeout', reason: { code: 'policy.deny' } });
  const sent = trace.steps.filter((s) => s.kind === 'originate' && s.packet?.l4?.proto === 'sctp');
  expect(sent.map((s) => [Math.round(s.timeMs), s.retry])).toEqual([
    [0, undefined],
    [3000, 1],
  ]);
});

test.each([
  ['SCTP', 'delivered'],
  ['TCP', 'dropped'],
])('a policy that allows %s only', (protocol, verdict) => {
  const policy = `---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: allow}\nspec: {podSelector: {matchLabels: {app: sig}}, ingress: [{ports: [{port: 5060, protocol: ${protocol}}]}]}\n`;
  expect(walk(cluster('calico', policy), probe('10.96.7.7:5060')).verdict).toBe(verdict);
});

test('a CNI that enforces nothing: the walk names the policy that would have denied it', () => {
  const policy =
    '---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: deny}\nspec: {podSelector: {matchLabels: {app: sig}}, policyTypes: [Ingress]}\n';
  const trace = walk(cluster('flannel', policy), probe('10.96.7.7:5060'));
  expect(trace.verdict).toBe('delivered');
  expect(trace.policy.notEnforced?.policies).toEqual(['default/deny']);
});
