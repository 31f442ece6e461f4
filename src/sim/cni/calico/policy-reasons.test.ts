/** What a walk says of a policy: which rule, which line, and what is left alone. */
import { describe, expect, it } from 'vitest';
import { simulate, walk } from '../../simulate.ts';

const TEXT = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: calico
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}, annotations: {packetwalk.dev/listen: "7000/TCP"}}
spec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec: {type: NodePort, selector: {app: web}, ports: [{port: 80, targetPort: 8080, nodePort: 30080}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata:
  name: web
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress, Egress]
  ingress:
    - ports:
        - port: 9000
    - from:
        - podSelector: {matchLabels: {app: nobody}}
        - podSelector: {matchLabels: {app: client}}
      ports:
        - port: 8080
    - from:
        - ipBlock: {cidr: 172.18.0.100/32}
`;
const simulation = simulate({ files: [{ name: 'a.yaml', text: TEXT }] });
const lineOf = (text: string): number => TEXT.split('\n').findIndex((line) => line.includes(text)) + 1;
const nodeIp = (name: string): string =>
  simulation.cluster.nodes.find((node) => node.name === name)?.ips[0] ?? '';
const ask = (from: string, to: string, port: number) => walk(simulation, { from, to, tool: 'nc', port });

describe('policies in a walk', () => {
  it('names the rule that let it in, and lights the peer', () => {
    const trace = ask('default/client', 'default/web', 8080);
    const step = trace.steps.find((one) => one.reason.code === 'policy.allow');
    expect(step?.reason.params).toEqual({
      direction: 'ingress',
      policy: 'default/web',
      rule: 1,
      pod: 'default/web',
    });
    expect(step?.origin).toMatchObject({
      object: { kind: 'NetworkPolicy', namespace: 'default', name: 'web' },
      path: ['spec', 'ingress', 1, 'from', 1],
    });
    expect(step?.origin?.range?.line).toBe(lineOf('- podSelector: {matchLabels: {app: client}}'));
    expect(trace.policy).toMatchObject({ egress: 'not-selected', ingress: 'allowed' });
  });

  it('drops at the end of the tier, and lights what isolates the pod', () => {
    const trace = ask('default/client', 'default/web', 8081);
    expect(trace.reason).toEqual({
      code: 'policy.deny',
      params: { direction: 'ingress', policies: 'default/web', pod: 'default/web' },
    });
    const step = trace.steps[trace.decidedBy];
    expect(step).toMatchObject({ kind: 'drop', hook: 'FORWARD', place: 'node/kind-worker' });
    expect(step?.origin?.range?.line).toBe(lineOf('podSelector: {matchLabels: {app: web}}'));
  });

  it.each([
    {
      name: 'the pod’s own node gets in',
      from: 'node/kind-worker',
      to: 'default/web',
      port: 8080,
      sees: 'connected',
    },
    {
      name: 'another node does not',
      from: 'node/kind-worker2',
      to: 'default/web',
      port: 8080,
      sees: 'timeout',
    },
    { name: 'replies need no rule', from: 'default/client', to: 'web', port: 80, sees: 'connected' },
    { name: 'a denied egress', from: 'default/web', to: 'default/client', port: 7000, sees: 'timeout' },
    { name: 'DNS is egress too', from: 'default/web', to: 'client', port: 7000, sees: 'timeout' },
  ])('$name', ({ from, to, port, sees }) => {
    expect(ask(from, to, port).clientSees).toBe(sees);
  });

  it('egress policies hold towards the pod’s own node as well: Calico polices what enters the host', () => {
    expect(ask('default/web', nodeIp('kind-worker'), 10250).clientSees).toBe('timeout');
  });

  it('sees a NodePort’s client where the endpoint is, and the entry node’s tunnel elsewhere', () => {
    // Masquerading comes after the FORWARD hook, so on the endpoint's own node the ipBlock still sees the client.
    expect(ask('external/laptop', nodeIp('kind-worker'), 30080).clientSees).toBe('connected');
    expect(ask('external/laptop', nodeIp('kind-worker2'), 30080).clientSees).toBe('timeout');
  });
});
