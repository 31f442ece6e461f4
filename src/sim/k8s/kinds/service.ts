import { endpointAddress } from './endpoints.ts';
import { metadataRules } from './metadata.ts';
import {
  between,
  dnsLabel,
  dnsSubdomain,
  eachOf,
  ipAddress,
  labels,
  objectCidr,
  portNumber,
  portOrName,
  qualifiedName,
  serviceName,
} from './names.ts';
import { ipFamily, parseIp } from '../../base/ip.ts';
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
    'spec.ports.targetPort': { support: 'simulated', from: 'port', check: targetPort, refers: 'port-name' },
    'spec.ports.appProtocol': { check: qualifiedName },
    'spec.ports.nodePort': { support: 'simulated', check: between(0, 65535) },
    'spec.externalName': { support: 'simulated', check: cname },
    'spec.externalTrafficPolicy': { support: 'simulated', enum: ['Cluster', 'Local'] },
    'spec.internalTrafficPolicy': { support: 'simulated', enum: ['Cluster', 'Local'] },
    'spec.sessionAffinity': { support: 'simulated', enum: ['None', 'ClientIP'], default: 'None' },
    ...simulated('spec.sessionAffinityConfig', 'spec.sessionAffinityConfig.clientIP'),
    'spec.sessionAffinityConfig.clientIP.timeoutSeconds': { support: 'simulated', check: affinityTimeout },
    'spec.ipFamilies': { support: 'simulated', enum: ['IPv4', 'IPv6'] },
    'spec.ipFamilyPolicy': {
      support: 'simulated',
      enum: ['SingleStack', 'PreferDualStack', 'RequireDualStack'],
    },
    'spec.externalIPs': { support: 'simulated', check: eachOf(externalIp) },
    ...simulated(
      'spec.loadBalancerIP',
      'spec.loadBalancerClass',
      'spec.allocateLoadBalancerNodePorts',
      'status.loadBalancer',
      'status.loadBalancer.ingress',
      'status.loadBalancer.ingress.ip',
      'status.loadBalancer.ingress.hostname',
    ),
    'spec.loadBalancerSourceRanges': { support: 'simulated', check: sourceRanges },
    'spec.healthCheckNodePort': { support: 'simulated', check: between(0, 65535) },
    'spec.trafficDistribution': {
      support: 'simulated',
      enum: ['PreferClose', 'PreferSameZone', 'PreferSameNode'],
    },
    'status.loadBalancer.ingress.ipMode': { support: 'simulated', enum: ['VIP', 'Proxy'] },
  },
  nameCheck: serviceName,
  complete,
  validate,
};

/** 0 and "" mean the Service's own port (SetDefaults_Service). */
function targetPort(value: number | string, path: FieldPath, report: Report): void {
  if (value !== 0 && value !== '') portOrName(value, path, report);
}

/** A CNAME's target; a dot at its end is allowed. */
function cname(value: string, path: FieldPath, report: Report): void {
  dnsSubdomain(value.replace(/\.$/, ''), path, report);
}

/** `validateEndpointIP` keeps what would lead back into a node off the list. */
function externalIp(value: string, path: FieldPath, report: Report): void {
  if (parseIp(value) === undefined) ipAddress(value, path, report);
  else endpointAddress(value, path, report);
}

/** The API server trims each entry, and spells the field with a capital letter when it complains. */
function sourceRanges(values: readonly string[], path: FieldPath, report: Report): void {
  values.forEach((value, i) => {
    const spelt: Report = (code, at, params, options) =>
      report(code, at, params, { ...options, apiPath: `spec.LoadBalancerSourceRanges[${i}]` });
    objectCidr(value.trim(), [...path, i], spelt);
  });
}

function affinityTimeout(value: number, path: FieldPath, report: Report): void {
  if (value < 1 || value > 86400) report('service/affinity-timeout', path, { value });
}

function complete(body: Body): void {
  if (body.spec === undefined) return;
  const spec = asRecord(body.spec);
  for (const port of asRecords(spec.ports)) {
    port.targetPort ??= port.port;
    if (port.targetPort === 0 || port.targetPort === '') port.targetPort = port.port;
    if (port.nodePort === 0) delete port.nodePort;
  }
  const external = isExternal(spec);
  if (spec.healthCheckNodePort === 0) delete spec.healthCheckNodePort;
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
  validateLoadBalancer(spec, type, report);
  if (spec.externalTrafficPolicy !== undefined && !isExternal(spec)) {
    report('service/external-policy', ['spec', 'externalTrafficPolicy'], {
      value: String(spec.externalTrafficPolicy),
    });
  }
  if (spec.sessionAffinity !== 'ClientIP' && spec.sessionAffinityConfig !== undefined) {
    report('service/affinity-config', ['spec', 'sessionAffinityConfig'], {});
  }
  warnIgnored(spec, type, report);
}

/** `ExternallyAccessible` */
function isExternal(spec: Body): boolean {
  const type = spec.type ?? 'ClusterIP';
  if (type === 'NodePort' || type === 'LoadBalancer') return true;
  return type === 'ClusterIP' && Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0;
}

/** Fields of load balancers on other Services, and the port of the health check where nobody would ask for it. */
function validateLoadBalancer(spec: Body, type: string, report: Report): void {
  const ranges = spec.loadBalancerSourceRanges;
  if (type !== 'LoadBalancer') {
    if (Array.isArray(ranges) && ranges.length > 0) {
      const options = { apiPath: 'spec.LoadBalancerSourceRanges' };
      report('service/load-balancer-only', ['spec', 'loadBalancerSourceRanges'], {}, options);
    }
    for (const field of ['allocateLoadBalancerNodePorts', 'loadBalancerClass']) {
      if (spec[field] !== undefined) report('service/load-balancer-only', ['spec', field], {});
    }
  } else if (typeof spec.loadBalancerClass === 'string') {
    qualifiedName(spec.loadBalancerClass, ['spec', 'loadBalancerClass'], report);
  }
  const port = spec.healthCheckNodePort;
  const checked = type === 'LoadBalancer' && spec.externalTrafficPolicy === 'Local';
  if (typeof port === 'number' && port !== 0 && !checked) {
    report('service/health-check-node-port', ['spec', 'healthCheckNodePort'], { value: port });
  }
}

/** What the API server stores and nobody reads (pkg/api/service/warnings.go, and the EndpointSlice controller). */
function warnIgnored(spec: Body, type: string, report: Report): void {
  const ignored = (field: string, where: string): void =>
    report('service/ignored', ['spec', field], { where }, { key: true });
  if (spec.clusterIP === 'None') {
    if (spec.loadBalancerIP !== undefined) ignored('loadBalancerIP', 'headless');
    if (Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0) ignored('externalIPs', 'headless');
    if (spec.sessionAffinity === 'ClientIP') ignored('sessionAffinity', 'headless');
  }
  const external = Array.isArray(spec.externalIPs) && spec.externalIPs.length > 0;
  if (external)
    report('field/deprecated', ['spec', 'externalIPs'], { value: '', instead: '' }, { key: true });
  if (spec.trafficDistribution === 'PreferClose') {
    const said = { value: 'PreferClose', instead: 'PreferSameZone' };
    report('field/deprecated', ['spec', 'trafficDistribution'], said);
  }
  if (type === 'ExternalName') {
    if (external) ignored('externalIPs', 'ExternalName');
    if (Object.keys(asRecord(spec.selector)).length > 0) ignored('selector', 'ExternalName');
  } else if (spec.externalName !== undefined && spec.externalName !== '') {
    ignored('externalName', 'not-ExternalName');
  }
}

function validateExternalName(spec: Body, report: Report): void {
  if (spec.externalName === undefined || spec.externalName === '')
    report('value/required', ['spec', 'externalName'], {});
  if (spec.clusterIP !== undefined || spec.clusterIPs !== undefined) {
    report('service/cluster-ip-external-name', ['spec', 'clusterIPs'], {});
  }
  for (const field of ['ipFamilies', 'ipFamilyPolicy']) {
    if (spec[field] !== undefined) report('service/cluster-ip-external-name', ['spec', field], {});
  }
}

function validateClusterIPs(spec: Body, type: string, report: Report): void {
  const one = spec.clusterIP;
  const many = Array.isArray(spec.clusterIPs) ? spec.clusterIPs.map(String) : [];
  if (type === 'ExternalName') return;
  const at = ['spec', 'clusterIPs'];
  if (typeof one === 'string' && one !== 'None' && parseIp(one) === undefined) {
    report('value/ip', ['spec', 'clusterIP'], { value: one });
  }
  if (one === 'None' && type !== 'ClusterIP') {
    report('service/headless-type', ['spec', 'clusterIPs', 0], { type });
  }
  const value = JSON.stringify(many);
  if (many.length > 0 && one === undefined) report('service/cluster-ips-alone', at, { value });
  else if (many.length > 0 && many[0] !== one) report('service/cluster-ips-mismatch', at, { value });
  validateFamilies(spec, many, report);
}

/** ValidateServiceClusterIPsRelatedFields: at most one address of each family, in the order of `ipFamilies`. */
function validateFamilies(spec: Body, ips: readonly string[], report: Report): void {
  const at = ['spec', 'clusterIPs'];
  const families = Array.isArray(spec.ipFamilies) ? spec.ipFamilies.map(String) : [];
  families.forEach((family, i) => {
    if (families.indexOf(family) < i) report('value/duplicate', ['spec', 'ipFamilies', i], { value: family });
  });
  const value = JSON.stringify(ips);
  if (ips[0] === 'None' && ips.length > 1) {
    report('service/cluster-ips-none', at, { value });
    return;
  }
  if (ips.length > 2) report('service/cluster-ips-max', at, { value });
  const odd = ips.findIndex((ip, i) => !(i === 0 && ip === 'None') && parseIp(ip) === undefined);
  if (odd >= 0) {
    if (odd > 0) report('value/ip', [...at, odd], { value: ips[odd] ?? '' });
    return;
  }
  const given = ips.flatMap((ip) => parseIp(ip) ?? []).map((ip) => `IPv${ipFamily(ip)}`);
  if (new Set(given).size < given.length) report('service/cluster-ips-one-each', at, { value });
  given.forEach((family, i) => {
    const wanted = families[i];
    if (wanted === undefined || wanted === family) return;
    report('service/cluster-ip-family', [...at, i], { value: ips[i] ?? '', family: wanted, index: i });
  });
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
    if (numbers.has(number)) {
      // The key that the API server prints is a ServicePort with only these two set.
      const value = `{"Name":"","Protocol":"${String(port.protocol)}","AppProtocol":null,"Port":${String(port.port)},"TargetPort":0,"NodePort":0}`;
      report('service/duplicate-port', at, { value });
    }
    numbers.add(number);
    if (port.nodePort === undefined) return;
    if (type === 'ClusterIP' || type === 'ExternalName') {
      report('service/node-port-type', [...at, 'nodePort'], { type }, { fix: NODE_PORT_FIX });
      return;
    }
    const nodePort = `${String(port.nodePort)}/${String(port.protocol)}`;
    if (nodePorts.has(nodePort)) {
      report('service/duplicate-port', [...at, 'nodePort'], { value: String(port.nodePort) });
    }
    nodePorts.add(nodePort);
  });
}
