import type { DiagnosticText } from './diagnostics.en.ts';

/** What only shows between objects; the codes are in `sim/k8s/controllers/diagnostics.ts`. */
export const clusterDiagnostics: DiagnosticText = {
  'cluster/one-only': (p) => `A scenario has one ${p['kind']}; this one is ignored.`,
  'cluster/bad-subnet': (p) =>
    `"${p['text']}" is not a list of prefixes of the cluster's families (${p['family']}), one of each such as 10.244.0.0/16 or fd00:10:244::/56; the default is used.`,
  'cluster/overlap': (p) =>
    `${place(p['a'])} (${p['aCidr']}) overlaps ${place(p['b'])} (${p['bCidr']}): an address would mean two things. Choose ranges that do not meet.`,
  'cluster/service-subnet-too-large': (p) =>
    `kubeadm refuses it: ${p['path']}: Invalid value: "${p['subnet']}": specified service subnet is too large; for ${p['bits']}-bit addresses, the mask must be >= ${p['least']}.`,
  'cluster/too-many-subnets': (p) =>
    `Only ${p['limit']} of the ${p['subnets']} networks under nodeSubnets are simulated.`,
  'cluster/node-subnet-too-small': (p) =>
    `${p['subnet']} is too small for a network of nodes: at least a /${p['least']}. The default is used.`,
  'cluster/pod-subnet-too-small': (p) =>
    `The pod subnet ${p['podSubnet']} is smaller than one node's /${p['mask']}: no node gets a pod CIDR.`,
  'cni/unknown': (p) =>
    `There is no network plug-in "${p['name']}" here (available: ${p['known']}). Pods get no address, as on a node without a CNI.`,
  'cni/unknown-option': (p) => `${p['cni']} has no option "${p['option']}"${among(p['known'])}.`,
  'cni/bad-option': (p) =>
    `${p['cni']}: "${p['value']}" is not a value of ${p['option']} (${p['known']}); the default is used.`,
  'cni/subnets-not-modelled': (p) =>
    `${p['cni']} is not simulated with nodes in several subnets: walks are unknown.`,
  'cni/family-not-modelled': (p) =>
    `${p['cni']} is not simulated with ${p['family']}: walks over it are unknown.`,
  'cni/conflict': (p) => `${p['cni']} refuses this combination of options: ${p['message']}`,
  'external/duplicate': (p) =>
    `The host ${p['name']} has the name or the address of ${p['other']}; it is left out.`,
  'external/address-in-use': (p) =>
    `The host ${p['name']} has the address ${p['ip']} of ${p['owner']}: two machines answer for it. Choose another.`,
  'external/reserved-name': (p) =>
    `"${p['name']}" is the name of a machine that is there already; the host is left out. Choose another.`,
  'external/unknown-via': (p) =>
    `The route goes through "${p['via']}", which is neither a node nor an IP address${among(p['known'])}; it is left out.`,
  'node/outside-subnets': (p) =>
    `No network of nodes holds ${p['ip']}, the address of ${p['node']}: there is ${p['subnets']}. List its subnet in the Playground document, under nodeSubnets.`,
  'node/two-subnets': (p) =>
    `${p['node']} has an address in another of the nodes' networks as well (${p['ip']}). A node has one card here, so nobody reaches it at that address.`,
  'node/subnet-full': (p) =>
    `The network ${p['subnet']} has no address left for ${p['node']}; ${p['instead'] === '' ? 'it stays without one, and nobody reaches it' : `it is put on ${p['instead']}`}.`,
  'node/unknown-in-subnet': (p) =>
    `There is no node "${p['node']}" to put on this network${among(p['known'])}.`,
  'node/address-elsewhere': (p) =>
    `${p['node']} has an address of its own, ${p['ip']}, which another network holds: it stays there.`,
  'node/duplicate-ip': (p) => `The address ${p['ip']} already belongs to node ${p['other']}.`,
  'node/pod-cidr-overlap': (p) =>
    `The pod CIDR ${p['cidr']} overlaps that of node ${p['other']}: replies would go to the wrong node.`,
  'node/pod-cidr-outside': (p) =>
    `The pod CIDR ${p['cidr']} lies outside the pod subnet ${p['podSubnet']}: kube-proxy and the CNI treat its pods as outsiders.`,
  'node/too-many': (p) => `Only ${p['limit']} of the ${p['nodes']} nodes are simulated.`,
  'node/no-pod-cidr': (p) =>
    `CIDRNotAvailable: ${p['podSubnet']} holds ${p['blocks']} node ranges and all are taken; ${p['node']} gets none and its pods no address.`,
  'node/pod-ips-exhausted': (p) =>
    `${p['node']} has no address left in ${p['podCIDR']} for ${p['pods']} of its pods: they stay in ContainerCreating.`,
  'namespace/not-found': (p) =>
    `namespaces "${p['namespace']}" not found: the API server refuses the object. Add the Namespace.`,
  'admission/limit-ranger': admission,
  'admission/mutating-webhook': admission,
  'admission/pod-security': admission,
  'admission/resource-quota': admission,
  'admission/runtime-class': admission,
  'admission/validating-admission-policy': admission,
  'admission/validating-webhook': admission,
  'pod/unschedulable': (p) => `${several(p['pods'])}Pending, FailedScheduling: ${p['message']}`,
  'pod/too-many': (p) => `Only ${p['limit']} of the ${p['pods']} pods of ${p['name']} are simulated.`,
  'pod/node-not-found': (p) =>
    `${several(p['pods'])}spec.nodeName names "${p['node']}", and there is no such node: nobody runs the pod.`,
  'pod/out-of-pods': (p) =>
    `${several(p['pods'])}OutOfpods: ${p['node']} already runs ${p['limit']} pods, the kubelet's limit.`,
  'pod/duplicate-ip': (p) =>
    `The address ${p['ip']} already belongs to ${p['other']}; another one is assigned.`,
  'pod/port-in-use': (p) =>
    `Container ${p['container']} cannot listen on ${p['port']}: container ${p['other']} already does, and containers of one pod share their network (address already in use, CrashLoopBackOff).`,
  'pod/container-port-mismatch': (p) =>
    `containerPort says ${p['port']}/${p['protocol']}, but ${p['image']} ${p['listens'] === '' ? 'listens on nothing' : `listens on ${p['listens']}`} as it is started here. containerPort only documents; it opens nothing. (If it is configured otherwise, the annotation packetwalk.dev/listen says so.)`,
  'pod/no-ip': (p) => `${p['pod']} got no address on ${p['node']}: it stays in ContainerCreating.`,
  'pod/no-runtime-handler': (p) =>
    `${several(p['pods'])}ContainerCreating, FailedCreatePodSandBox: ${p['message']}. The container runtime of ${p['node']} has the handlers ${p['known']}.`,
  'pod/sandbox-on-host-network': (p) =>
    `${p['pod']} asks for the host’s network, and its sandbox has a network stack of its own: runsc gives it none (unless it runs with --network=host), Kata warns against it. Walks that meet the pod end as “unknown”.`,
  'pod/crash-loop': (p) => `CrashLoopBackOff: container ${p['container']} of ${p['pod']} cannot run.`,
  'dns/plugin-not-modelled': (p) =>
    `The Corefile uses \`${p['plugin']}\`, which is not simulated: answers that it would change are not changed here.`,
  'pod/bad-listen': (p) => `"${p['text']}" is not a port such as 8080/TCP or 53/UDP.`,
  'pod/liveness-fails': (p) =>
    `Nothing listens on the port that the liveness probe of container ${p['container']} asks: the kubelet restarts it again and again (CrashLoopBackOff). It is shown as if it ran.`,
  'pod/readiness-fails': (p) =>
    `Nothing listens on the port that the readiness or startup probe of container ${p['container']} asks: the pod never becomes ready, and Services leave it out.`,
  'service/needs-dual-stack': (p) => `ipFamilyPolicy ${p['words']}`,
  'service/no-dual-stack': () =>
    'This cluster is not configured for dual-stack services: its Service range has one IP family. Set networking.ipFamily: dual in the Cluster, or use PreferDualStack.',
  'service/family-not-configured': (p) =>
    `${p['family']} is not configured on this cluster: no Service range is of that family.`,
  'service/cluster-ip-range': (p) =>
    `failed to allocate IP ${p['ip']}: the provided network does not match the current range (Services get addresses of ${p['range']})`,
  'service/cluster-ip-taken': (p) =>
    `failed to allocate IP ${p['ip']}: provided IP is already allocated (by Service ${p['other']})`,
  'service/ips-exhausted': (p) => `failed to allocate a serviceIP: range is full (${p['range']})`,
  'service/node-port-range': (p) =>
    `provided port is not in the valid range. The range of valid ports is ${p['range']}`,
  'service/node-port-taken': (p) =>
    `${p['port']}: provided port is already allocated (by Service ${p['other']})`,
  'service/node-ports-exhausted': (p) => `failed to allocate a nodePort: range is full (${p['range']})`,
  'service/load-balancer-class': (p) =>
    `No controller answers for loadBalancerClass ${p['class']}, so ${p['service']} gets no address and stays pending. Classes here: ${p['known']}, or none.`,
  'service/load-balancer-ip': (p) =>
    `The load balancer’s addresses are ${p['range']}; ${p['ip']} is not one of them. ${p['service']} stays pending.`,
  'service/load-balancer-ip-taken': (p) =>
    `The load balancer’s address ${p['ip']} belongs to ${p['other']} already. ${p['service']} stays pending.`,
  'service/load-balancers-exhausted': (p) =>
    `All ${p['size']} addresses of the load balancer are in use. ${p['service']} stays pending.`,
  'service/no-zones': (p) =>
    `${p['service']} prefers endpoints of the client’s zone, but no node has the label ${p['label']}: the preference has no effect.`,
  'service/too-many-endpoints': (p) =>
    `Service ${p['service']} selects ${p['pods']} pods; only ${p['limit']} of them are simulated as its endpoints.`,
  'service/selects-nothing': (p) =>
    `No pod in namespace ${p['namespace']} has the labels ${p['selector']}: Service ${p['service']} has no endpoints, and connections to it are refused.`,
  'service/pods-refused': (p) =>
    `Service ${p['service']} has no endpoints: the pods that it would select were refused, and ${p['owner']} has none (FailedCreate).`,
  'service/no-ready-pods': (p) =>
    `None of the ${p['pods']} pods that Service ${p['service']} selects is ready: it has no usable endpoint.`,
  'service/no-such-named-port': (p) =>
    `No selected pod has a container port called "${p['name']}"${among(p['names'])}: that port of Service ${p['service']} has no endpoints.`,
  'service/target-port-closed': (p) =>
    `Nothing listens on ${p['targetPort']}/${p['protocol']} in ${p['pod']}${p['listens'] === '' ? '' : ` (it listens on ${p['listens']})`}: connections to ${p['service']}:${p['port']} will be refused by the pod.`,
  'proxy/mode-not-available': (p) =>
    `kube-proxy's mode "${p['mode']}" is not simulated (available: ${p['known']}): walks through Services stay unknown.`,
  'proxy/deprecated': (p) =>
    `kube-proxy's mode "${p['mode']}" is deprecated since Kubernetes ${p['since']}: it still works, and ${p['instead']} is what to choose instead.`,
  'stateful-set/no-service': (p) =>
    `There is no Service "${p['service']}": the pods of ${p['name']} get no names of their own in DNS.`,
  'policy/selects-nothing': (p) =>
    `No pod in namespace ${p['namespace']}${p['selector'] === '<none>' ? '' : ` matches ${p['selector']}`}: the policy ${p['policy']} has no effect.`,
  'policy/no-dns': (p) =>
    `${p['pod']} may send what these rules name, and no policy lets it ask the cluster’s DNS (UDP 53): names will not resolve.`,
  'policy/not-enforced': (p) =>
    `${p['cni']} does not enforce NetworkPolicy: ${p['policy']} is stored and changes nothing. Choose a CNI that does, such as calico.`,
  'policy/named-port-rejected': (p) =>
    `${p['cni']} cannot read a port's name ("${p['port']}") and rejects the whole policy ${p['policy']}: nothing of it is enforced. Write the number.`,
  'policy/end-port-ignored': (p) =>
    `${p['cni']} does not know endPort: the policy ${p['policy']} is about port ${p['port']} alone, not up to ${p['endPort']}.`,
  'ingress/no-class': (p) =>
    `The Ingress ${p['ingress']} has no class, and no IngressClass is the default: no controller serves it.${p['known'] === '' ? '' : ` Classes: ${p['known']}.`}`,
  'ingress/no-controller': (p) =>
    `There is no IngressClass ${p['class']}: the Ingress ${p['ingress']} is stored, and nobody serves it. ${p['known'] === '' ? 'An Ingress does nothing without a controller, such as `controllers: [ingress-nginx]` in the Playground.' : `Classes: ${p['known']}.`}`,
  'ingress/not-running': (p) =>
    `The Ingress ${p['ingress']} is for ${p['controller']}, and no pod of it is running: nobody serves it.`,
  'ingress/annotation-unknown': (p) =>
    `What ${p['annotation']} makes of a request is not simulated: where a request comes to a path of ${p['ingress']}, the answer is unknown.`,
  'ingress/annotation-no-difference': (p) =>
    `${p['annotation']} makes no difference to a single request here.`,
  'ingress/annotation-for-nobody': (p) =>
    `The Ingress ${p['ingress']} has the annotation kubernetes.io/ingress.class: ${p['value']}, and no controller here takes it for its own: nobody serves it. The annotation names no IngressClass: a controller compares it with the word that it was started with (${p['known']}), and an Ingress that has it gets no default class. Write spec.ingressClassName in its place.`,
  'ingress/annotation-elsewhere': (p) =>
    `${p['annotation']} is an annotation of ${p['whose']}. ${p['controller']}, which serves ${p['ingress']}, does not read it.`,
  'ingress/expression-wrong': (p) =>
    `nginx cannot compile the path ${p['path']} of ${p['ingress']} as a regular expression. The admission webhook of ${p['controller']} refuses the Ingress; without it, nginx does not load its new configuration, and what it answers for any host depends on the one before.`,
  'ingress/expression-unread': (p) =>
    `The path ${p['path']} of ${p['ingress']} is a regular expression that RE2, which is used here, cannot read; nginx’ PCRE may. Where a request comes to it, the answer is unknown.`,
  'ingress/resource-backend': (p) =>
    `The backend ${p['resource']} is no Service: ${p['controller']} leaves this path out.`,
  'ingress/no-service': (p) =>
    `There is no Service ${p['service']}: ${p['controller']} answers 503 to whoever comes here.`,
  'ingress/no-port': (p) =>
    `The Service ${p['service']} has no port ${p['port']}: ${p['controller']} answers 503 to whoever comes here.`,
  'controllers/retired': (p) =>
    `${p['name']} is retired: since ${p['since']} there are no releases and no security fixes. What runs goes on running; for anything new its makers point to ${p['instead']}.`,
  'gateway/no-controller': (p) =>
    `No controller runs that is ${p['controller']}: Gateways of the class ${p['class']} wait (Accepted: Unknown, "Waiting for controller"), and nobody answers.${p['install'] === '' ? '' : ` Install it with \`controllers: [${p['install']}]\` in the Playground.`}`,
  'gateway/no-class': (p) =>
    `There is no GatewayClass ${p['class']}: the Gateway ${p['gateway']} is stored, and nobody makes it.${p['known'] === '' ? '' : ` Classes: ${p['known']}.`}`,
  'gateway/no-parent': (p) =>
    `There is no Gateway ${p['gateway']}: the ${p['kind']} ${p['route']} is attached to nothing by this reference.`,
  'gateway/listener': (p) =>
    `The controller does not serve the listener ${p['listener']} of the Gateway ${p['gateway']}: ${p['type']}: ${p['status']} (${p['reason']}). ${p['message']}`,
  'gateway/not-on-the-wire': (p) =>
    p['protocol'] === 'UDP'
      ? `Datagrams reach the listener ${p['listener']}; what becomes of them is not simulated.`
      : `The listener ${p['listener']} accepts connections; what ${p['protocol']} says on them is not simulated.`,
  'gateway/route': (p) =>
    `The ${p['kind']} ${p['route']} is not attached to the Gateway ${p['gateway']}: Accepted: False (${p['reason']}). ${p['message']}`,
  'gateway/rule': (p) =>
    `Rule ${p['rule']} of the ${p['kind']} ${p['route']} cannot be done as written; ${p['answer'] === 0 ? 'it is left out' : `what matches it is answered ${p['answer']}`}. ${p['message']}`,
  'gateway/backend': (p) =>
    `The ${p['kind']} ${p['route']} cannot send anything to ${p['service']}: ResolvedRefs: False (${p['reason']}).${p['kind'] === 'HTTPRoute' ? ' Its share is answered 500.' : ''} ${p['message']}`,
  'controllers/unknown': (p) => `No controller "${p['name']}" is known here. Known: ${p['known']}.`,
  'policy/kind-not-enforced': (p) =>
    `${p['cni']} does not enforce ${p['kind']}: ${p['policy']} is stored and changes nothing.${p['use'] === '' ? '' : ` Here it is enforced by ${p['use']}.`}`,
  'policy/no-such-tier': (p) =>
    `There is no tier ${p['tier']}: the policy ${p['policy']} has no effect. Tiers: ${p['known']}.`,
  'policy/fails-closed': (p) =>
    `${p['cni']} does not know ${p['field']} in a rule of ${p['policy']}, and fails closed: ${p['action'] === 'Accept' ? 'the rule accepts nothing' : 'the rule denies everything'}.`,
  'policy/subject-selects-nothing': (p) =>
    `No pod is a subject of the policy ${p['policy']}: it has no effect. Pods on the host’s network never are.`,
  'policy/rule-names-nobody': (p) =>
    `No pod is named by rule ${p['rule']} of the policy ${p['policy']}: it matches nothing.`,
  'policy/rule-never-asked': (p) =>
    `Rule ${p['rule']} of the policy ${p['policy']} is never asked: rule ${p['before']} before it ${p['action'] === 'pass' ? 'passes everything on' : 'decides about everything'}.`,
  'policy/host-network': (p) =>
    `The policy ${p['policy']} selects only pods on the host’s network, such as ${p['pod']}: they have their node’s address, and the policy has no effect on them.`,
  'policy/lets-nobody': (p) =>
    `${p['pod']} is isolated by this policy, and none of its ${p['direction']} rules names anybody that there is: ${p['direction'] === 'ingress' ? 'it lets nobody in' : 'it lets nothing out'}.`,
  'policy/peer-matches-nothing': (p) =>
    p['what'] === 'namespace'
      ? `No namespace has the labels ${p['selector']}: this peer is nobody.`
      : `No pod ${p['namespace'] === '' ? 'of the namespaces above' : `in namespace ${p['namespace']}`}${p['selector'] === '<none>' ? '' : ` matches ${p['selector']}`}: this peer is nobody.`,
  'policy/no-such-named-port': (p) =>
    `No pod that this rule leads to has a container port called "${p['name']}"${among(p['names'])}: the rule covers no port of ${p['pod']}.`,
  'policy/port-of-service': (p) =>
    `${p['port']} is the port of Service ${p['service']}. A policy sees the packet when it already has the port of the pod, ${p['targetPort']}: this rule does not let it through.`,
  'policy/block-of-services': (p) =>
    `${p['cidr']} holds addresses of Services. A packet to a Service already has the pod’s address when the policy sees it: this block never matches.`,
  'policy/block-of-pods': (p) =>
    p['all'] === true
      ? `${p['cidr']} holds addresses of pods, and this CNI knows pods by their labels alone: this block never matches. Name them with a selector.`
      : `With this CNI ${p['cidr']} means addresses outside the cluster: no pod is in it. Pods are named with a selector.`,
  'service/nobody-may-reach': (p) =>
    `Service ${p['service']} has ${Number(p['endpoints']) === 1 ? 'an endpoint' : `${p['endpoints']} endpoints`}, and the policies let no pod reach ${Number(p['endpoints']) === 1 ? 'it' : 'them'} on port ${p['targetPort']}; nodes alone reach their own pods.`,
  'fault/unknown-node': (p) => `There is no node "${p['node']}" to break. Nodes: ${p['known']}.`,
  'fault/unknown-service': (p) => `There is no Service "${p['service']}": write namespace/name.`,
  'fault/unknown-pod': (p) => `There is no pod "${p['pod']}": write namespace/name.`,
  'fault/bad-endpoint': (p) => `"${p['text']}" is no endpoint: write address:port.`,
  'question/unknown-from': (p) =>
    `There is no "${p['from']}" to start from: namespace/pod, namespace/deployment, node/NAME or external/NAME.`,
  'question/unknown-to': (p) => `There is no "${p['to']}".`,
  'question/unknown-endpoint': (p) => `There is no pod "${p['endpoint']}" to choose.`,
};

function several(pods: unknown): string {
  return Number(pods) > 1 ? `${pods} pods: ` : '';
}

function among(known: unknown): string {
  return known === '' || known === undefined ? '' : ` (available: ${known})`;
}

function place(name: unknown): string {
  return name === 'nodes' ? "the nodes' network" : String(name);
}

/** What an admission plug-in says of any object; `how` says to whom. */
function admission(p: Readonly<Record<string, unknown>>): string {
  switch (p['how']) {
    case 'not-made':
      return `FailedCreate, ${p['owner']} cannot make ${Number(p['pods']) === 1 ? 'its pod' : `${p['pods']} pods`}: ${p['message']}`;
    case 'warn':
      return `Accepted with a warning: ${p['message']}`;
    case 'audit':
      return `Accepted, and noted in the audit log: ${p['message']}`;
    case 'both':
      return `Accepted with a warning, and noted in the audit log: ${p['message']}`;
    case 'unknown-label':
      return `No admission plug-in knows this label, so it does nothing: ${p['message']}`;
    case 'unknown':
      return `What the API server answers is not known here, so what it decides stays open: ${p['message']}`;
    case 'idle':
      return `Accepted, and has no effect: ${p['message']}`;
    case 'not-simulated':
      return `Accepted, and not simulated: ${p['message']}`;
    case 'sidecar':
      return `A sidecar was added (${p['message']}). What it does with the pod’s packets is not simulated: walks from and to the pod stay open.`;
    case 'configuration':
      return `kube-apiserver would not start with this configuration; what is wrong is left out: ${p['message']}`;
    default:
      return `The API server refuses it: ${p['message']}`;
  }
}
