/**
 * IP addresses and prefixes over ipaddr.js. An address is its canonical string everywhere (`10.244.1.2`, `fd00::1`);
 * numbers appear only inside this file, memoised, because matching a prefix is the hottest operation of a walk.
 */
import ipaddr from 'ipaddr.js';

export type Ip = string;
export type IpFamily = 4 | 6;
export type Mac = string;

/** A prefix such as `10.244.0.0/16`. `ip` has its host bits cleared. */
export interface Cidr {
  readonly ip: Ip;
  readonly prefixLength: number;
  readonly family: IpFamily;
}

const values = new Map<Ip, bigint | number>();
const MEMO_LIMIT = 200_000;

/** The address as a number (IPv4) or bigint (IPv6). Throws on text that is no canonical address: our own mistake. */
function valueOf(ip: Ip): number | bigint {
  const known = values.get(ip);
  if (known !== undefined) return known;
  const parsed = ipaddr.parse(ip);
  let value: number | bigint;
  if (parsed.kind() === 'ipv4') {
    value = 0;
    for (const byte of parsed.toByteArray()) value = value * 256 + byte;
  } else {
    value = 0n;
    for (const byte of parsed.toByteArray()) value = (value << 8n) | BigInt(byte);
  }
  if (values.size > MEMO_LIMIT) values.clear();
  values.set(ip, value);
  return value;
}

/** Canonical text of a user's address, or undefined. Strict: `10.1`, octal and zone ids are no addresses. */
export function parseIp(text: string): Ip | undefined {
  // Most texts that are asked about are names: the library would throw, and catch, for each.
  if (!/^[\da-f:.]+$/i.test(text)) return undefined;
  if (!text.includes(':')) {
    if (!ipaddr.IPv4.isValidFourPartDecimal(text)) return undefined;
    // Kubernetes refuses leading zeros (CVE-2021-29923); ipaddr.js reads them as octal.
    return text.split('.').some((part) => part.length > 1 && part.startsWith('0')) ? undefined : text;
  }
  if (!ipaddr.IPv6.isValid(text)) return undefined;
  return ipaddr.IPv6.parse(text).toRFC5952String();
}

export function ipFamily(ip: Ip): IpFamily {
  return ip.includes(':') ? 6 : 4;
}

/** Parses `a.b.c.d/n`; `hostBits` tells whether bits beyond the prefix were set. Undefined for anything else. */
export function parseCidrStrict(text: string): { cidr: Cidr; hostBits: boolean } | undefined {
  const slash = text.indexOf('/');
  if (slash < 0) return undefined;
  const ip = parseIp(text.slice(0, slash));
  const length = text.slice(slash + 1);
  if (ip === undefined || !/^(0|[1-9]\d{0,2})$/.test(length)) return undefined;
  const prefixLength = Number(length);
  const family = ipFamily(ip);
  if (prefixLength > (family === 4 ? 32 : 128)) return undefined;
  const base = numberToIp(maskValue(valueOf(ip), prefixLength, family), family);
  return { cidr: { ip: base, prefixLength, family }, hostBits: base !== ip };
}

const cidrs = new Map<string, Cidr>();

/** Like `parseCidrStrict`, for text that our own code wrote: throws on a mistake. */
export function cidr(text: string): Cidr {
  const known = cidrs.get(text);
  if (known !== undefined) return known;
  const parsed = parseCidrStrict(text.includes('/') ? text : `${text}/${text.includes(':') ? 128 : 32}`);
  if (parsed === undefined) throw new Error(`not a CIDR: ${text}`);
  if (cidrs.size > MEMO_LIMIT) cidrs.clear();
  cidrs.set(text, parsed.cidr);
  return parsed.cidr;
}

/** The first address of a family: of a node, a pod, a Service. */
export function ipOfFamily(ips: readonly Ip[], family: IpFamily): Ip | undefined {
  return ips.find((ip) => ipFamily(ip) === family);
}

/** The first prefix of a family: of the pod subnets, the Service subnets, a node's pod CIDRs. */
export function cidrOfFamily(cidrs: readonly Cidr[], family: IpFamily): Cidr | undefined {
  return cidrs.find((c) => c.family === family);
}

export function cidrText(c: Cidr): string {
  return `${c.ip}/${c.prefixLength}`;
}

function maskValue(value: number | bigint, prefixLength: number, family: 4 | 6): number | bigint {
  if (family === 4) {
    const size = 2 ** (32 - prefixLength);
    return Math.floor((value as number) / size) * size;
  }
  const shift = BigInt(128 - prefixLength);
  return ((value as bigint) >> shift) << shift;
}

function numberToIp(value: number | bigint, family: 4 | 6): Ip {
  if (family === 4) {
    const n = value as number;
    return `${Math.floor(n / 16777216) % 256}.${Math.floor(n / 65536) % 256}.${Math.floor(n / 256) % 256}.${n % 256}`;
  }
  const bytes: number[] = [];
  let rest = value as bigint;
  for (let i = 0; i < 16; i++) {
    bytes.unshift(Number(rest & 255n));
    rest >>= 8n;
  }
  return new ipaddr.IPv6(bytes).toRFC5952String();
}

/** Whether a prefix holds one address alone. */
export function isHost(c: Cidr): boolean {
  return c.prefixLength === (c.family === 4 ? 32 : 128);
}

/** Whether `ip` lies in `c`; false across families. */
export function cidrContains(c: Cidr, ip: Ip): boolean {
  if (isHost(c)) return c.ip === ip;
  if (ipFamily(ip) !== c.family) return false;
  if (c.prefixLength === 0) return true;
  return maskValue(valueOf(ip), c.prefixLength, c.family) === valueOf(c.ip);
}

/** Whether `inner` lies wholly in `outer`. */
export function cidrWithin(outer: Cidr, inner: Cidr): boolean {
  return inner.prefixLength >= outer.prefixLength && cidrContains(outer, inner.ip);
}

export function cidrOverlaps(a: Cidr, b: Cidr): boolean {
  return cidrWithin(a, b) || cidrWithin(b, a);
}

/** How many addresses a prefix holds. */
export function cidrSize(c: Cidr): number {
  return 2 ** ((c.family === 4 ? 32 : 128) - c.prefixLength);
}

/** The n-th address of a prefix, counted from 0 (the network address). */
export function nthAddress(c: Cidr, n: number): Ip {
  const base = valueOf(c.ip);
  return numberToIp(typeof base === 'number' ? base + n : base + BigInt(n), c.family);
}

/** The n-th subnet of length `prefixLength` inside `c`, counted from 0. */
export function nthSubnet(c: Cidr, prefixLength: number, n: number): Cidr {
  const step = 2 ** ((c.family === 4 ? 32 : 128) - prefixLength);
  const base = valueOf(c.ip);
  const value = typeof base === 'number' ? base + n * step : base + BigInt(n) * BigInt(step);
  return { ip: numberToIp(value, c.family), prefixLength, family: c.family };
}

/** The last address of a prefix: the broadcast address of an IPv4 subnet. */
export function broadcastAddress(c: Cidr): Ip {
  return nthAddress(c, cidrSize(c) - 1);
}

/** Numeric order; IPv4 before IPv6. */
export function compareIp(a: Ip, b: Ip): number {
  const fa = ipFamily(a);
  const fb = ipFamily(b);
  if (fa !== fb) return fa - fb;
  const va = valueOf(a);
  const vb = valueOf(b);
  return va < vb ? -1 : va > vb ? 1 : 0;
}

/** `10.0.0.1:80` or `[fd00::1]:80`. */
export function ipPort(ip: Ip, port: number): string {
  return ip.includes(':') ? `[${ip}]:${port}` : `${ip}:${port}`;
}

/** The four bytes of an IPv4 address or the sixteen of an IPv6 address. */
export function ipBytes(ip: Ip): number[] {
  return ipaddr.parse(ip).toByteArray();
}

export const MAC_BROADCAST: Mac = 'ff:ff:ff:ff:ff:ff';
/** Whether a frame goes to several: the broadcast address or a group's (the lowest bit of its first byte). */
export function isGroupMac(mac: Mac): boolean {
  const digit = mac.charCodeAt(1);
  return (digit <= 57 ? digit : digit + 1) % 2 === 1;
}

export const MAC_ZERO: Mac = '00:00:00:00:00:00';
