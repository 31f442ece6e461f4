import { metadataRules } from './metadata.ts';
import {
  between,
  cidrValue,
  dnsLabel,
  dnsSubdomain,
  ipAddress,
  labels,
  portNumber,
  portOrName,
  serviceName,
} from './names.ts';
import { parseIp } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type FixSpec,
  type KindSpec,
  type Report,
  simulated,
} from './schema.ts';

const TYPES = ['ClusterIP', 'NodePort', 'LoadBalancer', 'ExternalName'];

export const service: KindSpec = {
  kind: 'Service',
  apiVersion: 'v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'service',
  type: 'Service',
  rules: {
    ...metadataRules,
    ...simulated('spec', 'spec.ports', 'spec.clusterIP', 'spec.publishNotReadyAddresses', 'status'),
    'spec.type': { support: 'simulated', enum: TYPES, default: 'ClusterIP' },
    'spec.clusterIPs': { support: 'simulated', from: 'clusterIP' },
    'spec.selector': { support: 'simulated', check: labels, refers: 'label-key' },
    'spec.ports.name': { support: 'simulated', check: dnsLabel },
    'spec.ports.port': { support: 'simulated', check: portNumber },
    'spec.ports.protocol': { support: 'simulated', enum: ['TCP', 'UDP', 'SCTP'], default: 'TCP' },
    'spec.ports.targetPort': { support: 'simulated', from: 'port', check: portOrName, refers: 'port-name' },
    'spec.ports.nodePort': { support: 'simulated', check: between(0, 65535) },
    'spec.externalName': { support: 'simulated', check: cname },
    'spec.externalTrafficPolicy': { support: 'simulated', enum: ['Cluster', 'Local'] },
    'spec.internalTrafficPolicy': { support: 'simulated', enum: ['Cluster', 'Local'] },
    'spec.sessionAffinity': { support: 'simulated', enum: ['None', 'ClientIP'], default: 'None' },
    ...simulated('spec.sessionAffinityConfig', 'spec.sessionAffinityConfig.clientIP'),
    'spec.sessionAffinityConfig.clientIP.timeoutSeconds': { support: 'simulated', check: between(1, 86400) },
    'spec.ipFamilies': {
      enum: ['IPv4', 'IPv6'],
      support: 'unsupported',
      when: (v) => JSON.stringify(v).includes('IPv6'),
    },
    'spec.ipFamilyPolicy': {
      enum: ['SingleStack', 'PreferDualStack', 'RequireDualStack'],
      support: 'unsupported',
      when: (v) => v === 'RequireDualStack',
    },
    'spec.externalIPs': { support: 'unsupported', check: eachOf(ipAddress) },
    'spec.loadBalancerIP': { support: 'accepted' },
    'spec.loadBalancerClass': { support: 'accepted' },
    'spec.loadBalancerSourceRanges': { support: 'unsupported', check: eachOf(cidrValue) },
    'spec.allocateLoadBalancerNodePorts': { support: 'simulated' },
    'spec.trafficDistribution': {
      support: 'unsupported',
      enum: ['PreferClose', 'PreferSameZone', 'PreferSameNode'],
    },
    'status.loadBalancer.ingress': { support: 'unsupported' },
  },
  nameCheck: serviceName,
  complete,
  validate,
};

/** A CNAME's target; a dot at its end is allowed. */
function cname(value: string, path: FieldPath, report: Report): void {
  dnsSubdomain(value.replace(/\.$/, ''), path, report);
}

function eachOf(check: (value: string, path: (string | number)[], report: Report) => void) {
  return (values: readonly string[], path: readonly (string | number)[], report: Report): void => {
    values.forEach((value, i) => check(value, [...path, i], report));
  };
}

function complete(body: Body): void {
  if (body.spec === undefined) return;
  const spec = asRecord(body.spec);
  for (const port of asRecords(spec.ports)) {
    port.targetPort ??= port.port;
    if (port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
    if (port.nodePort === 0) delete port.nodePort;
  }
  const external = spec.type === 'NodePort' || spec.type === 'LoadBalancer';
  if (spec.type !== 'ExternalName') spec.internalTrafficPolicy ??= 'Cluster';
  if (external) spec.externalTrafficPolicy ??= 'Cluster';
  if (spec.type === 'LoadBalancer') spec.allocateLoadBalancerNodePorts ??= true;
  if (spec.clusterIP === '') delete spec.clusterIP;
  if (typeof spec.clusterIP === 'string' && spec.clusterIPs === undefined) spec.clusterIPs = [spec.clusterIP];
  if (spec.sessionAffinity === 'ClientIP') {
    const clientIP = asRecord(asRecord(spec.sessionAffinityConfig).clientIP);
    spec.sessionAffinityConfig = { clientIP: { timeoutSeconds: 10800, ...clientIP } };
  }
}

function validate(body: Body, report: Report): void {
  const spec = asRecord(body.spec);
  const type = String(spec.type ?? 'ClusterIP');
  const ports = asRecords(spec.ports);
  const headless = spec.clusterIP === 'None';
  if (type === 'ExternalName') validateExternalName(spec, report);
  else if (ports.length === 0 && !headless) report('value/required', ['spec', 'ports'], {});
  validateClusterIPs(spec, type, report);
  validatePorts(ports, type, report);
  if (
    spec.externalTrafficPolicy !== undefined &&
    type !== 'NodePort' &&
    type !== 'LoadBalancer' &&
    spec.externalIPs === undefined
  ) {
    report('service/external-policy', ['spec', 'externalTrafficPolicy'], {
      value: String(spec.externalTrafficPolicy),
    });
  }
  if (spec.sessionAffinity !== 'ClientIP' && asRecord(spec.sessionAffinityConfig).clientIP !== undefined) {
    report('service/affinity-config', ['spec', 'sessionAffinityConfig'], {});
  }
  if (type === 'LoadBalancer') report('service/load-balancer', ['spec', 'type'], {});
}

function validateExternalName(spec: Body, report: Report): void {
  if (spec.externalName === undefined || spec.externalName === '')
    report('value/required', ['spec', 'externalName'], {});
  if (spec.clusterIP !== undefined) {
    report('service/cluster-ip-external-name', ['spec', 'clusterIPs'], {});
  }
}

function validateClusterIPs(spec: Body, type: string, report: Report): void {
  const one = spec.clusterIP;
  const many = Array.isArray(spec.clusterIPs) ? spec.clusterIPs.map(String) : [];
  if (type === 'ExternalName') return;
  if (typeof one === 'string' && one !== 'None' && parseIp(one) === undefined) {
    report('value/ip', ['spec', 'clusterIP'], { value: one });
  }
  if (one === 'None' && type !== 'ClusterIP') {
    report('service/headless-type', ['spec', 'clusterIPs', 0], { type });
  }
  if (many.length > 0 && many[0] !== (one ?? '')) {
    report('service/cluster-ips-mismatch', ['spec', 'clusterIPs'], { value: many.join(',') });
  }
}

/** The type that allows node ports: in place of the written one, or on a line of its own. */
const NODE_PORT_FIX: FixSpec = {
  code: 'fix/add',
  params: { text: 'type: NodePort' },
  newText: 'type: NodePort',
  at: { place: 'field-before', path: ['spec', 'ports'], field: ['spec', 'type'], value: 'NodePort' },
};

function validatePorts(ports: readonly Body[], type: string, report: Report): void {
  const names = new Set<string>();
  const numbers = new Set<string>();
  const nodePorts = new Set<string>();
  ports.forEach((port, i) => {
    const at = ['spec', 'ports', i];
    const name = typeof port.name === 'string' ? port.name : '';
    // The API server checks what it defaulted from `port` once more.
    const wanted = port.targetPort;
    if (wanted === port.port && typeof wanted === 'number' && (wanted < 1 || wanted > 65535)) {
      const options = { messageOnly: true };
      report('value/range', [...at, 'targetPort'], { value: wanted, min: 1, max: 65535 }, options);
    }
    if (port.port === undefined) report('value/required', [...at, 'port'], {});
    if (name === '' && ports.length > 1) report('value/required', [...at, 'name'], {});
    if (name !== '' && names.has(name)) report('value/duplicate', [...at, 'name'], { value: name });
    names.add(name);
    const number = `${String(port.port)}/${String(port.protocol)}`;
    if (numbers.has(number)) report('value/duplicate', [...at, 'port'], { value: number });
    numbers.add(number);
    if (port.nodePort === undefined) return;
    if (type === 'ClusterIP' || type === 'ExternalName') {
      report('service/node-port-type', [...at, 'nodePort'], { type }, { fix: NODE_PORT_FIX });
      return;
    }
    const nodePort = `${String(port.nodePort)}/${String(port.protocol)}`;
    if (nodePorts.has(nodePort)) report('value/duplicate', [...at, 'nodePort'], { value: nodePort });
    nodePorts.add(nodePort);
  });
}
