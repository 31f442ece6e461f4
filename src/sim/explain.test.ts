/** What the card says, and the edit that is offered, where a policy of the CNI's own kind has decided. */
import { expect, it } from 'vitest';
import { nearMissOf } from './explain.ts';
import { smallestFix } from './fix.ts';
import type { ProbeQuestion } from './probe/options.ts';
import { simulate } from './simulate.ts';

const filesWith = (spec: string, more = '') => [
  {
    name: 'all.yaml',
    text: `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: cilium
---
apiVersion: v1
kind: Pod
metadata: {name: client, labels: {app: client}}
spec: {nodeName: kind-worker, containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}}
spec: {nodeName: kind-worker2, containers: [{name: c, image: nginx}]}
---
apiVersion: cilium.io/v2
kind: CiliumNetworkPolicy
metadata: {name: own}
spec: {endpointSelector: {matchLabels: {app: web}}, ${spec}}
${more}`,
  },
];
const probe: ProbeQuestion = { from: 'default/client', tool: 'nc', to: 'default/web', port: 80 };

const FROM_CLIENT = 'fromEndpoints: [{matchLabels: {app: client}}]';
const DENIES = `ingress: [{fromEndpoints: [{}]}], ingressDeny: [{fromEndpoints: [{matchLabels: {app: x}}]}, {${FROM_CLIENT}}]`;

it('a rule of it that denies is named, and the smallest edit takes it away', () => {
  const files = filesWith(DENIES);
  const simulation = simulate({ files });
  expect(nearMissOf(simulation, probe)).toMatchObject({
    policies: [],
    byRule: {
      own: true,
      denied: {
        policy: 'default/own',
        kind: 'CiliumNetworkPolicy',
        rule: 1,
        name: 'ingressDeny',
        origin: { range: { file: 'all.yaml', line: 18 } },
      },
      before: [],
    },
  });
  expect(smallestFix(simulation, files, probe, 'allow')).toMatchObject({
    ok: true,
    fix: { steps: [{ kind: 'remove-rule', policy: 'default/own' }], walked: { verdict: 'delivered' } },
  });
});

it('one that isolates stands beside the NetworkPolicies, of which a rule may let it in', () => {
  const np = `---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: np}
spec: {podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {matchLabels: {app: x}}}]}]}
`;
  const files = filesWith('ingress: [{fromEndpoints: [{matchLabels: {app: z}}]}]', np);
  const simulation = simulate({ files });
  expect(nearMissOf(simulation, probe)?.policies).toMatchObject([
    { policy: 'default/np', closest: { rule: 0 } },
    {
      policy: 'default/own',
      kind: 'CiliumNetworkPolicy',
      rules: 1,
      origin: { range: { line: 18 } },
      closest: { rule: 0, peer: { misses: [{ what: 'label', key: 'app', values: ['z'], found: 'client' }] } },
    },
  ]);
  const answer = smallestFix(simulation, files, probe, 'allow');
  if (!answer.ok) throw new Error(answer.why);
  expect(answer.fix.steps).toEqual([{ kind: 'add-peer', policy: 'default/own' }]);
  expect(answer.fix.walked.verdict).toBe('delivered');
});
