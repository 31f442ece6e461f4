import { describe, expect, it } from 'vitest';
import { diagnostics as en } from '../../../i18n/diagnostics.en.ts';
import { diagnostics as ko } from '../../../i18n/diagnostics.ko.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { type DiagnosticCode, diagnosticCodes } from '../diagnostics.ts';
import { parseScenario } from './parse-scenario.ts';

const SERVICE = 'apiVersion: v1\nkind: Service\nmetadata: {name: web}\n';
const PORTS = 'spec:\n  selector: {app: web}\n  ports:\n  - port: 80\n';
const POD = 'apiVersion: v1\nkind: Pod\nmetadata: {name: a}\n';
const CONTAINER = 'spec:\n  containers:\n  - name: a\n    image: nginx\n';
const POLICY = 'apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\n';
const CILIUM = 'apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}\n';
const CNP =
  'apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata: {name: p}\nspec:\n  tier: Admin\n  priority: 1\n';
const SUBJECT = `${CNP}  subject: {namespaces: {}}\n`;
const RULE = `${SUBJECT}  egress:\n  - action: Deny\n`;
const CALICO = 'apiVersion: projectcalico.org/v3\nkind: NetworkPolicy\nmetadata: {name: p}\nspec:\n';
const ENDPOINTS = 'apiVersion: v1\nkind: ⟪Endpoints⟫\nmetadata: {name: web}\n';
const SLICE = 'apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\nmetadata: {name: web-1}\n';
const PLAYGROUND = 'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n';
const workload = (selector: string, labels: string): string =>
  `apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: web}\nspec:\n  selector: ${selector}\n  template:\n    metadata: {labels: ${labels}}\n    spec: {containers: [{name: a, image: nginx}]}\n`;

interface Row {
  readonly code: DiagnosticCode;
  /** `⟦ ⟧` marks the diagnostic's range. */
  readonly text: string;
  /** What the message must say in English. */
  readonly says?: string;
  /** The API server's whole message for the refused object. */
  readonly refused?: string;
  /** The text after the first quick fix. */
  readonly fixed?: string;
}

const rows: readonly Row[] = [
  {
    code: 'calico/selector',
    text: `${CALICO}  selector: ⟦app = 'web'⟧\n`,
    says: 'expected ==',
    refused:
      "error with field Selector = 'app = 'web'' (Reason: failed to validate Field: Selector because of Tag: selector )",
  },
  {
    code: 'calico/tag',
    text: `${CALICO}  ingress:\n  - action: ⟦Accept⟧\n`,
    refused:
      "error with field Action = 'Accept' (Reason: failed to validate Field: Action because of Tag: action )",
  },
  {
    code: 'calico/invalid',
    text: `${CALICO}  ingress:\n  - action: Allow\n    destination:\n      ports: ⟦[80]⟧\n`,
    says: 'must set protocol',
    refused:
      "error with field Destination.Ports = '[80]' (rules that specify ports must set protocol to TCP or UDP or SCTP)",
  },
  { code: 'yaml/syntax', text: 'a:\n  b: 1\n ⟦c: 2⟧\n', says: 'indentation' },
  { code: 'yaml/syntax', text: 'a: ⟦b: c⟧\n' },
  { code: 'yaml/syntax', text: 'a: ⟦@x⟧\n', says: 'quotes' },
  { code: 'yaml/template', text: `${SERVICE}spec:\n  type: ⟦{{ .Values.type }}⟧\n` },
  { code: 'yaml/template', text: '⟦{{- if .x }}⟧\na: 1\n{{- end }}\n' },
  { code: 'yaml/tab', text: 'a:\n⟦\t⟧b: 1\n', fixed: 'a:\n  b: 1\n' },
  { code: 'yaml/unterminated-quote', text: 'a: 1\nb: ⟦"x⟧\nc: 2\n' },
  { code: 'yaml/unterminated-quote', text: "b: ⟦'x⟧\n" },
  { code: 'yaml/unknown-alias', text: 'a: ⟦*x⟧\n', says: '&x' },
  { code: 'yaml/duplicate-key', text: `${SERVICE}spec:\n  ports: [{port: 80}]\n  ⟦ports⟧: [{port: 81}]\n` },
  { code: 'yaml/complex-key', text: `${POD}${CONTAINER}  ? ⟦[a]⟧\n  : b\n` },
  { code: 'yaml/bad-merge', text: `${POD}${CONTAINER}  <<: ⟦x⟧\n` },
  { code: 'yaml/unknown-tag', text: `${SERVICE}spec:\n  ports: [{port: ⟦!foo⟧ 80}]\n` },
  {
    code: 'yaml/boolean-word',
    text: `${POD}${CONTAINER}  hostNetwork: ⟦yes⟧\n`,
    says: 'true',
    fixed: `${POD}${CONTAINER}  hostNetwork: true\n`,
  },
  { code: 'yaml/octal', text: `${SERVICE}spec:\n  ports: [{port: ⟦0120⟧}]\n`, says: '80' },
  { code: 'yaml/not-an-object', text: '⟦hello⟧\n', says: 'string' },
  { code: 'yaml/not-an-object', text: '⟦- a⟧\n- b\n', says: 'array' },
  { code: 'object/no-kind', text: '⟦apiVersion⟧: v1\n' },
  {
    code: 'object/no-api-version',
    text: 'kind: ⟦Deployment⟧\n',
    says: 'apps/v1',
    fixed: 'apiVersion: apps/v1\nkind: Deployment\n',
  },
  { code: 'object/no-name', text: 'apiVersion: v1\nkind: Pod\n⟦metadata⟧: {}\nspec: {}\n' },
  {
    code: 'object/duplicate',
    text: `${SERVICE}${PORTS}---\napiVersion: v1\nkind: Service\nmetadata: {name: ⟦web⟧}\n${PORTS}`,
    says: 'line 3',
  },
  {
    code: 'object/immutable',
    text: `${workload('{matchLabels: {app: a}}', '{app: a}')}---\n${workload('⟦{matchLabels: {app: b}}⟧', '{app: b}')}`,
    refused:
      'Deployment.apps "web" is invalid: spec.selector: Invalid value: {"matchLabels":{"app":"b"}}: field is immutable',
  },
  {
    code: 'object/cluster-scoped',
    text: 'apiVersion: v1\nkind: Namespace\nmetadata: {name: a, namespace: ⟦b⟧}\n',
  },
  {
    code: 'pod/duplicate-port',
    text: `${POD}${CONTAINER}    ports: [{containerPort: 80}, {containerPort: ⟦80⟧}]\n`,
  },
  {
    code: 'value/port-name',
    text: `${SERVICE}spec:\n  ports: [{port: 80, targetPort: ⟦"8080"⟧}]\n`,
    refused:
      'Service "web" is invalid: spec.ports[0].targetPort: Invalid value: "8080": must contain at least one letter (a-z)',
    fixed: `${SERVICE}spec:\n  ports: [{port: 80, targetPort: 8080}]\n`,
  },
  {
    code: 'kind/unknown',
    text: 'apiVersion: v1\nkind: ⟦Servise⟧\nmetadata: {name: a}\n',
    says: 'Service',
    refused: 'no matches for kind "Servise" in version "v1"',
    fixed: 'apiVersion: v1\nkind: Service\nmetadata: {name: a}\n',
  },
  {
    code: 'kind/wrong-version',
    text: 'apiVersion: ⟦extensions/v1beta1⟧\nkind: Deployment\nmetadata: {name: a}\n',
    says: 'apps/v1',
  },
  {
    code: 'kind/removed',
    text: 'apiVersion: policy/v1beta1\nkind: ⟦PodSecurityPolicy⟧\nmetadata: {name: a}\nspec: {privileged: false}\n',
    says: '1.25',
    refused: 'no matches for kind "PodSecurityPolicy" in version "policy/v1beta1"',
  },
  {
    code: 'kind/removed-plugin',
    text: 'apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n- name: PodSecurity\n- name: ⟦DenyEscalatingExec⟧\n',
    says: '1.21',
  },
  { code: 'kind/no-effect', text: 'apiVersion: v1\nkind: ⟦Secret⟧\nmetadata: {name: a}\n' },
  {
    code: 'kind/not-simulated',
    text: 'apiVersion: networking.k8s.io/v1\nkind: ⟦IPAddress⟧\nmetadata: {name: 10.96.0.7}\n',
  },
  {
    code: 'kind/custom',
    text: 'apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata: {name: foos.x.io}\nspec: {group: x.io, names: {kind: Foo}}\n---\napiVersion: x.io/v1\nkind: ⟦Foo⟧\nmetadata: {name: a}\n',
  },
  {
    code: 'kind/deprecated',
    text: `${ENDPOINTS.replace('⟪', '⟦').replace('⟫', '⟧')}subsets: [{addresses: [{ip: 10.0.0.1}]}]\n`,
  },
  {
    code: 'field/unknown',
    text: `${SERVICE}spec:\n  ports:\n  - port: 80\n    ⟦targetport⟧: 81\n`,
    says: 'targetPort',
    fixed: `${SERVICE}spec:\n  ports:\n  - port: 80\n    targetPort: 81\n`,
  },
  {
    code: 'field/removed',
    text: 'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: AdminNetworkPolicy\nmetadata: {name: a}\nspec: {priority: 1, subject: {namespaces: {}}, ingress: [{action: Deny, from: [{namespaces: {⟦notSameLabels⟧: [team]}}]}]}\n',
    says: 'network-policy-api v0.1.7',
  },
  { code: 'field/unmodelled', text: `${POD}${CONTAINER}  ⟦hostAliases⟧: [{ip: 10.0.0.1}]\n` },
  {
    code: 'value/type',
    text: `${SERVICE}spec:\n  ports: [{port: ⟦"80"⟧}]\n`,
    refused:
      'Service in version "v1" cannot be handled as a Service: json: cannot unmarshal string into Go struct field ServicePort.spec.ports.port of type int32',
    fixed: `${SERVICE}spec:\n  ports: [{port: 80}]\n`,
  },
  { code: 'value/type', text: `${POD}${CONTAINER}    args: ⟦run⟧\n`, says: '[]string' },
  {
    code: 'value/required',
    text: `${POD}spec:\n  ⟦containers⟧:\n`,
    refused: 'Pod "a" is invalid: spec.containers: Required value',
  },
  {
    code: 'value/enum',
    text: `${SERVICE}${PORTS}  type: ⟦Nodeport⟧\n`,
    refused:
      'Service "web" is invalid: spec.type: Unsupported value: "Nodeport": supported values: "ClusterIP", "ExternalName", "LoadBalancer", "NodePort"',
    fixed: `${SERVICE}${PORTS}  type: NodePort\n`,
  },
  {
    code: 'value/range',
    text: `${SERVICE}spec:\n  ports: [{port: ⟦70000⟧}]\n`,
    refused:
      'Service "web" is invalid: [spec.ports[0].port: Invalid value: 70000: must be between 1 and 65535, inclusive, spec.ports[0].targetPort: Invalid value: 70000: must be between 1 and 65535, inclusive]',
  },
  {
    code: 'value/negative',
    text: workload('{matchLabels: {app: a}}', '{app: a}').replace('spec:\n', 'spec:\n  replicas: ⟦-1⟧\n'),
  },
  { code: 'value/too-long', text: POD.replace('a}', `⟦${'a'.repeat(254)}⟧}`) + CONTAINER },
  {
    code: 'value/dns-label',
    text: `${POD}spec:\n  containers: [{name: ⟦My_App⟧, image: x}]\n`,
    fixed: `${POD}spec:\n  containers: [{name: my-app, image: x}]\n`,
  },
  { code: 'value/dns-subdomain', text: POD.replace('a}', '⟦A.b⟧}') + CONTAINER },
  { code: 'value/service-name', text: SERVICE.replace('web', '⟦1web⟧') + PORTS },
  { code: 'value/label-key', text: POD.replace('a}', 'a, labels: {⟦"a b"⟧: c}}') + CONTAINER },
  { code: 'value/label-value', text: POD.replace('a}', 'a, labels: {app: ⟦"b c"⟧}}') + CONTAINER },
  { code: 'value/port-name', text: `${POD}${CONTAINER}    ports: [{containerPort: 80, name: ⟦HTTP⟧}]\n` },
  { code: 'value/ip', text: `${SERVICE}${PORTS}  clusterIP: ⟦10.96.0⟧\n` },
  {
    code: 'value/cidr',
    text: `${POLICY}spec:\n  ingress: [{from: [{ipBlock: {cidr: ⟦10.0.0.1⟧}}]}]\n`,
    fixed: `${POLICY}spec:\n  ingress: [{from: [{ipBlock: {cidr: 10.0.0.1/32}}]}]\n`,
  },
  {
    code: 'value/cidr-bits-beyond',
    text: `${POLICY}spec:\n  ingress: [{from: [{ipBlock: {cidr: ⟦10.0.0.1/8⟧}}]}]\n`,
    refused:
      'NetworkPolicy.networking.k8s.io "p" is invalid: spec.ingress[0].from[0].ipBlock.cidr: Invalid value: "10.0.0.1/8": must not have bits set beyond the prefix length',
    fixed: `${POLICY}spec:\n  ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8}}]}]\n`,
  },
  {
    code: 'value/cidr-host-bits',
    text: `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: ⟦10.244.0.1/16⟧\n`,
    fixed: `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nclusterCIDR: 10.244.0.0/16\n`,
  },
  { code: 'value/label-key', text: `${SERVICE}spec:\n  ports: [{port: 80, appProtocol: ⟦a b⟧}]\n` },
  { code: 'field/deprecated', text: `${SERVICE}${PORTS}  ⟦externalIPs⟧: [198.51.100.7]\n` },
  {
    code: 'field/deprecated',
    text: `${SERVICE}${PORTS}  trafficDistribution: ⟦PreferClose⟧\n`,
    says: 'PreferSameZone',
  },
  {
    code: 'endpoints/unspecified-address',
    text: `${SERVICE}${PORTS}  externalIPs: [⟦0.0.0.0⟧]\n`,
    refused:
      'Service "web" is invalid: spec.externalIPs[0]: Invalid value: "0.0.0.0": may not be unspecified (0.0.0.0)',
  },
  { code: 'value/quantity', text: `${POD}${CONTAINER}    resources: {limits: {memory: ⟦64mb⟧}}\n` },
  {
    code: 'value/resource',
    text: `${POD}${CONTAINER}    resources: {limits: {cpu: 500m}, requests: ⟦{cpu: 0.7}⟧}\n`,
    refused:
      'Pod "a" is invalid: spec.containers[0].resources.requests: Invalid value: "700m": must be less than or equal to cpu limit of 500m',
  },
  {
    code: 'value/duplicate',
    text: `${SERVICE}spec:\n  ports: [{port: 80, name: a}, {port: 81, name: ⟦a⟧}]\n`,
    refused: 'Service "web" is invalid: spec.ports[1].name: Duplicate value: "a"',
  },
  {
    code: 'selector/operator',
    text: `${POLICY}spec:\n  podSelector: {matchExpressions: [{key: a, operator: ⟦Like⟧}]}\n`,
  },
  {
    code: 'selector/values-required',
    text: `${POLICY}spec:\n  podSelector: {matchExpressions: [{key: a, operator: In, values: ⟦[]⟧}]}\n`,
  },
  {
    code: 'selector/values-forbidden',
    text: `${POLICY}spec:\n  podSelector: {matchExpressions: [{key: a, operator: Exists, values: ⟦[x]⟧}]}\n`,
  },
  {
    code: 'workload/selector-mismatch',
    text: workload('{matchLabels: {app: a}}', '⟦{app: b}⟧'),
    refused:
      'Deployment.apps "web" is invalid: spec.template.metadata.labels: Invalid value: {"app":"b"}: `selector` does not match template `labels`',
  },
  { code: 'workload/empty-selector', text: workload('⟦{}⟧', '{app: b}') },
  {
    code: 'pod/host-port-mismatch',
    text: `${POD}${CONTAINER}    ports: [{containerPort: ⟦80⟧, hostPort: 81}]\n  hostNetwork: true\n`,
  },
  {
    code: 'service/node-port-type',
    text: `${SERVICE}spec:\n  ports: [{port: 80, nodePort: ⟦30080⟧}]\n`,
    refused:
      'Service "web" is invalid: spec.ports[0].nodePort: Forbidden: may not be used when `type` is \'ClusterIP\'',
  },
  {
    code: 'service/node-port-type',
    text: `${SERVICE}spec:\n  ports:\n  - port: 80\n    nodePort: ⟦30080⟧\n`,
    fixed: `${SERVICE}spec:\n  type: NodePort\n  ports:\n  - port: 80\n    nodePort: 30080\n`,
  },
  {
    code: 'service/node-port-type',
    text: `${SERVICE}spec:\n  type: ClusterIP\n  ports:\n  - port: 80\n    nodePort: ⟦30080⟧\n`,
    fixed: `${SERVICE}spec:\n  type: NodePort\n  ports:\n  - port: 80\n    nodePort: 30080\n`,
  },
  {
    code: 'pod/dns-nameservers',
    text: `${POD}spec: {containers: [{name: a, image: b}], dnsConfig: {nameservers: ⟦[1.1.1.1, 1.1.1.2, 1.1.1.3, 1.1.1.4]⟧}}\n`,
  },
  {
    code: 'pod/dns-searches',
    text: `${POD}spec: {containers: [{name: a, image: b}], dnsConfig: {searches: ⟦[${Array.from({ length: 33 }, (_, i) => `s${i}.example`).join(', ')}]⟧}}\n`,
  },
  {
    code: 'pod/dns-search-line',
    text: `${POD}spec: {containers: [{name: a, image: b}], dnsConfig: {searches: ⟦[${Array.from({ length: 11 }, (_, i) => `s${i}.${'a'.repeat(62)}.${'b'.repeat(62)}.${'c'.repeat(62)}`).join(', ')}]⟧}}\n`,
  },
  {
    code: 'service/headless-type',
    text: `${SERVICE}${PORTS}  type: NodePort\n  clusterIP: ⟦None⟧\n`,
    refused: `Service "web" is invalid: spec.clusterIPs[0]: Invalid value: "None": may not be set to 'None' for NodePort services`,
  },
  {
    code: 'service/cluster-ip-external-name',
    text: `${SERVICE}spec: {type: ExternalName, externalName: a.example, clusterIP: ⟦10.96.0.9⟧}\n`,
  },
  {
    code: 'service/cluster-ips-mismatch',
    text: `${SERVICE}${PORTS}  clusterIP: 10.96.0.9\n  clusterIPs: ⟦[10.96.0.8]⟧\n`,
    refused:
      'Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.8"]: first value must match `clusterIP`',
  },
  {
    code: 'service/cluster-ips-alone',
    text: `${SERVICE}${PORTS}  clusterIPs: ⟦[10.96.0.8]⟧\n`,
  },
  {
    code: 'service/cluster-ips-none',
    text: `${SERVICE}${PORTS}  clusterIP: None\n  clusterIPs: ⟦[None, 10.96.0.8]⟧\n`,
  },
  {
    code: 'service/cluster-ips-max',
    text: `${SERVICE}${PORTS}  clusterIP: 10.96.0.8\n  clusterIPs: ⟦[10.96.0.8, "fd00::8", 10.96.0.9]⟧\n`,
  },
  {
    code: 'service/cluster-ips-one-each',
    text: `${SERVICE}${PORTS}  clusterIP: 10.96.0.8\n  clusterIPs: ⟦[10.96.0.8, 10.96.0.9]⟧\n`,
  },
  {
    code: 'service/cluster-ip-family',
    text: `${SERVICE}${PORTS}  clusterIP: 10.96.0.8\n  ipFamilies: [IPv6]\n  clusterIPs: [⟦10.96.0.8⟧]\n`,
  },
  { code: 'service/external-policy', text: `${SERVICE}${PORTS}  externalTrafficPolicy: ⟦Local⟧\n` },
  {
    code: 'service/affinity-config',
    text: `${SERVICE}${PORTS}  sessionAffinityConfig: ⟦{clientIP: {timeoutSeconds: 5}}⟧\n`,
  },
  {
    code: 'service/load-balancer-only',
    text: `${SERVICE}${PORTS}  loadBalancerSourceRanges: ⟦[10.0.0.0/8]⟧\n`,
    refused:
      'Service "web" is invalid: spec.LoadBalancerSourceRanges: Forbidden: may only be used when `type` is \'LoadBalancer\'',
  },
  {
    code: 'service/load-balancer-only',
    text: `${SERVICE}${PORTS}  loadBalancerClass: ⟦example.com/lb⟧\n`,
    refused:
      'Service "web" is invalid: spec.loadBalancerClass: Forbidden: may only be used when `type` is \'LoadBalancer\'',
  },
  {
    code: 'service/load-balancer-only',
    text: `${SERVICE}${PORTS}  type: NodePort\n  allocateLoadBalancerNodePorts: ⟦false⟧\n`,
    refused:
      'Service "web" is invalid: spec.allocateLoadBalancerNodePorts: Forbidden: may only be used when `type` is \'LoadBalancer\'',
  },
  {
    code: 'value/cidr',
    text: `${SERVICE}${PORTS}  type: LoadBalancer\n  loadBalancerSourceRanges: [10.0.0.0/8, ⟦10.0.0/8⟧]\n`,
    refused:
      'Service "web" is invalid: spec.LoadBalancerSourceRanges[1]: Invalid value: "10.0.0/8": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)',
  },
  { code: 'value/label-key', text: `${SERVICE}${PORTS}  type: LoadBalancer\n  loadBalancerClass: ⟦a b⟧\n` },
  {
    code: 'service/health-check-node-port',
    text: `${SERVICE}${PORTS}  type: LoadBalancer\n  healthCheckNodePort: ⟦30100⟧\n`,
    refused:
      "Service \"web\" is invalid: spec.healthCheckNodePort: Invalid value: 30100: may only be set when `type` is 'LoadBalancer' and `externalTrafficPolicy` is 'Local'",
  },
  {
    code: 'service/duplicate-port',
    text: `${SERVICE}spec:\n  ports: [{port: 80, name: a}, ⟦{port: 80, name: b}⟧]\n`,
    refused:
      'Service "web" is invalid: spec.ports[1]: Duplicate value: {"Name":"","Protocol":"TCP","AppProtocol":null,"Port":80,"TargetPort":0,"NodePort":0}',
  },
  {
    code: 'service/duplicate-port',
    text: `${SERVICE}spec:\n  type: NodePort\n  ports: [{port: 80, name: a, nodePort: 30080}, {port: 81, name: b, nodePort: ⟦30080⟧}]\n`,
    refused: 'Service "web" is invalid: spec.ports[1].nodePort: Duplicate value: 30080',
  },
  {
    code: 'service/affinity-timeout',
    text: `${SERVICE}${PORTS}  sessionAffinity: ClientIP\n  sessionAffinityConfig: {clientIP: {timeoutSeconds: ⟦90000⟧}}\n`,
    refused:
      'Service "web" is invalid: spec.sessionAffinityConfig.clientIP.timeoutSeconds: Invalid value: 90000: must be greater than 0 and less than 86400',
  },
  {
    code: 'endpoints/forbidden-address',
    text: `${SERVICE}${PORTS}  externalIPs: [⟦127.0.0.1⟧]\n`,
    refused:
      'Service "web" is invalid: spec.externalIPs[0]: Invalid value: "127.0.0.1": may not be in the loopback range (127.0.0.0/8, ::1/128)',
  },
  {
    code: 'service/ignored',
    text: `${SERVICE}spec:\n  type: ExternalName\n  externalName: a.example\n  ⟦selector⟧: {app: a}\n`,
    says: 'selector',
  },
  { code: 'service/ignored', text: `${SERVICE}${PORTS}  clusterIP: None\n  ⟦sessionAffinity⟧: ClientIP\n` },
  { code: 'service/ignored', text: `${SERVICE}${PORTS}  ⟦externalName⟧: a.example\n` },
  {
    code: 'endpoints/no-addresses',
    text: `${ENDPOINTS.replace(/[⟪⟫]/g, '')}subsets: [⟦{ports: [{port: 80}]}⟧]\n`,
  },
  {
    code: 'endpoints/forbidden-address',
    text: `${ENDPOINTS.replace(/[⟪⟫]/g, '')}subsets: [{addresses: [{ip: ⟦127.0.0.1⟧}]}]\n`,
  },
  {
    code: 'endpoints/wrong-family',
    text: `${SLICE}addressType: IPv4\nendpoints: [{addresses: ["⟦fd00::1⟧"]}]\n`
      .replace('"⟦', '⟦"')
      .replace('⟧"', '"⟧'),
  },
  { code: 'clusterpolicy/one-of', text: `${CNP}  subject: ⟦{}⟧\n` },
  {
    code: 'clusterpolicy/one-of',
    text: `${RULE}    to: [⟦{namespaces: {}, networks: [10.0.0.0/8]}⟧]\n`,
  },
  { code: 'clusterpolicy/no-items', text: `${RULE}    to: ⟦[]⟧\n` },
  {
    code: 'clusterpolicy/too-many',
    text: `${SUBJECT}  ingress: ⟦[${Array.from({ length: 26 }, () => '{action: Pass, from: [{namespaces: {}}]}').join(', ')}]⟧\n`,
  },
  { code: 'clusterpolicy/cidr', text: `${RULE}    to: [{networks: [⟦10.0.0.1/8⟧]}]\n` },
  {
    code: 'clusterpolicy/range',
    text: `${RULE}    to: [{namespaces: {}}]\n    protocols: [{tcp: {destinationPort: {range: ⟦{start: 80, end: 80}⟧}}}]\n`,
  },
  {
    code: 'clusterpolicy/baseline-name',
    text: 'apiVersion: policy.networking.k8s.io/v1alpha1\nkind: BaselineAdminNetworkPolicy\nmetadata: {name: ⟦p⟧}\nspec: {subject: {namespaces: {}}}\n',
  },
  {
    code: 'ciliumpolicy/no-spec',
    text: '⟦apiVersion: cilium.io/v2\nkind: CiliumNetworkPolicy\nmetadata: {name: p}⟧\n',
    refused:
      'CiliumNetworkPolicy.cilium.io "p" is invalid: : Invalid value: "object": spec or specs must be provided',
  },
  {
    code: 'ciliumpolicy/any-of',
    text: `${CILIUM}spec: ⟦{endpointSelector: {}}⟧\n`,
    refused:
      'CiliumNetworkPolicy.cilium.io "p" is invalid: spec: Invalid value: "": "spec" must validate at least one schema (anyOf)',
  },
  {
    code: 'ciliumpolicy/one-of',
    text: `${CILIUM}spec: ⟦{ingress: [{}]}⟧\n`,
    refused:
      'CiliumNetworkPolicy.cilium.io "p" is invalid: spec: Invalid value: "": "spec" must validate one and only one schema (oneOf). Found none valid',
  },
  {
    code: 'ciliumpolicy/one-of',
    text: `${CILIUM}spec: {endpointSelector: {}, egress: [{toCIDRSet: [⟦{cidr: 10.0.0.0/8, cidrGroupRef: a}⟧]}]}\n`,
  },
  {
    code: 'ciliumpolicy/not-text',
    text: `${CILIUM}spec: {endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: ⟦80⟧}]}]}]}\n`,
    refused:
      'CiliumNetworkPolicy.cilium.io "p" is invalid: spec.ingress[0].toPorts[0].ports[0].port: Invalid value: "integer": spec.ingress[0].toPorts[0].ports[0].port in body must be of type string: "integer"',
    fixed: `${CILIUM}spec: {endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80"}]}]}]}\n`,
  },
  {
    code: 'ciliumpolicy/cidr',
    text: `${CILIUM}spec: {endpointSelector: {}, egress: [{toCIDR: [⟦10.0.0.1⟧]}]}\n`,
    refused:
      'CiliumNetworkPolicy.cilium.io "p" is invalid: spec.egress[0].toCIDR[0]: Invalid value: "10.0.0.1": spec.egress[0].toCIDR[0] in body must be of type cidr: "10.0.0.1"',
    fixed: `${CILIUM}spec: {endpointSelector: {}, egress: [{toCIDR: [10.0.0.1/32]}]}\n`,
  },
  {
    code: 'ciliumpolicy/end-port',
    text: `${CILIUM}spec: {endpointSelector: {}, ingress: [{toPorts: [{ports: [{port: "80", endPort: ⟦70000⟧}]}]}]}\n`,
  },
  {
    code: 'ciliumpolicy/icmp-type',
    text: `${CILIUM}spec: {endpointSelector: {}, ingress: [{icmps: [{fields: [{type: ⟦Ping⟧}]}]}]}\n`,
  },
  {
    code: 'ciliumpolicy/label-value',
    text: `${CILIUM}spec: {endpointSelector: {matchLabels: {"k8s:app": ⟦my app⟧}}, ingress: [{}]}\n`,
    refused: `CiliumNetworkPolicy.cilium.io "p" is invalid: spec.endpointSelector.matchLabels.k8s:app: Invalid value: "my app": spec.endpointSelector.matchLabels.k8s:app in body should match '^(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?$'`,
  },
  {
    code: 'ciliumpolicy/invalid',
    text: `${CILIUM}spec: {endpointSelector: {}, ingress: [{fromEndpoints: [{}], fromEntities: ⟦[world]⟧}]}\n`,
    says: 'Invalid CiliumNetworkPolicy spec: combining FromEndpoints and FromEntities is not supported yet',
  },
  {
    code: 'ciliumpolicy/met-by-walks',
    text: `${CILIUM}spec: {endpointSelector: {}, egress: [{⟦toFQDNs⟧: [{matchName: example.com}]}]}\n`,
  },
  {
    code: 'ciliumpolicy/host-policy',
    text: `${CILIUM.replace('CiliumN', 'CiliumClusterwideN')}spec: {⟦nodeSelector⟧: {}, ingress: [{}]}\n`,
  },
  {
    code: 'ciliumpolicy/foreign-namespace',
    text: `${CILIUM}spec: {endpointSelector: {matchLabels: {"k8s:io.kubernetes.pod.namespace": ⟦other⟧}}, ingress: [{}]}\n`,
  },
  {
    code: 'ciliumpolicy/empty-list',
    text: `${CILIUM}spec: {endpointSelector: {}, ⟦ingress⟧: [], egress: [{}]}\n`,
  },
  {
    code: 'ciliumpolicy/empty-rule',
    text: `${CILIUM}spec: {endpointSelector: {}, ingress: [⟦{}⟧]}\n`,
  },
  {
    code: 'admissionpolicy/field',
    text: 'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\nspec: {policyName: p, validationActions: ⟦[Deny, Warn]⟧}\n',
    refused:
      'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "b" is invalid: spec.validationActions: Invalid value: ["Deny","Warn"]: must not contain both Deny and Warn (repeating the same validation failure information in the API response and headers serves no purpose)',
  },
  {
    code: 'admissionpolicy/field',
    text: 'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\nspec: {policyName: p, validationActions: ⟦[]⟧}\n',
    refused:
      'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "b" is invalid: spec.validationActions: Required value: at least one validation action is required',
  },
  {
    code: 'admissionpolicy/field',
    text: 'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\nspec: {policyName: p, validationActions: [Deny], paramRef: ⟦{parameterNotFoundAction: Deny}⟧}\n',
    refused:
      'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "b" is invalid: spec.paramRef: Required value: one of name or selector must be specified',
  },
  {
    code: 'admissionpolicy/field',
    text: 'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicyBinding\nmetadata: {name: b}\nspec: {policyName: p, validationActions: [Deny], paramRef: {parameterNotFoundAction: Deny, name: ⟦x⟧, selector: {}}}\n',
    refused:
      'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "b" is invalid: [spec.paramRef.name: Forbidden: name and selector are mutually exclusive, spec.paramRef.selector: Forbidden: name and selector are mutually exclusive]',
  },
  {
    code: 'admissionpolicy/field',
    text: 'apiVersion: admissionregistration.k8s.io/v1\nkind: ValidatingAdmissionPolicy\nmetadata: {name: p}\nspec: {matchConstraints: {resourceRules: [{apiGroups: [""], apiVersions: [v1], operations: [CREATE], resources: [pods]}]}, validations: ⟦[]⟧}\n',
    says: 'at least one item',
  },
  {
    code: 'networkpolicy/too-many-types',
    text: `${POLICY}spec: {policyTypes: ⟦[Ingress, Egress, Ingress]⟧}\n`,
  },
  { code: 'networkpolicy/empty-peer', text: `${POLICY}spec: {ingress: [{from: [⟦{}⟧]}]}\n` },
  {
    code: 'networkpolicy/mixed-peer',
    text: `${POLICY}spec: {ingress: [{from: [⟦{podSelector: {}, ipBlock: {cidr: 10.0.0.0/8}}⟧]}]}\n`,
  },
  {
    code: 'networkpolicy/except-outside',
    text: `${POLICY}spec: {ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [⟦11.0.0.0/16⟧]}}]}]}\n`,
  },
  {
    code: 'networkpolicy/except-outside',
    text: `${POLICY}spec: {ingress: [{from: [{ipBlock: {cidr: 10.0.0.0/8, except: [⟦10.0.0.0/8⟧]}}]}]}\n`,
  },
  {
    code: 'networkpolicy/end-port-below',
    text: `${POLICY}spec: {ingress: [{ports: [{port: 80, endPort: ⟦79⟧}]}]}\n`,
  },
  {
    code: 'networkpolicy/end-port-named',
    text: `${POLICY}spec: {ingress: [{ports: [{port: http, endPort: ⟦90⟧}]}]}\n`,
  },
  { code: 'networkpolicy/end-port-alone', text: `${POLICY}spec: {ingress: [{ports: [{endPort: ⟦90⟧}]}]}\n` },
  {
    code: 'networkpolicy/split-rule',
    text: `${POLICY}spec:\n  ingress:\n  - from:\n    - podSelector: {}\n  - ⟦ports⟧:\n    - port: 80\n`,
    fixed: `${POLICY}spec:\n  ingress:\n  - from:\n    - podSelector: {}\n    ports:\n    - port: 80\n`,
  },
  {
    code: 'networkpolicy/or-peers',
    text: `${POLICY}spec:\n  ingress:\n  - from:\n    - namespaceSelector: {}\n    - ⟦podSelector⟧: {matchLabels: {app: a}}\n`,
    fixed: `${POLICY}spec:\n  ingress:\n  - from:\n    - namespaceSelector: {}\n      podSelector: {matchLabels: {app: a}}\n`,
  },
  {
    code: 'networkpolicy/unused-rules',
    text: `${POLICY}spec:\n  policyTypes: [Ingress]\n  ⟦egress⟧: [{}]\n`,
  },
  {
    code: 'cluster/no-control-plane',
    text: 'apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n⟦nodes⟧: [{role: worker}]\n',
  },
  { code: 'playground/bad-cni', text: `${PLAYGROUND}cni: ⟦{nam: x}⟧\n` },
  { code: 'playground/bad-listen', text: `${PLAYGROUND}external: [{name: a, listen: [⟦80/XYZ⟧]}]\n` },
  {
    code: 'playground/fault-field',
    text: `${PLAYGROUND}faults: [{fault: node-down, node: kind-worker, ⟦mtu⟧: 9000}]\n`,
  },
  { code: 'playground/empty-expect', text: `${PLAYGROUND}expect: [⟦{from: a/b, to: c}⟧]\n` },
];

/** Codes that need a text too big to write down: see hostile.test.ts. */
const ELSEWHERE: readonly DiagnosticCode[] = [
  'yaml/file-too-big',
  'yaml/too-many-documents',
  'yaml/document-too-big',
  'yaml/too-deep',
  'yaml/alias-bomb',
];

function unmark(marked: string): { text: string; start: number; end: number } {
  const start = marked.indexOf('⟦');
  const end = marked.indexOf('⟧') - 1;
  return { text: marked.replace('⟦', '').replace('⟧', ''), start, end };
}

function position(text: string, offset: number): [number, number] {
  const before = text.slice(0, offset).split('\n');
  return [before.length, (before.at(-1)?.length ?? 0) + 1];
}

function offsetOf(text: string, line: number, column: number): number {
  return (
    text
      .split('\n')
      .slice(0, line - 1)
      .join('\n').length +
    (line > 1 ? 1 : 0) +
    column -
    1
  );
}

function applyFix(text: string, d: Diagnostic): string {
  const fix = d.fixes?.[0];
  if (fix === undefined) return '(no fix)';
  const { line, column, endLine, endColumn } = fix.range;
  return (
    text.slice(0, offsetOf(text, line, column)) + fix.newText + text.slice(offsetOf(text, endLine, endColumn))
  );
}

describe('diagnostics', () => {
  it.each(rows)('$code: $text', ({ code, text: marked, says, refused, fixed }) => {
    const { text, start, end } = unmark(marked);
    const parsed = parseScenario([{ name: 'a.yaml', text }]);
    const found = parsed.diagnostics.filter((d) => d.code === code);
    expect(found.length, JSON.stringify(parsed.diagnostics, null, 1)).toBeGreaterThan(0);
    const d = found[0] as Diagnostic;
    const [line, column] = position(text, start);
    const [endLine, endColumn] = position(text, end);
    expect(d.range).toEqual({ file: 'a.yaml', line, column, endLine, endColumn });
    expect(d.severity).toBe(diagnosticCodes[code].severity);
    const sentence = en[code]?.(d.params) ?? '';
    const korean = ko[code]?.(d.params) ?? '';
    expect(`${sentence}${korean}`).not.toMatch(/undefined|\[object/);
    expect(korean).not.toBe(sentence);
    if (says !== undefined) expect(sentence).toContain(says);
    if (refused !== undefined) expect(parsed.refused.map((r) => r.message)).toContain(refused);
    if ('api' in diagnosticCodes[code]) expect(parsed.refused.length).toBeGreaterThan(0);
    if (fixed !== undefined) expect(applyFix(text, d)).toBe(fixed);
  });

  it('every code of the closed list has a case and words in both languages', () => {
    const tested = new Set<string>([...rows.map((r) => r.code), ...ELSEWHERE]);
    for (const code of Object.keys(diagnosticCodes)) {
      expect(tested, code).toContain(code);
      expect(en, code).toHaveProperty([code]);
      expect(ko, code).toHaveProperty([code]);
    }
    expect(Object.keys(ko).sort()).toEqual(Object.keys(en).sort());
  });
});

it.each([
  ['DenyExecOnPrivileged', 'pods/exec', 'pods/exec'],
  ['SecurityContextDeny', 'PodSecurity', 'PodSecurity'],
  ['PodSecurityPolicy', 'PodSecurity', 'PodSecurity'],
])(
  'an AdmissionConfiguration that names %s is told what took its place, and stops no walk',
  (name, inEn, inKo) => {
    const text = `apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins: [{name: ${name}}]\n`;
    const { diagnostics, unmodelled } = parseScenario([{ name: 'a.yaml', text }]);
    expect(diagnostics.map((d) => [d.code, d.severity])).toEqual([['kind/removed-plugin', 'warning']]);
    expect(unmodelled).toEqual([]);
    const params = diagnostics[0]?.params ?? {};
    expect(en['kind/removed-plugin']?.(params as never)).toContain(inEn);
    expect(ko['kind/removed-plugin']?.(params as never)).toContain(inKo);
  },
);
