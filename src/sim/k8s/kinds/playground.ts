import type { FieldPath } from '../../base/origin.ts';
import { FAULT_FIELDS, FAULT_KINDS } from '../faults.ts';
import { between, cidrValue, dnsSubdomain, dnsLabel, eachOf, ipAddress } from './names.ts';
import { subnets } from './kind-cluster.ts';
import {
  asRecord,
  asRecords,
  type Body,
  type Fault,
  type KindSpec,
  type Report,
  type Rules,
  simulated,
} from './schema.ts';

const TOOLS = ['curl', 'nc', 'ping', 'dig'];
const VERDICTS = ['delivered', 'rejected', 'dropped', 'unroutable', 'looped', 'unknown'];
const CLIENT_SEES = [
  'connected',
  'answered',
  'refused',
  'reset',
  'timeout',
  'unreachable',
  'too-big',
  'nxdomain',
  'servfail',
  'tls-error',
  'http',
];

/** What Kubernetes has no object for: the CNI's choice, hosts outside, probes and assertions. */
export const playground: KindSpec = {
  kind: 'Playground',
  apiVersion: 'packetwalk.dev/v1alpha1',
  scope: 'none',
  effect: 'settings',
  affects: 'all',
  type: 'Playground',
  types: {
    Playground:
      'kind:s apiVersion:s metadata:ObjectMeta cni:a compare:Comparison controllers:[s nodeSubnets:[NodeSubnet gateway:Gateway external:[ExternalHost faults:[Fault probes:[Probe expect:[Expectation seed:i',
    Comparison: 'cni:a kubeProxyMode:s faults:[Fault',
    Fault:
      'fault:s! node:s interface:s mtu:i protocol:s port:i to:s value:i service:s endpoints:[s from:s sport:i endpoint:s noticed:b',
    NodeSubnet: 'cidr:s! nodes:[s',
    Gateway: 'routes:[ExternalRoute',
    ExternalHost: 'name:s! ip:s ips:[s listen:[s dnsNames:[s routes:[ExternalRoute',
    ExternalRoute: 'to:s! via:s!',
    Probe:
      'name:s from:s! tool:s to:s! port:i proto:s method:s headers:[s resolve:[s type:s source:s seed:i endpoint:s ttl:i bytes:i pmtudisc:s sport:i maxTime:i count:i interval:i',
    Expectation: 'from:s! to:s! allowed:b verdict:s clientSees:s tool:s proto:s',
  },
  rules: {
    ...simulated(
      'cni',
      'compare',
      'seed',
      'nodeSubnets',
      'gateway',
      'gateway.routes',
      'external',
      'external.routes',
      'probes',
      'probes.name',
      'probes.method',
      'probes.headers',
      'probes.resolve',
      'probes.type',
      'probes.seed',
      'probes.endpoint',
      'expect',
      'expect.allowed',
    ),
    cni: { support: 'simulated', default: 'flannel', check: cniChoice },
    'compare.cni': { support: 'simulated', check: cniChoice },
    'compare.kubeProxyMode': { support: 'simulated', enum: ['iptables', 'ipvs', 'nftables', 'none'] },
    controllers: { support: 'simulated' },
    ...faultRules('faults'),
    ...faultRules('compare.faults'),
    seed: { support: 'simulated', default: 1 },
    'nodeSubnets.cidr': { support: 'simulated', check: subnets },
    'nodeSubnets.nodes': { support: 'simulated', refers: 'node' },
    'gateway.routes.to': { support: 'simulated', check: cidrValue },
    'gateway.routes.via': { support: 'simulated', refers: 'node' },
    'external.name': { support: 'simulated', check: dnsLabel },
    'external.ip': { support: 'simulated', check: ipAddress },
    'external.ips': { support: 'simulated', check: eachOf(ipAddress) },
    'external.listen': { support: 'simulated', check: listenList },
    'external.dnsNames': { support: 'simulated', check: nameList },
    'external.routes.to': { support: 'simulated', check: cidrValue },
    'external.routes.via': { support: 'simulated', refers: 'node' },
    'probes.from': { support: 'simulated', refers: 'pod-or-host' },
    'probes.to': { support: 'simulated', refers: 'target' },
    'probes.tool': { support: 'simulated', enum: TOOLS, default: 'curl' },
    'probes.port': { support: 'simulated', check: between(1, 65535) },
    'probes.proto': { support: 'simulated', enum: ['tcp', 'udp', 'sctp'] },
    'probes.source': { support: 'simulated', check: ipAddress },
    'probes.ttl': { support: 'simulated', check: between(1, 255) },
    'probes.bytes': { support: 'simulated', check: between(0, 65000) },
    'probes.pmtudisc': { support: 'simulated', enum: ['do', 'want', 'dont'] },
    'probes.sport': { support: 'simulated', check: between(1, 65535) },
    'probes.maxTime': { support: 'simulated', check: between(1, 600) },
    'probes.count': { support: 'simulated', check: between(1, 1000) },
    'probes.interval': { support: 'simulated', check: between(0, 604_800) },
    'expect.from': { support: 'simulated', refers: 'pod-or-host' },
    'expect.to': { support: 'simulated', refers: 'target' },
    'expect.verdict': { support: 'simulated', enum: VERDICTS },
    'expect.clientSees': { support: 'simulated', enum: CLIENT_SEES },
    'expect.tool': { support: 'simulated', enum: TOOLS },
    'expect.proto': { support: 'simulated', enum: ['tcp', 'udp', 'sctp'] },
  },
  nameOf: (body) => String(asRecord(body.metadata).name ?? 'playground'),
  complete: (body: Body) => {
    const cni = body.cni;
    body.cni = typeof cni === 'string' ? { name: cni, options: {} } : { options: {}, ...asRecord(cni) };
  },
  mend,
  validate: (body: Body, report: Report) => {
    const names = new Set<string>();
    asRecords(body.external).forEach((host, i) => {
      const name = String(host.name ?? '');
      if (names.has(name)) report('value/duplicate', ['external', i, 'name'], { value: name });
      names.add(name);
    });
    asRecords(body.faults).forEach((entry, i) => checkFault(entry, ['faults', i], report));
    asRecords(asRecord(body.compare).faults).forEach((entry, i) =>
      checkFault(entry, ['compare', 'faults', i], report),
    );
    asRecords(body.expect).forEach((entry, i) => {
      const asked = ['allowed', 'verdict', 'clientSees'].filter((key) => entry[key] !== undefined);
      if (asked.length === 0) report('playground/empty-expect', ['expect', i], {});
    });
  },
};

function faultRules(at: string): Rules {
  return {
    [at]: { support: 'simulated' },
    [`${at}.fault`]: { support: 'simulated', enum: FAULT_KINDS },
    [`${at}.node`]: { support: 'simulated', refers: 'node' },
    ...simulated(`${at}.interface`, `${at}.endpoints`, `${at}.endpoint`, `${at}.noticed`),
    [`${at}.mtu`]: { support: 'simulated', check: between(68, 65535) },
    [`${at}.protocol`]: { support: 'simulated', enum: ['TCP', 'UDP', 'SCTP'] },
    [`${at}.port`]: { support: 'simulated', check: between(1, 65535) },
    [`${at}.to`]: { support: 'simulated', check: cidrValue },
    [`${at}.value`]: { support: 'simulated', check: between(0, 2) },
    [`${at}.service`]: { support: 'simulated', refers: 'service' },
    [`${at}.from`]: { support: 'simulated', refers: 'pod-or-host' },
    [`${at}.sport`]: { support: 'simulated', check: between(1, 65535) },
  };
}

/** A fault has the fields of its kind, and those that it needs. */
function checkFault(entry: Body, path: FieldPath, report: Report): void {
  const kind = FAULT_KINDS.find((k) => k === entry.fault);
  if (kind === undefined) return;
  const { needs, may } = FAULT_FIELDS[kind] as { needs: readonly string[]; may: readonly string[] };
  for (const field of needs) {
    if (entry[field] === undefined) report('value/required', [...path, field], {});
  }
  for (const field of Object.keys(entry)) {
    if (field === 'fault' || needs.includes(field) || may.includes(field)) continue;
    const known = [...needs, ...may].join(', ');
    report('playground/fault-field', [...path, field], { fault: kind, known }, { key: true });
  }
}

/** Faulty values go; an entry that lacks what it needs keeps its place, with an empty text. */
function mend(body: Body, faults: readonly Fault[]): void {
  for (const { path, missing } of faults) {
    const last = path.at(-1);
    if (typeof last !== 'string') continue;
    const holder = path.slice(0, -1).reduce<unknown>((at, step) => {
      return typeof step === 'number' ? asRecords(at)[step] : asRecord(at)[step];
    }, body);
    const object = asRecord(holder);
    if (missing) object[last] = '';
    else delete object[last];
  }
  for (const list of ['probes', 'expect']) {
    for (const entry of asRecords(body[list])) {
      entry.from ??= '';
      entry.to ??= '';
      if (list === 'probes') entry.tool ??= entry.type === undefined ? 'curl' : 'dig';
    }
  }
  for (const host of asRecords(body.external)) host.name ??= '';
  if (typeof asRecord(body.cni).name !== 'string') body.cni = { name: 'flannel', options: {} };
  body.seed ??= 1;
}

function cniChoice(value: unknown, path: FieldPath, report: Report): void {
  if (typeof value === 'string' && value !== '') return;
  const choice = asRecord(value);
  if (typeof choice.name !== 'string') {
    report('playground/bad-cni', path, {});
    return;
  }
  for (const key of Object.keys(choice)) {
    if (key !== 'name' && key !== 'options')
      report('field/unknown', [...path, key], { suggestion: '' }, { key: true });
  }
}

function listenList(values: readonly string[], path: FieldPath, report: Report): void {
  values.forEach((value, i) => {
    const port = Number(/^(\d{1,5})(?:\/(?:TCP|UDP))?$/i.exec(value)?.[1]);
    if (!(port >= 1 && port <= 65535)) report('playground/bad-listen', [...path, i], { value });
  });
}

function nameList(values: readonly string[], path: FieldPath, report: Report): void {
  values.forEach((value, i) => {
    dnsSubdomain(value, [...path, i], report);
  });
}
