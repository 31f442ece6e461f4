import { sha256 } from './sha256.ts';
import type { Mac } from './ip.ts';

const known = new Map<string, Mac>();

/** A stable, locally administered unicast MAC address for an interface's identity, such as `node/kind-worker eth0`. */
export function stableMac(netns: string, iface: string): Mac {
  const key = `${netns} ${iface}`;
  const seen = known.get(key);
  if (seen !== undefined) return seen;
  const digest = sha256(key);
  const bytes = [((digest[0] ?? 0) & 0xfc) | 0x02, ...digest.slice(1, 6)];
  const mac = bytes.map((b) => b.toString(16).padStart(2, '0')).join(':');
  known.set(key, mac);
  return mac;
}
