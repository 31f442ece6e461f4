/** Findings about policies of CNIs' own kinds, each with the line that says so. */
import { expect, it } from 'vitest';
import { clusterDiagnostics as en } from '../../../i18n/diagnostics-cluster.en.ts';
import { clusterDiagnostics as ko } from '../../../i18n/diagnostics-cluster.ko.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
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

function simulated(text: string): { readonly whole: string; readonly diagnostics: readonly Diagnostic[] } {
  const cni = text.includes('cilium.io') ? 'cilium' : 'calico';
  const whole = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: ${cni}\n---${PODS}---\n${text}`;
  const { diagnostics } = simulate({ files: [{ name: 'a.yaml', text: whole }] });
  // What single fields of Cilium's policies have wrong has its own tests.
  return { whole, diagnostics: diagnostics.filter((one) => !one.code.startsWith('ciliumpolicy/')) };
}

/** Code, and the text of its line. */
function notes(text: string): readonly string[] {
  const { whole, diagnostics } = simulated(text);
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
    name: 'a policy that denies the rest itself forgot DNS as well',
    text: calico(
      "  selector: app == 'client'\n  types: [Egress]\n  egress:\n    - {action: Allow, protocol: TCP, destination: {ports: [443]}}\n    - {action: Deny}",
    ),
    is: ['policy/no-dns egress:'],
  },
  {
    name: 'who denies DNS by name did not forget it',
    text: calico(
      "  selector: app == 'client'\n  types: [Egress]\n  egress:\n    - {action: Allow, protocol: TCP, destination: {ports: [443]}}\n    - {action: Deny, protocol: UDP, destination: {ports: [53]}}\n    - {action: Deny}",
    ),
    is: [],
  },
  {
    name: 'Cilium: a denial of everything goes first, wherever it stands',
    text: cilium(
      '  endpointSelector: {matchLabels: {app: client}}\n  egress:\n    - toEndpoints: [{matchLabels: {app: web}}]\n  egressDeny:\n    - toEntities: [all]',
    ),
    is: [],
  },
  {
    name: 'who denies everything first let nothing out and forgot nothing',
    text: calico(
      "  selector: app == 'client'\n  types: [Egress]\n  egress:\n    - action: Deny\n    - {action: Allow, protocol: TCP}",
    ),
    is: ['policy/rule-never-asked - {action: Allow, protocol: TCP}'],
  },
  {
    name: 'Cilium: names of hosts alone, which nobody can look up',
    text: cilium(
      '  endpointSelector: {matchLabels: {app: client}}\n  egress:\n    - toFQDNs: [{matchName: example.com}]',
    ),
    is: ['policy/no-dns egress:'],
  },
  {
    name: 'Cilium: what is closed on purpose forgot nothing',
    text: cilium(
      '  endpointSelector: {matchLabels: {app: client}}\n  egress: [{}]\n  egressDeny:\n    - toCIDR: [192.0.2.0/24]',
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

it.each([
  { action: 'Pass', en: 'passes everything on', ko: '모든 것을 다음 계층에 넘깁니다' },
  { action: 'Allow', en: 'decides about everything', ko: '모든 것을 결정합니다' },
])('says of a rule that is never asked what the one before it does: $action', ({ action, ...said }) => {
  const text = calico(`  selector: app == 'web'\n  ingress:\n    - action: ${action}\n    - action: Deny`);
  const found = simulated(text).diagnostics.find((one) => one.code === 'policy/rule-never-asked');
  expect(en['policy/rule-never-asked']?.(found?.params as never)).toContain(said.en);
  expect(ko['policy/rule-never-asked']?.(found?.params as never)).toContain(said.ko);
});
