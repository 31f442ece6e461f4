/** Findings about policies of CNIs' own kinds, each with the line that says so. */
import { expect, it } from 'vitest';
import { clusterDiagnostics as en } from '../../../i18n/diagnostics-cluster.en.ts';
import { clusterDiagnostics as ko } from '../../../i18n/diagnostics-cluster.ko.ts';
import { simulate } from '../../simulate.ts';

const PODS = `
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
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports:
    - {port: 80, targetPort: 8080}
`;
const calico = (spec: string): string =>
  `apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: g}\nspec:\n${spec}`;
const cilium = (spec: string): string =>
  `apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: own}\nspec:\n${spec}`;

/** Code, and the text of its line. */
function notes(text: string): readonly string[] {
  const cni = text.includes('cilium.io') ? 'cilium' : 'calico';
  const whole = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n---${PODS}---\n${text}`;
  const { diagnostics } = simulate({ files: [{ name: 'a.yaml', text: whole }] });
  return diagnostics.map(({ code, params, range }) => {
    for (const words of [en, ko])
      expect(words[code as keyof typeof words]?.(params as never)).not.toMatch(/undefined/);
    return `${code} ${whole.split('\n')[(range?.line ?? 0) - 1]?.trim()}`;
  });
}

it.each([
  {
    name: 'a policy that somebody needs',
    text: calico(
      "  selector: app == 'web'\n  ingress:\n    - {action: Allow, source: {selector: app == 'client'}}",
    ),
    is: [],
  },
  {
    name: 'it is for nobody',
    text: calico("  selector: app == 'wbe'\n  ingress:\n    - {action: Allow}"),
    is: ["policy/subject-selects-nothing selector: app == 'wbe'"],
  },
  {
    name: 'by its accounts it is for nobody',
    text: calico("  serviceAccountSelector: role == 'x'\n  ingress:\n    - {action: Allow}"),
    is: ["policy/subject-selects-nothing serviceAccountSelector: role == 'x'"],
  },
  {
    name: 'what is for hosts is for no pod on purpose',
    text: calico(
      '  selector: has(host)\n  doNotTrack: true\n  applyOnForward: true\n  ingress:\n    - {action: Allow}',
    ),
    is: [],
  },
  {
    name: 'a rule that names nobody, and so a Service that nobody reaches',
    text: calico(
      "  selector: app == 'web'\n  ingress:\n    - action: Allow\n      source:\n        selector: app == 'clinet'",
    ),
    is: [
      "policy/rule-names-nobody selector: app == 'clinet'",
      'service/nobody-may-reach - {port: 80, targetPort: 8080}',
    ],
  },
  {
    name: 'addresses and negations name somebody',
    text: calico(
      "  selector: app == 'web'\n  ingress:\n    - {action: Allow, source: {nets: [192.0.2.0/24]}}\n    - {action: Allow, source: {notSelector: app == 'x'}}",
    ),
    is: [],
  },
  {
    name: 'a set of addresses is somebody',
    text: `${calico("  selector: app == 'web'\n  ingress:\n    - {action: Allow, source: {selector: kind == 'net'}}\n    - {action: Allow}")}\n---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkSet\nmetadata: {name: s, labels: {kind: net}}\nspec: {nets: [192.0.2.0/24]}`,
    is: [],
  },
  {
    name: 'a rule behind one about everything',
    text: calico(
      "  selector: app == 'web'\n  ingress:\n    - action: Log\n    - action: Allow\n    - action: Deny",
    ),
    is: ['policy/rule-never-asked - action: Deny'],
  },
  {
    name: 'egress that forgot DNS',
    text: calico(
      "  selector: app == 'client'\n  types: [Egress]\n  egress:\n    - {action: Allow, destination: {selector: app == 'web'}}",
    ),
    is: ['policy/no-dns egress:'],
  },
  {
    name: 'egress that is closed, and one that did not forget',
    text: calico(
      "  selector: app == 'client'\n  types: [Egress]\n  egress:\n    - {action: Allow, destination: {selector: app == 'web'}}\n    - {action: Allow, protocol: UDP, destination: {ports: [53]}}",
    ),
    is: [],
  },
  {
    name: 'Cilium: for nobody',
    text: cilium('  endpointSelector: {matchLabels: {app: wbe}}\n  ingress:\n    - fromEndpoints: [{}]'),
    is: ['policy/subject-selects-nothing endpointSelector: {matchLabels: {app: wbe}}'],
  },
  {
    name: 'Cilium: a rule that names nobody',
    text: cilium(
      '  endpointSelector: {matchLabels: {app: web}}\n  ingress:\n    - fromEndpoints:\n        - matchLabels: {app: clinet}\n    - fromEntities: [world]',
    ),
    is: [
      'policy/rule-names-nobody - matchLabels: {app: clinet}',
      'service/nobody-may-reach - {port: 80, targetPort: 8080}',
    ],
  },
  {
    name: 'Cilium: egress that forgot DNS',
    text: cilium(
      '  endpointSelector: {matchLabels: {app: client}}\n  egress:\n    - toEndpoints: [{matchLabels: {app: web}}]',
    ),
    is: ['policy/no-dns egress:'],
  },
])('$name', ({ text, is }) => {
  expect(notes(text)).toEqual(is);
});
