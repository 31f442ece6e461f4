/** What a program says of its waiting is what the clock of its walk says. */
import { expect, it } from 'vitest';
import { simulate, walk } from '../simulate.ts';

const YAML = `
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {containers: [{name: c, image: curlimages/curl}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: nothing-out}
spec: {podSelector: {}, policyTypes: [Egress]}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: calico
`;

it.each([
  ['dig', 'example.com', 15],
  ['ping', '172.18.0.1', 5],
  ['nc', '172.18.0.1:80', 5],
] as const)('%s %s gives up after %i s', (tool, to, seconds) => {
  const trace = walk(simulate({ files: [{ name: 'a.yaml', text: YAML }] }), {
    from: 'default/client',
    tool,
    to,
  });
  const said = trace.steps.find((s) => s.reason.code === 'process.timeout');
  expect(trace.clientSees).toBe('timeout');
  expect(said?.reason.params).toEqual({ seconds });
  expect(said?.timeMs).toBe(seconds * 1000);
});
