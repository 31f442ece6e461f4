import { ipFamily, parseIp } from '../../base/ip.ts';
import { endpointAddress } from './endpoints.ts';
import { metadataRules } from './metadata.ts';
import { dnsLabel, dnsSubdomain, portNumber } from './names.ts';
import { asRecord, asRecords, type Body, type KindSpec, type Report, simulated } from './schema.ts';

export const endpointSlice: KindSpec = {
  kind: 'EndpointSlice',
  apiVersion: 'discovery.k8s.io/v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'service',
  affectedName: (body) => {
    const { labels } = asRecord(body.metadata);
    return asRecord(labels)['kubernetes.io/service-name'] as string | undefined;
  },
  type: 'EndpointSlice',
  rules: {
    ...metadataRules,
    addressType: { support: 'simulated', required: true, enum: ['IPv4', 'IPv6', 'FQDN'] },
    ...simulated(
      'ports',
      'endpoints',
      'endpoints.addresses',
      'endpoints.conditions',
      'endpoints.conditions.ready',
      'endpoints.conditions.serving',
      'endpoints.conditions.terminating',
      'endpoints.nodeName',
      'endpoints.targetRef',
    ),
    'endpoints.hostname': { support: 'simulated', check: dnsLabel },
    ...simulated(
      'endpoints.zone',
      'endpoints.hints',
      'endpoints.hints.forZones',
      'endpoints.hints.forZones.name',
      'endpoints.hints.forNodes',
      'endpoints.hints.forNodes.name',
    ),
    'ports.name': { support: 'simulated', default: '' },
    'ports.port': { support: 'simulated', check: portNumber },
    'ports.protocol': { support: 'simulated', enum: ['TCP', 'UDP', 'SCTP'], default: 'TCP' },
  },
  nameCheck: dnsSubdomain,
  complete: (body: Body) => {
    body.endpoints ??= [];
    body.ports ??= [];
  },
  validate: (body: Body, report: Report) => {
    const type = body.addressType;
    asRecords(body.endpoints).forEach((endpoint, i) => {
      const addresses = Array.isArray(endpoint.addresses) ? endpoint.addresses.map(String) : [];
      if (addresses.length === 0) report('value/required', ['endpoints', i, 'addresses'], {});
      addresses.forEach((value, j) => {
        const path = ['endpoints', i, 'addresses', j];
        if (type === 'FQDN') return dnsSubdomain(value, path, report);
        const ip = parseIp(value);
        if (ip === undefined) report('value/ip', path, { value });
        else if (`IPv${ipFamily(ip)}` !== type)
          report('endpoints/wrong-family', path, { value, type: String(type) });
        else endpointAddress(ip, path, report);
      });
    });
    const names = new Set<string>();
    asRecords(body.ports).forEach((port, i) => {
      const name = String(port.name ?? '');
      if (names.has(name)) report('value/duplicate', ['ports', i, 'name'], { value: name });
      names.add(name);
    });
  },
};
