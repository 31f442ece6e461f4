import { metadataRules } from './metadata.ts';
import { dnsLabel, dnsSubdomain, ipAddress, portNumber } from './names.ts';
import { asRecord, asRecords, type Body, type KindSpec, type Report, simulated } from './schema.ts';

const ADDRESS_FIELDS = ['addresses', 'notReadyAddresses'];

export const endpoints: KindSpec = {
  kind: 'Endpoints',
  apiVersion: 'v1',
  scope: 'namespaced',
  effect: 'simulated',
  affects: 'service',
  deprecated: { since: 'v1.33', instead: 'discovery.k8s.io/v1 EndpointSlice' },
  type: 'Endpoints',
  rules: {
    ...metadataRules,
    ...simulated('subsets', 'subsets.ports', 'subsets.ports.name'),
    ...Object.fromEntries(
      ADDRESS_FIELDS.flatMap((list) => [
        [`subsets.${list}`, { support: 'simulated' as const }],
        [`subsets.${list}.ip`, { support: 'simulated' as const, check: ipAddress }],
        [`subsets.${list}.nodeName`, { support: 'simulated' as const }],
        [`subsets.${list}.hostname`, { support: 'simulated' as const, check: dnsLabel }],
        [`subsets.${list}.targetRef`, { support: 'simulated' as const }],
      ]),
    ),
    'subsets.ports.port': { support: 'simulated', check: portNumber },
    'subsets.ports.protocol': { support: 'simulated', enum: ['TCP', 'UDP', 'SCTP'], default: 'TCP' },
  },
  nameCheck: dnsSubdomain,
  validate: (body: Body, report: Report) => {
    asRecords(body.subsets).forEach((subset, i) => {
      const at = ['subsets', i];
      if (subset.addresses === undefined && subset.notReadyAddresses === undefined) {
        report('endpoints/no-addresses', at, {});
      }
      const ports = asRecords(subset.ports);
      ports.forEach((port, j) => {
        if (ports.length > 1 && !port.name) report('value/required', [...at, 'ports', j, 'name'], {});
      });
      for (const list of ADDRESS_FIELDS) {
        asRecords(subset[list]).forEach((address, j) => {
          endpointAddress(String(asRecord(address).ip ?? ''), [...at, list, j, 'ip'], report);
        });
      }
    });
  },
};

/** Addresses that no endpoint may have: they would lead back into the node or to nobody. */
export function endpointAddress(ip: string, path: readonly (string | number)[], report: Report): void {
  if (ip === '0.0.0.0' || ip === '::') report('endpoints/unspecified-address', path, { value: ip });
  const range =
    ip.startsWith('127.') || ip === '::1'
      ? 'loopback range (127.0.0.0/8, ::1/128)'
      : ip.startsWith('169.254.') || /^fe80:/i.test(ip)
        ? 'link-local range (169.254.0.0/16, fe80::/10)'
        : ip.startsWith('224.0.0.') || /^ff02:/i.test(ip)
          ? 'link-local multicast range (224.0.0.0/24, ff02::/10)'
          : undefined;
  if (range !== undefined) report('endpoints/forbidden-address', path, { value: ip, range });
}
