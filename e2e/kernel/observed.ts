/** What the kernel showed, as text that a reviewer can read: one line a frame, in the order of the kernel's clock. */
import type { Frame } from './capture.ts';
import type { KernelProbe } from './probes.ts';
import type { Observation } from './observe.ts';
import type { Interface, Rig } from './rig.ts';

/** Ports that mean something; every other one was chosen by a kernel and prints as `*`. */
const KNOWN_PORTS = new Set([
  22, 53, 80, 81, 443, 4789, 8080, 8472, 9000, 9998, 9999, 30080, 30081, 30082, 30083,
]);

export function port(number: number): string {
  return KNOWN_PORTS.has(number) ? String(number) : '*';
}

/** `10.244.1.2:* > 10.96.20.20:80` */
export function ends(frame: Pick<Frame, 'src' | 'dst' | 'sport' | 'dport'>): string {
  const end = (ip: string, number: number | undefined): string =>
    number === undefined ? ip : `${ip}:${port(number)}`;
  return `${end(frame.src, frame.sport)} > ${end(frame.dst, frame.dport)}`;
}

/** Names an Ethernet address by the interface that owns it. */
export function macName(owners: readonly Interface[], mac: string): string {
  if (mac === 'ff:ff:ff:ff:ff:ff') return 'broadcast';
  if (mac === '00:00:00:00:00:00') return 'none';
  const [owner, ...others] = owners.filter((i) => i.mac === mac);
  // Calico gives the node's end of every pair the same address.
  if (others.length > 0) return mac;
  if (owner === undefined) return mac;
  const place = owner.place.replace(/^(node|default|external)\//, '');
  return owner.peer === undefined ? `${place}.${owner.name}` : `${place}.veth(${owner.peer})`;
}

/** A host end of a veth pair is named by the pod behind it: its own name is random on a real node. */
export function ifaceName(frame: Pick<Frame, 'iface' | 'peer'>): string {
  return frame.peer === undefined ? frame.iface : `veth(${frame.peer})`;
}

function frameText(rig: Rig, frame: Frame): string {
  const what =
    frame.proto === 'arp'
      ? `arp ${frame.flags} ${frame.src} > ${frame.dst}`
      : `${ends(frame)} ${frame.proto} ${frame.flags ?? frame.icmp ?? ''}`.trimEnd();
  const parts = [
    frame.place.padEnd(22),
    ifaceName(frame).padEnd(20),
    frame.at.padEnd(4),
    what.padEnd(62),
    frame.ttl === undefined ? '' : `ttl ${frame.ttl}${frame.df === true ? ' DF' : ''}`,
    `[${macName(rig.interfaces, frame.srcMac)} > ${macName(rig.interfaces, frame.dstMac)}]`,
  ];
  if (frame.target !== undefined) parts.push(`target ${frame.target}`);
  if (frame.quoted !== undefined) {
    parts.push(`quotes ${frame.quoted.src} > ${frame.quoted.dst} ttl ${frame.quoted.ttl}`);
  }
  if (frame.outer !== undefined) {
    const { outer } = frame;
    parts.push(
      `in ${outer.src} > ${outer.dst}:${outer.dport} vni ${outer.vni} ttl ${outer.ttl}${outer.df ? ' DF' : ''} [${macName(rig.interfaces, outer.srcMac)} > ${macName(rig.interfaces, outer.dstMac)}]`,
    );
  }
  return parts.join(' ').trimEnd();
}

export function observedText(rig: Rig, probe: KernelProbe, { status, output, cold }: Observation): string {
  const command = probe.command.includes('\n') ? probe.command.replaceAll('\n', '\n# ') : probe.command;
  const said = output.trim().split('\n').at(-1) ?? '';
  const head = [
    `# ${probe.title}`,
    `# in ${probe.from}: ${command}`,
    `# exit status ${status}${said === '' ? '' : `: ${said.replace(/= [\d./]+ ms/, '= *')}`}`,
    '# neighbours, forwarding entries and connections flushed before; ports that a kernel chose are *',
  ];
  return `${[...head, ...cold.map((frame) => frameText(rig, frame))].join('\n')}\n`;
}
