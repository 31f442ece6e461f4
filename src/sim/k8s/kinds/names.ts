/** Syntax checks of the API machinery: names, labels, ports, addresses, quantities. */
import { cidrText, parseCidrStrict, parseIp } from '../../base/ip.ts';
import type { FieldPath } from '../../base/origin.ts';
import { quantityFault } from '../quantity.ts';
import type { Report } from './schema.ts';

const LABEL = /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/;
const LABEL_1035 = /^[a-z](?:[-a-z0-9]*[a-z0-9])?$/;
const QUALIFIED = /^[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/;

export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => LABEL.test(part));
}

export function isLabelValue(text: string): boolean {
  return text === '' || (text.length <= 63 && QUALIFIED.test(text));
}

/** `app`, `example.com/app`. */
export function isLabelKey(text: string): boolean {
  const parts = text.split('/');
  const name = parts.at(-1) ?? '';
  if (parts.length > 2 || name.length > 63 || !QUALIFIED.test(name)) return false;
  return parts.length === 1 || isDnsSubdomain(parts[0] ?? '');
}

/** IANA service name: a port's name. */
export function isPortName(text: string): boolean {
  return (
    text.length <= 15 &&
    /^[a-z0-9](?:[-a-z0-9]*[a-z0-9])?$/.test(text) &&
    /[a-z]/.test(text) &&
    !text.includes('--')
  );
}

/** The nearest valid DNS label to what was written: `My_App` -> `my-app`. */
function nearestLabel(text: string): string {
  return text
    .toLowerCase()
    .replace(/[^a-z0-9-]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .slice(0, 63);
}

function renameFix(text: string) {
  const near = nearestLabel(text);
  return near === '' || near === text
    ? undefined
    : { fix: { code: 'fix/replace', params: { text: near }, newText: near } as const };
}

export function dnsLabel(value: string, path: FieldPath, report: Report): void {
  if (value.length > 63) report('value/too-long', path, { max: 63 });
  else if (!LABEL.test(value)) report('value/dns-label', path, { value }, renameFix(value));
}

export function dnsSubdomain(value: string, path: FieldPath, report: Report): void {
  if (value.length > 253) report('value/too-long', path, { max: 253 });
  else if (!isDnsSubdomain(value)) report('value/dns-subdomain', path, { value }, renameFix(value));
}

export function serviceName(value: string, path: FieldPath, report: Report): void {
  if (value.length > 63) report('value/too-long', path, { max: 63 });
  else if (!LABEL_1035.test(value)) {
    const near = renameFix(value);
    const fix = near === undefined || !LABEL_1035.test(near.fix.newText) ? undefined : near;
    report('value/service-name', path, { value }, fix);
  }
}

export function portName(value: string, path: FieldPath, report: Report): void {
  if (isPortName(value)) return;
  const number = /^[1-9]\d{0,4}$/.test(value);
  const fix = { code: 'fix/replace', params: { text: value }, newText: value } as const;
  report('value/port-name', path, { value }, number ? { fix } : undefined);
}

export function portNumber(value: number, path: FieldPath, report: Report): void {
  if (value < 1 || value > 65535) report('value/range', path, { value, min: 1, max: 65535 });
}

/** A number or a name of a port. */
export function portOrName(value: number | string, path: FieldPath, report: Report): void {
  if (typeof value === 'number') portNumber(value, path, report);
  else portName(value, path, report);
}

export function notNegative(value: number, path: FieldPath, report: Report): void {
  if (value < 0) report('value/negative', path, { value });
}

export function between(min: number, max: number) {
  return (value: number, path: FieldPath, report: Report): void => {
    if (value < min || value > max) report('value/range', path, { value, min, max });
  };
}

export function ipAddress(value: string, path: FieldPath, report: Report): void {
  if (parseIp(value) === undefined) report('value/ip', path, { value });
}

/** A CIDR of an API object: KEP-4858 (on by default since 1.36) refuses what names an address and a network at once. */
export function objectCidr(value: string, path: FieldPath, report: Report): void {
  cidrValue(value, path, report, 'value/cidr-bits-beyond');
}

/** A CIDR of a component's configuration, which KEP-4858 leaves alone. */
export function cidrValue(
  value: string,
  path: FieldPath,
  report: Report,
  hostBits: 'value/cidr-host-bits' | 'value/cidr-bits-beyond' = 'value/cidr-host-bits',
): void {
  const parsed = parseCidrStrict(value);
  if (parsed === undefined) {
    const ip = parseIp(value);
    const text = ip === undefined ? undefined : `${ip}/${ip.includes(':') ? 128 : 32}`;
    report(
      'value/cidr',
      path,
      { value },
      text === undefined ? undefined : { fix: { code: 'fix/replace', params: { text }, newText: text } },
    );
  } else if (parsed.hostBits) {
    const masked = cidrText(parsed.cidr);
    report(
      hostBits,
      path,
      { value, masked },
      {
        fix: { code: 'fix/replace', params: { text: masked }, newText: masked },
      },
    );
  }
}

/** `ValidateQualifiedName`: what a label's key has to be. */
export function qualifiedName(value: string, path: FieldPath, report: Report): void {
  if (!isLabelKey(value)) report('value/label-key', path, { value });
}

export function quantity(value: string, path: FieldPath, report: Report): void {
  if (quantityFault(value) !== undefined) report('value/quantity', path, { value });
}

/** Labels, or a selector's matchLabels: keys and values. */
export function labels(value: Readonly<Record<string, string>>, path: FieldPath, report: Report): void {
  for (const [key, text] of Object.entries(value)) {
    if (!isLabelKey(key)) report('value/label-key', [...path, key], { value: key }, { key: true });
    if (!isLabelValue(text)) {
      if (text.length > 63) report('value/too-long', [...path, key], { max: 63 });
      else report('value/label-value', [...path, key], { value: text });
    }
  }
}

export function annotations(value: Readonly<Record<string, string>>, path: FieldPath, report: Report): void {
  for (const key of Object.keys(value)) {
    if (!isLabelKey(key.toLowerCase()))
      report('value/label-key', [...path, key], { value: key }, { key: true });
  }
}

/** A check for every entry of a list. */
export function eachOf(check: (value: string, path: (string | number)[], report: Report) => void) {
  return (values: readonly string[], path: FieldPath, report: Report): void => {
    values.forEach((value, i) => {
      check(value, [...path, i], report);
    });
  };
}
