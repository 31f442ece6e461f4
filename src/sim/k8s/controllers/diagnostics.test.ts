import { describe, expect, test } from 'vitest';
import { diagnostics as en } from '../../../i18n/diagnostics.en.ts';
import { diagnostics as ko } from '../../../i18n/diagnostics.ko.ts';
import type { Diagnostic } from '../../base/diagnostic.ts';
import { CLUSTER_DIAGNOSTIC_CODES } from './diagnostics.ts';
import type { Admission } from './admission.ts';
import type { CniForSettling } from './cni.ts';
import { fakeCni } from './cluster-fixture.ts';
import { parseScenario } from '../parse/parse-scenario.ts';
import { settle } from './settle.ts';

/** Lines count from 1; `▶` marks the line that the diagnostic points to and is taken out. */
interface Row {
  readonly code: (typeof CLUSTER_DIAGNOSTIC_CODES)[number];
  readonly severity: Diagnostic['severity'];
  readonly yaml: string;
  readonly says: RegExp;
  readonly refused?: string;
  readonly enforces?: boolean;
  /** An admission plug-in turns down every pod. */
  readonly noPods?: boolean;
}

const POD = (name: string, spec: string) =>
  `apiVersion: v1\nkind: Pod\nmetadata:\n  name: ${name}\nspec:\n${spec}  containers:\n    - name: c\n      image: nginx\n`;

const WEB = (more = '') => `apiVersion: apps/v1
kind: Deployment
metadata:
  name: web
spec:
  replicas: 2
  selector:
    matchLabels: {app: web}
  template:
    metadata:
      labels: {app: web}
    spec:
      containers:
        - name: web
          image: nginx
          ports:
            - name: http
              containerPort: 80
${more}`;

const SERVICE = (spec: string, name = 'web') => `apiVersion: v1
kind: Service
metadata:
  name: ${name}
spec:
${spec}`;

const PLAYGROUND = (text: string) => `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n${text}`;
const CLUSTER = (text: string) => `apiVersion: kind.x-k8s.io/v1alpha4\nkind: Cluster\n${text}`;
const NODE = (name: string, cidr: string, ip: string) =>
  `apiVersion: v1\nkind: Node\nmetadata:\n  name: ${name}\n  labels: {node-role.kubernetes.io/control-plane: ""}\nspec:\n${cidr}status:\n${ip}`;
const GVISOR =
  'apiVersion: node.k8s.io/v1\nkind: RuntimeClass\nmetadata: {name: gvisor}\nhandler: runsc\n---\n';
const NODE_OF = (runtime: string, handler: string) =>
  NODE(
    'one',
    '',
    `  nodeInfo: {containerRuntimeVersion: "${runtime}"}\n  runtimeHandlers: [{name: ""}, {name: ${handler}}]\n`,
  );
const balanced = (ip: string) =>
  `---\n${SERVICE('  type: LoadBalancer\n  ports: [{port: 80}]\n')}status: {loadBalancer: {ingress: [{ip: ${ip}}]}}\n`;
const POLICY = (selector: string) =>
  `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata:\n  name: deny\nspec:\n${selector}`;

const INGRESS = (spec: string): string =>
  `apiVersion: networking.k8s.io/v1\nkind: Ingress\nmetadata: {name: web}\nspec: ${spec}\n`;
const CNP = (rest: string) =>
  `apiVersion: policy.networking.k8s.io/v1alpha2\nkind: ClusterNetworkPolicy\nmetadata:\n  name: deny\nspec:\n  tier: Admin\n  priority: 1\n  ${rest}\n`;
/** As Calico declares it. */
const OWN_POLICIES = { group: 'projectcalico.org', tiers: [] };
const CLUSTER_POLICIES = { kinds: ['ClusterNetworkPolicy'], lacks: ['namedPorts'] } as const;

const MODES = ['iptables', 'none'];

const rows: readonly Row[] = [
  {
    code: 'cluster/one-only',
    severity: 'error',
    yaml: `${CLUSTER('name: a\n')}---\n${CLUSTER('name: b\n')}`,
    says: /one Cluster/,
  },
  {
    code: 'cluster/bad-subnet',
    severity: 'error',
    yaml: CLUSTER('networking:\n▶  serviceSubnet: fd00::/108\n'),
    says: /is not a list of prefixes of the cluster's families \(IPv4\)/,
  },
  {
    code: 'cluster/overlap',
    severity: 'error',
    yaml: CLUSTER('networking:\n▶  podSubnet: 10.96.0.0/12\n'),
    says: /podSubnet \(10\.96\.0\.0\/12\) overlaps serviceSubnet \(10\.96\.0\.0\/16\)/,
  },
  {
    code: 'cluster/pod-subnet-too-small',
    severity: 'error',
    yaml: CLUSTER('networking:\n▶  podSubnet: 10.244.0.0/26\n'),
    says: /smaller than one node's \/24/,
  },
  {
    code: 'cluster/service-subnet-too-large',
    severity: 'error',
    yaml: CLUSTER('networking:\n  ipFamily: ipv6\n▶  serviceSubnet: fd00:10:96::/64\n'),
    says: /networking\.serviceSubnet: Invalid value: "fd00:10:96::\/64": specified service subnet is too large; for 128-bit addresses, the mask must be >= 108/,
  },
  {
    code: 'cluster/node-subnet-too-small',
    severity: 'error',
    yaml: PLAYGROUND('nodeSubnets:\n  - cidr: 172.18.0.0/16\n▶  - cidr: 172.19.0.0/30\n'),
    says: /172\.19\.0\.0\/30 is too small.*\/29/,
  },
  {
    code: 'cluster/too-many-subnets',
    severity: 'warning',
    yaml: PLAYGROUND(
      `nodeSubnets:\n${Array.from({ length: 15 }, (_, i) => `${i === 14 ? '▶' : ''}  - cidr: 10.${i}.0.0/24\n`).join('')}`,
    ),
    says: /14 of the 15 networks/,
  },
  {
    code: 'cni/subnets-not-modelled',
    severity: 'warning',
    yaml: PLAYGROUND('cni: lonely\nnodeSubnets:\n  - cidr: 172.18.0.0/16\n▶  - cidr: 172.19.0.0/16\n'),
    says: /Lonely is not simulated with nodes in several subnets/,
  },
  { code: 'cni/unknown', severity: 'error', yaml: PLAYGROUND('▶cni: weave\n'), says: /"weave"/ },
  {
    code: 'cni/unknown-option',
    severity: 'error',
    yaml: PLAYGROUND('cni:\n  name: flannel\n  options:\n▶    colour: blue\n'),
    says: /no option "colour" \(available: backend\)/,
  },
  {
    code: 'cni/bad-option',
    severity: 'error',
    yaml: PLAYGROUND('cni:\n  name: flannel\n  options:\n▶    backend: pigeon\n'),
    says: /"pigeon"/,
  },
  {
    code: 'cni/family-not-modelled',
    severity: 'warning',
    yaml: CLUSTER('networking:\n▶  ipFamily: dual\n'),
    says: /is not simulated with IPv6/,
  },
  {
    code: 'cni/conflict',
    severity: 'error',
    yaml: PLAYGROUND('cni:\n  name: flannel\n  options:\n▶    backend: host-gw\n'),
    says: /Flannel refuses this combination of options: not on a Sunday/,
  },
  {
    code: 'external/duplicate',
    severity: 'error',
    yaml: PLAYGROUND('external:\n  - name: a\n    ip: 172.18.0.100\n▶  - name: b\n    ip: 172.18.0.100\n'),
    says: /host b/,
  },
  {
    code: 'external/address-in-use',
    severity: 'error',
    yaml: PLAYGROUND('external:\n▶  - name: a\n    ip: 172.18.0.2\n'),
    says: /172\.18\.0\.2 of node\/kind-control-plane/,
  },
  {
    code: 'external/unknown-via',
    severity: 'error',
    yaml: PLAYGROUND(
      'external:\n  - name: a\n    ip: 172.18.0.100\n    routes:\n      - to: 10.244.0.0/16\n▶        via: nobody\n',
    ),
    says: /through "nobody", which is neither a node nor an IP address \(available: kind-control-plane, /,
  },
  {
    code: 'external/reserved-name',
    severity: 'error',
    yaml: PLAYGROUND('external:\n▶  - name: gateway\n    ip: 172.18.0.100\n'),
    says: /"gateway" is the name of a machine that is there already/,
  },
  {
    code: 'node/outside-subnets',
    severity: 'warning',
    yaml: NODE('a', '  podCIDR: 10.244.0.0/24\n', '▶  addresses: [{type: InternalIP, address: 10.0.0.9}]\n'),
    says: /No network of nodes holds 10\.0\.0\.9, the address of a: there is 172\.18\.0\.0\/16/,
  },
  {
    code: 'node/two-subnets',
    severity: 'warning',
    yaml: `${PLAYGROUND('nodeSubnets: [{cidr: 172.18.0.0/16}, {cidr: 172.19.0.0/16}]\n')}---\n${NODE('a', '  podCIDR: 10.244.0.0/24\n', '▶  addresses: [{type: InternalIP, address: 172.18.0.9}, {type: InternalIP, address: 172.19.0.9}]\n')}`,
    says: /another of the nodes' networks as well \(172\.19\.0\.9\)/,
  },
  {
    code: 'node/subnet-full',
    severity: 'error',
    yaml: `${PLAYGROUND('nodeSubnets:\n  - cidr: 172.18.0.0/16\n▶  - cidr: 172.19.0.0/29\n    nodes: [kind-worker, kind-worker2, kind-worker3, kind-worker4, kind-worker5]\n')}---\n${CLUSTER('nodes: [{}, {role: worker}, {role: worker}, {role: worker}, {role: worker}, {role: worker}]\n')}`,
    says: /172\.19\.0\.0\/29 has no address left for kind-worker5; it is put on 172\.18\.0\.0\/16/,
  },
  {
    code: 'node/unknown-in-subnet',
    severity: 'error',
    yaml: PLAYGROUND('nodeSubnets:\n  - cidr: 172.18.0.0/16\n▶    nodes: [nobody]\n'),
    says: /no node "nobody" to put on this network \(available: kind-control-plane, /,
  },
  {
    code: 'node/address-elsewhere',
    severity: 'warning',
    yaml: `${NODE('a', '  podCIDR: 10.244.0.0/24\n', '  addresses: [{type: InternalIP, address: 172.18.0.9}]\n')}---\n${PLAYGROUND('nodeSubnets:\n  - cidr: 172.18.0.0/16\n  - cidr: 172.19.0.0/16\n▶    nodes: [a]\n')}`,
    says: /a has an address of its own, 172\.18\.0\.9/,
  },
  {
    code: 'node/duplicate-ip',
    severity: 'error',
    yaml: `${NODE('a', '  podCIDR: 10.244.0.0/24\n', '  addresses: [{type: InternalIP, address: 172.18.0.9}]\n')}---\n${NODE('b', '  podCIDR: 10.244.1.0/24\n', '▶  addresses: [{type: InternalIP, address: 172.18.0.9}]\n')}`,
    says: /172\.18\.0\.9.*node a/,
  },
  {
    code: 'node/pod-cidr-overlap',
    severity: 'error',
    yaml: `${NODE('a', '  podCIDR: 10.244.0.0/24\n', '  addresses: []\n')}---\n${NODE('b', '▶  podCIDR: 10.244.0.0/25\n', '  addresses: []\n')}`,
    says: /overlaps that of node a/,
  },
  {
    code: 'node/pod-cidr-outside',
    severity: 'warning',
    yaml: NODE('a', '▶  podCIDR: 10.9.0.0/24\n', '  addresses: []\n'),
    says: /outside the pod subnet 10\.244\.0\.0\/16/,
  },
  {
    code: 'node/too-many',
    severity: 'warning',
    yaml: CLUSTER(`nodes:\n- role: control-plane\n${'- role: worker\n'.repeat(499)}▶- role: worker\n`),
    says: /Only 500 of the 501 nodes/,
  },
  {
    code: 'node/no-pod-cidr',
    severity: 'error',
    yaml: CLUSTER(
      'networking:\n  podSubnet: 10.244.0.0/23\nnodes:\n  - role: control-plane\n  - role: worker\n▶  - role: worker\n',
    ),
    says: /CIDRNotAvailable.*2 node ranges/,
  },
  {
    code: 'node/pod-ips-exhausted',
    severity: 'error',
    yaml: `${NODE('a', '  podCIDR: 10.244.0.0/29\n', '  addresses: []\n')}---\n${WEB().replace('replicas: 2', 'replicas: 9')}`,
    says: /no address left in 10\.244\.0\.0\/29/,
  },
  {
    code: 'namespace/not-found',
    severity: 'error',
    yaml: 'apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\n▶  namespace: nowhere\nspec:\n  containers:\n    - name: c\n      image: nginx\n',
    says: /namespaces "nowhere" not found/,
    refused: 'namespaces "nowhere" not found',
  },
  {
    code: 'pod/too-many',
    severity: 'warning',
    yaml: WEB().replace('  replicas: 2', '▶  replicas: 6000'),
    says: /Only 5000 of the 6000 pods of web/,
  },
  {
    code: 'pod/unschedulable',
    severity: 'warning',
    yaml: POD('a', '  nodeSelector:\n    disk: ssd\n'),
    says: /FailedScheduling: 0\/3 nodes are available/,
  },
  {
    code: 'pod/node-not-found',
    severity: 'warning',
    yaml: POD('a', '▶  nodeName: kind-worker9\n'),
    says: /"kind-worker9"/,
  },
  {
    code: 'pod/out-of-pods',
    severity: 'warning',
    yaml: WEB()
      .replace('replicas: 2', 'replicas: 112')
      .replace('      containers', '▶      nodeName: kind-worker\n      containers'),
    says: /2 pods: OutOfpods.*110/,
  },
  {
    code: 'pod/no-runtime-handler',
    severity: 'warning',
    yaml: `${GVISOR}${POD('a', '▶  runtimeClassName: gvisor\n')}---
${NODE_OF('containerd://2.1.4', 'runc')}`,
    says: /^ContainerCreating, FailedCreatePodSandBox: .*no runtime for "runsc" is configured\. .* one has the handlers runc\.$/,
  },
  {
    code: 'pod/sandbox-on-host-network',
    severity: 'warning',
    yaml: `${GVISOR}${POD('a', '  runtimeClassName: gvisor\n▶  hostNetwork: true\n')}`,
    says: /^a asks for the host’s network/,
  },
  {
    code: 'pod/duplicate-ip',
    severity: 'error',
    yaml: `${POD('a', '  nodeName: kind-worker\n')}status:\n  podIP: 10.244.1.9\n---\n${POD('b', '  nodeName: kind-worker\n')}status:\n▶  podIP: 10.244.1.9\n`,
    says: /10\.244\.1\.9.*default\/a/,
  },
  {
    code: 'pod/port-in-use',
    severity: 'warning',
    yaml: POD('a', '').concat('▶    - name: d\n      image: httpd\n'),
    says: /Container d cannot listen on 80/,
  },
  {
    code: 'pod/container-port-mismatch',
    severity: 'warning',
    yaml: POD('a', '').concat('      ports:\n▶        - containerPort: 8080\n'),
    says: /containerPort says 8080\/TCP, but nginx listens on 80\/TCP/,
  },
  {
    code: 'pod/bad-listen',
    severity: 'error',
    yaml: POD('a', '').replace(
      '  name: a\n',
      '  name: a\n  annotations:\n▶    packetwalk.dev/listen: "eighty"\n',
    ),
    says: /"eighty"/,
  },
  {
    code: 'pod/liveness-fails',
    severity: 'warning',
    yaml: POD('a', '').concat('      livenessProbe:\n▶        httpGet: {port: 8080}\n'),
    says: /restarts it again and again/,
  },
  {
    code: 'pod/readiness-fails',
    severity: 'warning',
    yaml: POD('a', '').concat('      readinessProbe:\n▶        tcpSocket: {port: 8080}\n'),
    says: /never becomes ready/,
  },
  {
    code: 'service/needs-dual-stack',
    severity: 'error',
    yaml: SERVICE('  ports:\n    - port: 80\n▶  ipFamilies: [IPv4, IPv6]\n'),
    says: /must be 'RequireDualStack' or 'PreferDualStack' when multiple IP families are specified/,
    refused:
      'Service "web" is invalid: spec.ipFamilyPolicy: Invalid value: "SingleStack": must be \'RequireDualStack\' or \'PreferDualStack\' when multiple IP families are specified',
  },
  {
    code: 'service/no-dual-stack',
    severity: 'error',
    yaml: SERVICE('  ports:\n    - port: 80\n▶  ipFamilyPolicy: RequireDualStack\n'),
    says: /not configured for dual-stack services/,
    refused:
      'Service "web" is invalid: spec.ipFamilyPolicy: Invalid value: "RequireDualStack": this cluster is not configured for dual-stack services',
  },
  {
    code: 'service/family-not-configured',
    severity: 'error',
    yaml: SERVICE('  ports:\n    - port: 80\n  ipFamilies:\n▶    - IPv6\n'),
    says: /IPv6 is not configured on this cluster/,
    refused:
      'Service "web" is invalid: spec.ipFamilies[0]: Invalid value: "IPv6": not configured on this cluster',
  },
  {
    code: 'service/cluster-ip-range',
    severity: 'error',
    yaml: SERVICE('  ports:\n    - port: 80\n▶  clusterIP: 10.0.171.239\n'),
    says: /does not match the current range \(Services get addresses of 10\.96\.0\.0\/16\)/,
    refused:
      'Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.0.171.239"]: failed to allocate IP 10.0.171.239: the provided network does not match the current range',
  },
  {
    code: 'service/cluster-ip-taken',
    severity: 'error',
    yaml: SERVICE('  ports:\n    - port: 80\n▶  clusterIP: 10.96.0.10\n'),
    says: /provided IP is already allocated \(by Service kube-system\/kube-dns\)/,
    refused:
      'Service "web" is invalid: spec.clusterIPs: Invalid value: ["10.96.0.10"]: failed to allocate IP 10.96.0.10: provided IP is already allocated',
  },
  {
    code: 'service/ips-exhausted',
    severity: 'error',
    yaml: `${CLUSTER('networking:\n  serviceSubnet: 10.96.0.0/28\n')}---\n${Array.from({ length: 13 }, (_, i) => SERVICE('  ports:\n    - port: 80\n', `s${i}`)).join('---\n')}`,
    says: /range is full/,
    refused: 'Internal error occurred: failed to allocate a serviceIP: range is full',
  },
  {
    code: 'service/node-port-range',
    severity: 'error',
    yaml: SERVICE('  type: NodePort\n  ports:\n    - port: 80\n▶      nodePort: 8080\n'),
    says: /The range of valid ports is 30000-32767/,
    refused:
      'Service "web" is invalid: spec.ports[0].nodePort: Invalid value: 8080: provided port is not in the valid range. The range of valid ports is 30000-32767',
  },
  {
    code: 'service/node-port-taken',
    severity: 'error',
    yaml: `${SERVICE('  type: NodePort\n  ports:\n    - port: 80\n      nodePort: 30007\n', 'a')}---\n${SERVICE('  type: NodePort\n  ports:\n    - port: 80\n▶      nodePort: 30007\n', 'b')}`,
    says: /provided port is already allocated \(by Service default\/a\)/,
    refused:
      'Service "b" is invalid: spec.ports[0].nodePort: Invalid value: 30007: provided port is already allocated',
  },
  {
    code: 'service/node-ports-exhausted',
    severity: 'error',
    yaml: SERVICE(
      `  type: NodePort\n  ports:\n${Array.from({ length: 2769 }, (_, i) => `    - {name: p${i}, port: ${i + 1}}\n`).join('')}`,
    ),
    says: /nodePort: range is full \(30000-32767\)/,
    refused: 'Internal error occurred: failed to allocate a nodePort: range is full',
  },
  {
    code: 'service/load-balancer-class',
    severity: 'warning',
    yaml: SERVICE('  type: LoadBalancer\n▶  loadBalancerClass: example.com/lb\n  ports:\n    - port: 80\n'),
    says: /loadBalancerClass example\.com\/lb.*stays pending/,
  },
  {
    code: 'service/load-balancer-ip',
    severity: 'warning',
    yaml: SERVICE('  type: LoadBalancer\n▶  loadBalancerIP: 10.9.9.9\n  ports:\n    - port: 80\n'),
    says: /172\.18\.255\.200-172\.18\.255\.250/,
  },
  {
    code: 'service/load-balancer-ip-taken',
    severity: 'warning',
    yaml: `${SERVICE('  type: LoadBalancer\n  loadBalancerIP: 172.18.255.201\n  ports:\n    - port: 80\n').replace('web', 'a')}---\n${SERVICE('  type: LoadBalancer\n▶  loadBalancerIP: 172.18.255.201\n  ports:\n    - port: 80\n').replace('web', 'b')}`,
    says: /172\.18\.255\.201 belongs to default\/a already/,
  },
  {
    code: 'service/load-balancers-exhausted',
    severity: 'warning',
    yaml: Array.from({ length: 52 }, (_, i) =>
      SERVICE('  type: LoadBalancer\n  ports:\n    - port: 80\n').replace('web', `lb${i}`),
    ).join('---\n'),
    says: /All 51 addresses/,
  },
  {
    code: 'service/no-zones',
    severity: 'warning',
    yaml: SERVICE('▶  trafficDistribution: PreferSameZone\n  ports:\n    - port: 80\n'),
    says: /no node has the label topology\.kubernetes\.io\/zone/,
  },
  {
    code: 'service/too-many-endpoints',
    severity: 'warning',
    yaml: `${WEB().replace('replicas: 2', 'replicas: 200')}---\n${SERVICE(`  selector: {app: web}\n  ports:\n▶${Array.from({ length: 1000 }, (_, n) => `    - {name: p${n}, port: ${n + 1}, targetPort: 80}\n`).join('')}`)}`,
    says: /selects 200 pods; only 100 of them/,
  },
  {
    code: 'service/selects-nothing',
    severity: 'warning',
    yaml: SERVICE('  selector:\n▶    app: nobody\n  ports:\n    - port: 80\n'),
    says: /app=nobody/,
  },
  {
    code: 'service/pods-refused',
    severity: 'warning',
    yaml: `${WEB()}---\n${SERVICE('  selector:\n▶    app: web\n  ports:\n    - port: 80\n')}`,
    says: /ReplicaSet web-\w+ has none \(FailedCreate\)/,
    noPods: true,
  },
  {
    code: 'service/no-ready-pods',
    severity: 'warning',
    yaml: `${WEB('          readinessProbe: {tcpSocket: {port: 1}}\n')}---\n${SERVICE('  selector:\n▶    app: web\n  ports:\n    - port: 80\n')}`,
    says: /None of the 2 pods/,
  },
  {
    code: 'service/no-such-named-port',
    severity: 'warning',
    yaml: `${WEB()}---\n${SERVICE('  selector:\n    app: web\n  ports:\n    - port: 80\n▶      targetPort: web\n')}`,
    says: /called "web" \(available: http\)/,
  },
  {
    code: 'service/target-port-closed',
    severity: 'warning',
    yaml: `${WEB()}---\n${SERVICE('  selector:\n    app: web\n  ports:\n    - port: 80\n▶      targetPort: 8080\n')}`,
    says: /Nothing listens on 8080\/TCP in web \(it listens on 80\/TCP\)/,
  },
  {
    code: 'proxy/mode-not-available',
    severity: 'error',
    yaml: CLUSTER('nodes: [{role: control-plane}]\nnetworking:\n▶  kubeProxyMode: ipvs\n'),
    says: /mode "ipvs" is not simulated \(available: iptables, none\)/,
  },
  {
    code: 'stateful-set/no-service',
    severity: 'warning',
    yaml: 'apiVersion: apps/v1\nkind: StatefulSet\nmetadata:\n  name: db\nspec:\n▶  serviceName: db\n  selector:\n    matchLabels: {app: db}\n  template:\n    metadata:\n      labels: {app: db}\n    spec:\n      containers:\n        - name: c\n          image: redis\n',
    says: /no Service "db"/,
  },
  {
    code: 'policy/selects-nothing',
    severity: 'info',
    yaml: POLICY('  podSelector:\n▶    matchLabels: {app: nobody}\n'),
    says: /app=nobody/,
    enforces: true,
  },
  {
    code: 'policy/not-enforced',
    severity: 'warning',
    yaml: POLICY('  podSelector: {}\n'),
    says: /Flannel does not enforce/,
  },
  {
    code: 'policy/named-port-rejected',
    severity: 'warning',
    yaml: POLICY('  podSelector: {}\n  ingress:\n    - ports:\n▶        - port: http\n'),
    says: /rejects the whole policy/,
    enforces: true,
  },
  {
    code: 'policy/end-port-ignored',
    severity: 'warning',
    yaml: POLICY('  podSelector: {}\n  ingress:\n    - ports:\n        - port: 80\n▶          endPort: 90\n'),
    says: /port 80 alone, not up to 90/,
    enforces: true,
  },
  {
    code: 'ingress/no-class',
    severity: 'warning',
    yaml: `▶${INGRESS('{defaultBackend: {service: {name: web, port: {number: 80}}}}')}`,
    says: /has no class, and no IngressClass is the default/,
  },
  {
    code: 'ingress/no-controller',
    severity: 'warning',
    yaml: INGRESS(
      '\n▶  ingressClassName: nginx\n  defaultBackend: {service: {name: web, port: {number: 80}}}',
    ),
    says: /There is no IngressClass nginx/,
  },
  {
    code: 'policy/kind-not-enforced',
    severity: 'warning',
    yaml: CNP('subject: {namespaces: {}}'),
    says: /Flannel does not enforce ClusterNetworkPolicy/,
  },
  {
    code: 'policy/no-such-tier',
    severity: 'error',
    yaml: 'apiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: g}\nspec:\n▶  tier: nowhere\n',
    says: /There is no tier nowhere/,
    enforces: true,
  },
  {
    code: 'policy/fails-closed',
    severity: 'warning',
    yaml: CNP(
      'subject: {namespaces: {}}\n  egress:\n▶  - {action: Deny, to: [{namespaces: {}}], protocols: [{destinationNamedPort: http}]}',
    ),
    enforces: true,
    says: /destinationNamedPort.*denies everything/,
  },
  {
    code: 'policy/subject-selects-nothing',
    severity: 'info',
    yaml: CNP('▶subject: {namespaces: {matchLabels: {team: nobody}}}'),
    enforces: true,
    says: /No pod is a subject/,
  },
  {
    code: 'fault/unknown-node',
    severity: 'error',
    yaml: PLAYGROUND('faults:\n  - fault: node-down\n▶    node: kind-worker9\n'),
    says: /"kind-worker9".*kind-worker/,
  },
  {
    code: 'fault/unknown-service',
    severity: 'error',
    yaml: PLAYGROUND('faults:\n  - fault: kube-proxy-stopped\n▶    service: default/nope\n'),
    says: /"default\/nope"/,
  },
  {
    code: 'fault/bad-endpoint',
    severity: 'error',
    yaml: PLAYGROUND(
      'faults:\n  - fault: kube-proxy-stopped\n    service: default/kubernetes\n    endpoints:\n▶      - nowhere\n',
    ),
    says: /address:port/,
  },
  {
    code: 'fault/unknown-pod',
    severity: 'error',
    yaml: PLAYGROUND(
      'faults:\n  - fault: conntrack-remembers\n▶    from: default/nobody\n    sport: 40000\n    service: default/kubernetes\n    endpoint: "10.244.1.9:53"\n',
    ),
    says: /"default\/nobody"/,
  },
  {
    code: 'question/unknown-from',
    severity: 'error',
    yaml: PLAYGROUND('probes:\n▶  - from: default/nobody\n    to: 10.0.0.1\n'),
    says: /"default\/nobody"/,
  },
  {
    code: 'question/unknown-to',
    severity: 'error',
    yaml: PLAYGROUND('expect:\n  - from: node/kind-worker\n▶    to: default/nobody\n    allowed: true\n'),
    says: /"default\/nobody"/,
  },
  {
    code: 'question/unknown-endpoint',
    severity: 'error',
    yaml: PLAYGROUND(
      'probes:\n  - from: node/kind-worker\n    to: 10.0.0.1\n▶    endpoint: default/nobody\n',
    ),
    says: /"default\/nobody"/,
  },
];

const flannel = {
  ...fakeCni(),
  options: [{ name: 'backend', values: ['vxlan', 'host-gw'], default: 'vxlan' }],
  conflicts: [{ when: { backend: 'host-gw' }, message: 'not on a Sunday' }],
  policyReading: { namedPorts: 'rejected', endPort: 'ignored' } as const,
};

const lonely = { ...fakeCni(), id: 'lonely', label: 'Lonely', oneNodeSubnet: true };
function enforcing(enforces: boolean): CniForSettling {
  return {
    ...flannel,
    enforcesNetworkPolicy: enforces,
    ...(enforces ? { clusterPolicies: CLUSTER_POLICIES, ownPolicies: OWN_POLICIES } : {}),
  };
}

/** An admission stage that lets nobody make a pod. */
const noPods: Admission = {
  records: [],
  refuse: () => new Set(),
  askBeforeValidation: () => undefined,
  admitPods: (seeds) => {
    const [seed] = seeds.filter((one) => !one.builtIn);
    const owner = seed?.owners[0];
    return {
      seeds: seeds.filter((one) => one.builtIn),
      failed: seed === undefined || owner === undefined ? [] : [{ owner, message: 'no', seeds: [seed] }],
    };
  },
};

function run(row: Pick<Row, 'yaml' | 'enforces' | 'noPods'>) {
  const line = row.yaml.split('\n').findIndex((l) => l.includes('▶')) + 1;
  const parsed = parseScenario([{ name: 'a.yaml', text: row.yaml.replaceAll('▶', '') }]);
  const settled = settle(
    parsed,
    [enforcing(row.enforces ?? false), lonely],
    MODES,
    'main',
    row.noPods === true ? noPods : undefined,
  );
  return { ...settled, line, parsed };
}

describe('mistakes between objects', () => {
  test.each(rows)('$code', (row) => {
    const { diagnostics, cluster, line } = run(row);
    const found = diagnostics.find((d) => d.code === row.code);
    if (found === undefined) throw new Error(`only ${diagnostics.map((d) => d.code).join(', ')}`);
    expect(found.severity).toBe(row.severity);
    expect(found.range?.file).toBe('a.yaml');
    if (line > 0) expect(found.range?.line).toBe(line);
    expect(en[row.code]?.(found.params)).toMatch(row.says);
    for (const words of [en, ko])
      expect(words[row.code]?.(found.params)).not.toMatch(/undefined|NaN|\[object/);
    expect(ko[row.code]?.(found.params)).toMatch(/[가-힣]|FailedScheduling/);
    expect(ko[row.code]?.(found.params)).not.toMatch(/[은이을과]\([는가를와]\)/);
    if (row.refused !== undefined) expect(cluster.refused.map((r) => r.message)).toContain(row.refused);
    else expect(cluster.refused).toEqual([]);
  });

  test.each<[owner: string, ip: string, more?: string]>([
    ['external/gateway', '172.18.0.1'],
    ['external/gateway', '203.0.113.1'],
    ['external/internet', '203.0.113.10'],
    ['node/kind-worker', '172.18.0.3'],
    ['external/gateway', '172.19.0.1', 'nodeSubnets: [{cidr: 172.18.0.0/16}, {cidr: 172.19.0.0/16}]\n'],
    ['external/loadbalancer', '172.18.255.254', balanced('172.18.255.210')],
    ['external/loadbalancer', '172.18.255.210', balanced('172.18.255.210')],
  ])('a host may not have an address of %s: %s', (owner, ip, more = '') => {
    const { diagnostics, line } = run({
      yaml: `${PLAYGROUND(`external:\n▶  - name: a\n    ip: ${ip}\n`)}${more}`,
    });
    const found = diagnostics.find((d) => d.code === 'external/address-in-use');
    expect(found?.params).toEqual({ name: 'a', ip, owner });
    expect(found?.range?.line).toBe(line);
  });

  test('a network that is full leaves a node without an address, and says so', () => {
    const { diagnostics, cluster } = run({
      yaml: `${PLAYGROUND('nodeSubnets:\n  - cidr: 172.18.0.0/29\n')}---\n${CLUSTER('nodes: [{}, {role: worker}, {role: worker}, {role: worker}, {role: worker}]\n')}`,
    });
    expect(cluster.nodes.map((n) => n.ips.length)).toEqual([1, 1, 1, 1, 0]);
    expect(diagnostics.map((d) => en[d.code]?.(d.params))).toContainEqual(
      expect.stringMatching(/172\.18\.0\.0\/29 has no address left for kind-worker4; it stays without one/),
    );
  });

  test('the free addresses beside them are nobody’s', () => {
    const { diagnostics } = run({
      yaml: PLAYGROUND('external:\n  - name: a\n    ip: 172.18.255.254\n  - name: b\n    ip: 203.0.113.11\n'),
    });
    expect(diagnostics).toEqual([]);
  });

  test.each<[subnet: string, family: string, refused: boolean]>([
    ['fd00:10:96::/108', 'ipv6', false],
    ['fd00:10:96::/107', 'ipv6', true],
    ['10.96.0.0/12', 'ipv4', false],
    ['10.64.0.0/11', 'ipv4', true],
  ])('20 bits are the most for Services: %s', (subnet, family, refused) => {
    const { diagnostics } = run({
      yaml: CLUSTER(`networking:\n  ipFamily: ${family}\n  serviceSubnet: ${subnet}\n`),
    });
    expect(diagnostics.some((d) => d.code === 'cluster/service-subnet-too-large')).toBe(refused);
  });

  test('every code is in the table', () => {
    expect(rows.map((r) => r.code).sort()).toEqual([...CLUSTER_DIAGNOSTIC_CODES].sort());
  });

  test('an object in order says nothing', () => {
    const { diagnostics } = run({
      yaml: `${WEB()}---\n${SERVICE('  selector:\n    app: web\n  ports:\n    - port: 80\n      targetPort: http\n')}`,
    });
    expect(diagnostics).toEqual([]);
  });
});

describe('quick fixes', () => {
  function mended(yaml: string, code: string): string {
    const fix = run({ yaml }).diagnostics.find((d) => d.code === code)?.fixes?.[0];
    if (fix === undefined) throw new Error('no fix');
    const lines = yaml.replaceAll('▶', '').split('\n');
    const offset = (line: number, column: number) =>
      lines.slice(0, line - 1).reduce((n, l) => n + l.length + 1, 0) + column - 1;
    const text = lines.join('\n');
    const { range } = fix;
    return (
      text.slice(0, offset(range.line, range.column)) +
      fix.newText +
      text.slice(offset(range.endLine, range.endColumn))
    );
  }

  const spec = '  selector:\n    app: web\n  ports:\n    - port: 80\n      targetPort: 8080\n';
  test.each([
    [
      'service/cluster-ip-range',
      SERVICE('  ports:\n    - port: 80\n  clusterIP: 10.0.171.239\n'),
      SERVICE('  ports:\n    - port: 80\n'),
    ],
    [
      'service/cluster-ip-range',
      SERVICE('  clusterIP: 10.0.171.239\n  ports:\n    - port: 80\n'),
      SERVICE('  ports:\n    - port: 80\n'),
    ],
    [
      'service/node-port-range',
      SERVICE('  type: NodePort\n  ports:\n    - port: 80\n      nodePort: 80\n      name: a\n'),
      SERVICE('  type: NodePort\n  ports:\n    - port: 80\n      name: a\n'),
    ],
    [
      'service/target-port-closed',
      `${WEB()}---\n${SERVICE(spec)}`,
      `${WEB()}---\n${SERVICE(spec.replace('8080', '80'))}`,
    ],
    [
      'namespace/not-found',
      'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\n',
      'apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\n---\napiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: a\n  namespace: shop\n',
    ],
  ])('%s', (code, yaml, after) => {
    const text = mended(yaml, code);
    expect(text).toBe(after);
    expect(run({ yaml: text }).diagnostics.map((d) => d.code)).not.toContain(code);
  });

  test.each([
    ['a field in braces', SERVICE('  type: NodePort\n  ports: [{port: 80, nodePort: 80}]\n')],
    [
      'the first field of an item',
      SERVICE('  type: NodePort\n  ports:\n    - nodePort: 80\n      port: 80\n'),
    ],
  ])('no fix that would take more than the field: %s', (_, yaml) => {
    expect(
      run({ yaml }).diagnostics.find((d) => d.code === 'service/node-port-range')?.fixes,
    ).toBeUndefined();
  });
});
