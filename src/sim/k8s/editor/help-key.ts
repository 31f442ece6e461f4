/** The key of a field's help in i18n: fields that mean the same in many kinds share one. */

const SELECTOR =
  /(?:^|\.)(?:selector|podSelector|objectSelector|namespaceSelector|labelSelector|namespaces|nodes)\.(match(?:Labels|Expressions)(?:\.\w+)?)$/;

const CALICO = /^(?:NetworkPolicy\.projectcalico\.org|GlobalNetworkPolicy)$/;

const GATEWAY_API = /^(?:Gateway|GatewayClass|ReferenceGrant|(?:HTTP|GRPC|TLS|TCP)Route)$/;

/** `Service.spec.ports.targetPort`, `Pod.spec.containers.image`, `ObjectMeta.labels`. */
export function helpKey(kind: string, path: string): string {
  if (CALICO.test(kind) && path.startsWith('spec')) return `CalicoPolicy.${calicoPath(path)}`;
  const meta = /(?:^|\.)(?:template\.|jobTemplate\.)?metadata\.(.+)$/.exec(path);
  if (meta !== null)
    return `ObjectMeta.${(meta[1] ?? '').replace(/^ownerReferences\..*/, 'ownerReferences')}`;
  if (path === 'apiVersion' || path === 'kind' || path === 'metadata') return `Object.${path}`;
  if (path === 'status' || path.startsWith('status.'))
    return kind === 'Pod' || kind === 'Node' ? `${kind}.${path}` : 'Object.status';
  const selector = SELECTOR.exec(path);
  if (selector !== null && kind !== 'Service') return `LabelSelector.${selector[1]}`;
  const template = /(?:^|\.)template\.spec\.(.+)$/.exec(path);
  if (template !== null || kind === 'Pod') return podKey(template === null ? path : `spec.${template[1]}`);
  if (kind === 'CronJob') {
    const job = /^spec\.jobTemplate\.spec\.(.+)$/.exec(path);
    if (job !== null) return `Job.spec.${job[1]}`;
  }
  if (/^(?:Deployment|ReplicaSet|StatefulSet|DaemonSet|Job)$/.test(kind)) {
    if (/^spec(?:\.(?:selector|template|replicas|template\.(?:spec|metadata)))?$/.test(path))
      return `Workload.${path}`;
  }
  if (kind === 'NetworkPolicy') return `NetworkPolicy.${policyPath(path)}`;
  if (/^(?:ClusterNetworkPolicy|AdminNetworkPolicy|BaselineAdminNetworkPolicy)$/.test(kind))
    return `ClusterPolicy.${clusterPolicyPath(path)}`;
  if (/^Cilium(?:Clusterwide)?NetworkPolicy$/.test(kind)) return `CiliumPolicy.${ciliumPolicyPath(path)}`;
  if (GATEWAY_API.test(kind) && path.startsWith('spec.')) return `GatewayApi.${gatewayPath(kind, path)}`;
  // Policies and their bindings say alike what they are about.
  const match = /^spec\.match(?:Constraints|Resources)\.(.+)/.exec(path)?.[1];
  if (match) return `MatchResources.${match.replace('excludeResourceRules.', 'resourceRules.')}`;
  if (kind === 'Ingress')
    return `Ingress.${path.replace(/^spec\.(?:defaultBackend(?=\.)|rules\.http\.paths\.backend)/, 'backend')}`;
  if (kind.endsWith('ingWebhookConfiguration')) {
    const rule = /^webhooks\.rules\.(.+)/.exec(path)?.[1];
    if (rule) return `MatchResources.resourceRules.${rule}`;
    const said = /^webhooks\.(namespaceSelector|objectSelector|matchPolicy)$/.exec(path)?.[1];
    if (said) return `MatchResources.${said}`;
    const condition = /^webhooks\.(matchConditions.*)/.exec(path)?.[1];
    if (condition) return `ValidatingAdmissionPolicy.spec.${condition}`;
    return `WebhookConfiguration.${path}`;
  }
  if (kind === 'GlobalNetworkSet') return `NetworkSet.${path}`;
  if (kind === 'Endpoints') return `Endpoints.${path.replace('notReadyAddresses.', 'addresses.')}`;
  return `${kind}.${path}`;
}

/** Both directions have the same ports and peers. */
function policyPath(path: string): string {
  return path
    .replace(/^spec\.(?:ingress|egress)\.ports(?=\.|$)/, 'ports')
    .replace(/^spec\.(?:ingress\.from|egress\.to)\./, 'peer.');
}

/** Both directions have the same rules, and both ends of a rule the same fields. */
function calicoPath(path: string): string {
  return path
    .replace(/^spec\.(?:ingress|egress)\./, 'rule.')
    .replace(/^rule\.(?:source|destination)\./, 'entity.')
    .replace(/^rule\.(?:icmp|notICMP)\./, 'icmp.');
}

/** Subjects and peers are written alike, and ports of every protocol. */
function clusterPolicyPath(path: string): string {
  return path
    .replace(/^spec\.(?:ingress|egress)\./, 'rule.')
    .replace(/^(?:spec\.subject|rule\.from|rule\.to)\./, 'peer.')
    .replace(/^rule\.protocols\.(?:tcp|udp|sctp)/, 'protocol')
    .replace(/^(?:protocol\.destinationPort\.range|rule\.ports\.portRange)(?=\.|$)/, 'range');
}

/** Routes of all kinds have the same references and filters. */
function gatewayPath(kind: string, path: string): string {
  return path
    .replace(/^spec\.(?=from|to)/, 'grant.')
    .replace(/^spec\.listeners\.tls\.certificateRefs/, 'certificateRef')
    .replace(/^spec\.listeners/, 'listener')
    .replace(/^spec\.parentRefs/, 'parentRef')
    .replace(/^spec\.rules\.(?:backendRefs\.)?filters/, 'filter')
    .replace(/^spec\.rules\.backendRefs/, 'backendRef')
    .replace(/^(?:certificateRef|parentRef|backendRef)\.(?=group|kind|namespace)/, 'ref.')
    .replace(/^spec\.rules\.matches\.(?:headers|queryParams)\./, 'condition.')
    .replace(/^filter\.(?:request|response)HeaderModifier\.(?:set|add)\./, 'filter.header.')
    .replace(/^filter\.(?:request|response)HeaderModifier\./, 'filter.headers.')
    .replace(/^filter\.(?:requestRedirect|urlRewrite)\.path/, 'filter.path')
    .replace(/^spec\./, kind === 'GatewayClass' ? 'class.' : '');
}

/** One spec or several, both directions, allowed or denied: rules are written alike. */
function ciliumPolicyPath(path: string): string {
  return path
    .replace(/^specs(?=\.)/, 'spec')
    .replace(/^spec\.(?:ingress|egress)(?:Deny)?\./, 'rule.')
    .replace(/^rule\.(?:from|to)(?=[A-Z])(?!Ports)/, 'rule.peer')
    .replace(/^.*\.(?:endpointSelector|peerEndpoints|selector)\.match/, 'selector.match');
}

function podKey(written: string): string {
  const path = written
    .replace(/^(spec\.affinity\.\w+\.(?:required|preferred)\w+)\..*$/, '$1')
    .replace(/^spec\.\w+\.(?:\w+Probe|lifecycle\.\w+)\.(?:httpGet|tcpSocket)\.host$/, 'handler.host')
    .replace(/^(spec\.containers\.\w+Probe\.(?:httpGet|tcpSocket))\..*$/, '$1');
  const security = /^spec\.(?:\w+\.)?securityContext\.(.+)$/.exec(path);
  if (security !== null)
    return `SecurityContext.${(security[1] ?? '').replace(/^seLinuxOptions\..*/, 'seLinuxOptions')}`;
  const inContainer = path.replace(/^spec\.(?:init|ephemeral)Containers\./, 'spec.containers.');
  const probe = /^spec\.containers\.(?:liveness|startup)Probe\.(.+)$/.exec(inContainer);
  return `Pod.${probe === null ? inContainer : `spec.containers.readinessProbe.${probe[1]}`}`;
}
