/**
 * Writes upstream.generated.json and upstream-rare.generated.json of src/sim/k8s/kinds: names and types of the fields of
 * the Kubernetes API, taken from the type maps of an unpacked @kubernetes/client-node (Apache-2.0). No sentences are
 * taken. The rare ones are fetched when a document first has one.
 *
 *   npm pack @kubernetes/client-node@2.0.1 && tar xzf kubernetes-client-node-2.0.1.tgz
 *   node scripts/kubernetes-fields.mjs ./package
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { argv } from 'node:process';

const models = join(argv[2] ?? './package', 'dist/gen/models');

const ROOTS = `Namespace Node Pod PodTemplate ReplicationController Service Endpoints ConfigMap Secret
  PersistentVolumeClaim PersistentVolume ServiceAccount LimitRange ResourceQuota Deployment ReplicaSet StatefulSet
  DaemonSet ControllerRevision Job CronJob EndpointSlice NetworkPolicy Ingress IngressClass IPAddress ServiceCIDR
  StorageClass Role RoleBinding ClusterRole ClusterRoleBinding PodDisruptionBudget PriorityClass RuntimeClass Lease`
  .split(/\s+/)
  .map((kind) => `V1${kind}`);
ROOTS.push('V2HorizontalPodAutoscaler');

/** Tables that come with the worker's first load. */
const EVERYDAY = new Set(
  `Affinity Capabilities ClientIPConfig ConfigMap ConfigMapVolumeSource Container ContainerPort CoreV1EndpointPort
  DaemonSet DaemonSetSpec Deployment DeploymentSpec DiscoveryV1EndpointPort EmptyDirVolumeSource Endpoint
  EndpointAddress EndpointConditions EndpointHints EndpointSlice EndpointSubset Endpoints EnvVar ExecAction
  ForNode ForZone GRPCAction HTTPGetAction HTTPHeader IPBlock KeyToPath LabelSelector LabelSelectorRequirement
  LoadBalancerIngress LoadBalancerStatus Namespace NamespaceSpec NetworkPolicy NetworkPolicyEgressRule
  NetworkPolicyIngressRule NetworkPolicyPeer NetworkPolicyPort NetworkPolicySpec Node NodeAddress NodeCondition
  NodeSpec NodeStatus ObjectMeta ObjectReference OwnerReference Pod PodCondition PodDNSConfig PodDNSConfigOption
  PodIP PodReadinessGate PodSecurityContext PodSpec PodStatus PodTemplateSpec Probe ReplicaSet ReplicaSetSpec
  ResourceRequirements SeccompProfile SecurityContext Service ServicePort ServiceSpec ServiceStatus
  SessionAffinityConfig StatefulSet StatefulSetSpec TCPSocketAction Taint Toleration Volume VolumeMount`.split(/\s+/),
);

/** The type maps say string where the API says quantity. */
const QUANTITIES = new Set(
  `limits requests capacity allocatable hard used sizeLimit overhead podFixed divisor averageValue
  allocatedResources maxLimitRequestRatio defaultRequest`.split(/\s+/),
);
const QUANTITIES_IN = {
  V1LimitRangeItem: ['min', 'max', 'default'],
  V2MetricTarget: ['value'],
  V2MetricValueStatus: ['value'],
};
const SCALARS = { boolean: 'b', Date: 't', V1MicroTime: 't', IntOrString: 'p', any: 'a', V1JSONSchemaProps: 'a' };

const tables = {};
const queue = [...ROOTS];
const shortName = (type) => type.replace(/^V[12]/, '');

function word(type, format, field, owner) {
  const list = /^Array<(.*)>$/.exec(type);
  if (list !== null) return `[${word(list[1], format, field, owner)}`;
  const map = /^\{ \[key: string\]: (.*); \}$/.exec(type);
  if (map !== null) return `{${word(map[1], format, field, owner)}`;
  if (type === 'string') {
    if (QUANTITIES.has(field) || QUANTITIES_IN[owner]?.includes(field)) return 'q';
    return format === 'byte' ? 'y' : 's';
  }
  if (type === 'number') return format === 'double' ? 'n' : format === 'int64' ? 'l' : 'i';
  if (SCALARS[type] !== undefined) return SCALARS[type];
  queue.push(type);
  return shortName(type);
}

for (let type = queue.pop(); type !== undefined; type = queue.pop()) {
  if (tables[shortName(type)] !== undefined) continue;
  const attributes = JSON.parse(
    /attributeTypeMap = (\[[\s\S]*?\n\]);/.exec(readFileSync(join(models, `${type}.js`), 'utf8'))[1],
  );
  const declared = readFileSync(join(models, `${type}.d.ts`), 'utf8');
  tables[shortName(type)] = attributes
    .map(({ name, baseName, type: t, format }) => {
      const required = declared.includes(`'${name}': `) ? '!' : '';
      return `${baseName}:${word(t, format, name, type)}${required}`;
    })
    .join(' ');
}

const write = (file, wanted) => {
  const chosen = Object.entries(tables).filter(([name]) => wanted(name));
  const sorted = Object.fromEntries(chosen.sort(([a], [b]) => (a < b ? -1 : 1)));
  writeFileSync(new URL(`../src/sim/k8s/kinds/${file}`, import.meta.url), `${JSON.stringify(sorted, null, 1)}\n`);
};
write('upstream.generated.json', (name) => EVERYDAY.has(name));
write('upstream-rare.generated.json', (name) => !EVERYDAY.has(name));
