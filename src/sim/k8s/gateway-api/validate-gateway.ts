/** The CEL rules of Gateway's CRD (`apis/v1/gateway_types.go`, v1.5), and what their schema asks besides. */
import type { FieldPath } from '../../base/origin.ts';
import { asRecord, asRecords, type Body, type Report } from '../kinds/schema.ts';
import { validateSelector } from '../kinds/selector.ts';
import { broken, items, uniqueNames } from './schema.ts';

const isOneOf = (protocol: unknown, ...wanted: readonly string[]): boolean =>
  wanted.includes(String(protocol).toUpperCase());

export function validateGateway(body: Body, report: Report): void {
  const spec = asRecord(body.spec);
  const listeners = asRecords(spec.listeners);
  const at = ['spec', 'listeners'];
  if (spec.listeners !== undefined) items(listeners, 1, 64, at, report);
  uniqueNames(listeners, at, report);
  const rule = (holds: boolean, message: string): void => {
    if (!holds) broken(report, at, message);
  };
  rule(
    listeners.every(({ protocol, tls }) => !isOneOf(protocol, 'HTTP', 'TCP', 'UDP') || tls === undefined),
    "tls must not be specified for protocols ['HTTP', 'TCP', 'UDP']",
  );
  const mode = (tls: unknown): unknown => asRecord(tls).mode;
  rule(
    listeners.every(
      ({ protocol, tls }) => !isOneOf(protocol, 'HTTPS') || tls === undefined || mode(tls) === 'Terminate',
    ),
    'tls mode must be Terminate for protocol HTTPS',
  );
  rule(
    listeners.every(({ protocol, tls }) => !isOneOf(protocol, 'TLS') || tls !== undefined),
    'tls mode must be set for protocol TLS',
  );
  rule(
    listeners.every(
      ({ protocol, hostname }) =>
        !isOneOf(protocol, 'TCP', 'UDP') || hostname === undefined || hostname === '',
    ),
    "hostname must not be specified for protocols ['TCP', 'UDP']",
  );
  rule(
    new Set(listeners.map(({ name }) => name)).size === listeners.length,
    'Listener name must be unique within the Gateway',
  );
  const keys = listeners.map(({ port, protocol, hostname }) =>
    JSON.stringify([port, protocol, hostname ?? null]),
  );
  rule(
    new Set(keys).size === keys.length,
    'Combination of port, protocol and hostname must be unique for each listener',
  );
  listeners.forEach((listener, i) => validateListener(listener, [...at, i], report));
  validateAddresses(asRecords(spec.addresses), report);
}

function validateListener({ tls, allowedRoutes }: Body, at: FieldPath, report: Report): void {
  const { mode, certificateRefs, options } = asRecord(tls);
  if (tls !== undefined && mode === 'Terminate') {
    const some = asRecords(certificateRefs).length > 0 || Object.keys(asRecord(options)).length > 0;
    if (!some) {
      const message = 'certificateRefs or options must be specified when mode is Terminate';
      broken(report, [...at, 'tls'], message);
    }
  }
  const { namespaces, kinds } = asRecord(allowedRoutes);
  items(asRecords(kinds), 0, 8, [...at, 'allowedRoutes', 'kinds'], report);
  const { selector } = asRecord(namespaces);
  if (selector !== undefined) {
    validateSelector(asRecord(selector), [...at, 'allowedRoutes', 'namespaces', 'selector'], report);
  }
}

function validateAddresses(addresses: readonly Body[], report: Report): void {
  const at = ['spec', 'addresses'];
  items(addresses, 0, 16, at, report);
  for (const type of ['IPAddress', 'Hostname']) {
    const values = addresses
      .filter((one) => one.type === type && one.value !== undefined)
      .map((one) => one.value);
    if (new Set(values).size < values.length) broken(report, at, `${type} values must be unique`);
  }
}
