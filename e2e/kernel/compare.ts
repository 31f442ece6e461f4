/**
 * Holds a simulated walk against a capture, header by header and interface by interface.
 *
 * Compared exactly: for every interface the sequence of frames, and for every packet the sequence of interfaces that
 * it crosses by the kernel's clock. A frame is its direction, addresses, ports, TTL, DF, flags or ICMP type and code, how much
 * TCP data a client sends at once (segmentation offload leaves large packets whole; what servers answer differs anyway),
 * both Ethernet addresses by the interface that owns them, the tunnel's outer headers, what an ICMP error quotes, and of a
 * fragment the bytes that it carries, whether more follow, and which fragments belong to one packet.
 * Not compared: ports that a kernel chose, and what depends on the moment: the place of a packet among packets of
 * another kind on another interface, and whether a kernel acknowledges data at once or with the next packet.
 * ARP: the same broadcast questions and their answers on the same interfaces; how often each was asked does not count,
 * nor the order. Unicast questions, by which a kernel confirms after seconds what it knows, are left out. Neighbour
 * discovery is compared by the same rule, with its flags and hop limit. Group memberships (MLD), which every IPv6 host
 * reports of its own accord and the simulator does not model, are left out; so are redirects.
 */
import type { Trace } from '../../src/sim/trace/trace.ts';
import type { Simulation } from '../../src/sim/simulate.ts';
import type { Frame, Piece } from './capture.ts';
import { ends, ifaceName, macName, port } from './observed.ts';
import type { KernelProbe } from './probes.ts';
import { interfacesOf } from './lab-rig.ts';
import { simulatedFrames } from './simulated.ts';
import type { Rig } from './rig.ts';

export interface Side {
  readonly frames: readonly Frame[];
  readonly nameOf: (mac: string) => string;
}

function where(frame: Frame): string {
  return `${frame.place} ${ifaceName(frame)} ${frame.at}`;
}

/** What the packet is on its whole way, whatever NAT and routers make of it. */
function kind(frame: Frame): string {
  return `${frame.proto} ${frame.flags ?? frame.icmp ?? ''}`.trimEnd();
}

/** Where connections were opened to: who sends there is a client. */
function serversIn(frames: readonly Frame[]): ReadonlySet<string> {
  return new Set(frames.filter((f) => f.flags === 'SYN').map((f) => `${f.dst} ${f.dport}`));
}

/** `fragment 0-1479 more of packet 1`: identifications differ, which pieces share one does not. */
function pieceText(
  { src, dst }: { readonly src: string; readonly dst: string },
  { id, offset, length, more }: Piece,
  ids: Map<string, number>,
): string {
  const key = `${src} ${dst} ${id}`;
  const known = ids.get(key) ?? ids.size + 1;
  ids.set(key, known);
  return `fragment ${offset}-${offset + length - 1}${more ? ' more' : ''} of packet ${known}`;
}

function frameText(side: Side, frame: Frame, servers: ReadonlySet<string>, ids: Map<string, number>): string {
  const parts = [ends(frame), kind(frame)];
  if (frame.data !== undefined && frame.data > 0) {
    parts.push(servers.has(`${frame.dst} ${frame.dport}`) ? `${frame.data} bytes` : 'data');
  }
  if (frame.ttl !== undefined) parts.push(`ttl ${frame.ttl}${frame.df === true ? ' DF' : ''}`);
  if (frame.fragment !== undefined) parts.push(pieceText(frame, frame.fragment, ids));
  parts.push(`[${side.nameOf(frame.srcMac)} > ${side.nameOf(frame.dstMac)}]`);
  if (frame.target !== undefined) parts.push(`target ${frame.target}`);
  if (frame.quoted !== undefined) {
    parts.push(`quotes ${frame.quoted.src} > ${frame.quoted.dst} ttl ${frame.quoted.ttl}`);
  }
  if (frame.outer !== undefined) {
    const { src, dst, dport, vni, ttl, df, srcMac, dstMac, fragment } = frame.outer;
    if (fragment !== undefined) parts.push(`outer ${pieceText(frame.outer, fragment, ids)}`);
    parts.push(
      `in ${src} > ${dst}:${dport} vni ${vni} ttl ${ttl}${df ? ' DF' : ''} [${side.nameOf(srcMac)} > ${side.nameOf(dstMac)}]`,
    );
  }
  return parts.join(' ');
}

/** Readable differences; none where both sides agree. */
export interface Comparison {
  /** Interface -> its frames in order. */
  readonly byInterface: Readonly<Record<string, readonly string[]>>;
  /** Packet -> the interfaces that it crosses, in order. */
  readonly paths: Readonly<Record<string, readonly string[]>>;
  readonly arp: readonly string[];
}

export interface Options {
  readonly repeats: boolean;
  /** A promiscuous bridge overhears what passes between its ports; when, depends on the moment. */
  readonly promiscuous?: string;
}

export function summary(side: Side, options: Options): Comparison {
  const byInterface: Record<string, string[]> = {};
  const paths: Record<string, string[]> = {};
  const arp = new Set<string>();
  const askedAll = new Set<string>();
  const nth = new Map<string, number>();
  const servers = serversIn(side.frames);
  const ids = new Map<string, number>();
  for (const frame of side.frames) {
    const text = frameText(side, frame, servers, ids);
    const place = where(frame);
    if (frame.proto === 'arp' || frame.proto === 'nd') {
      const request = frame.flags === 'request';
      const toAll = frame.dstMac === 'ff:ff:ff:ff:ff:ff' || frame.dstMac.startsWith('33:33:');
      const question = request
        ? `${frame.src} ${frame.target ?? frame.dst}`
        : `${frame.dst} ${frame.target ?? frame.src}`;
      // A question to one host is a kernel that confirms, seconds later, what it knows already.
      if (request && toAll) askedAll.add(question);
      if (!askedAll.has(question)) continue;
      if (request && !toAll) continue;
      arp.add(`${place}: ${text}`);
      continue;
    }
    const on = `${place.replace(/ (in|out)$/, '')}`;
    const list = (byInterface[on] ??= []);
    const line = `${frame.at} ${text}`;
    // Retransmissions: how many there were is a matter of the clock.
    if (options.repeats && list.includes(line)) continue;
    const seen = nth.get(`${place} ${kind(frame)}`) ?? 0;
    nth.set(`${place} ${kind(frame)}`, seen + 1);
    list.push(line);
    if (frame.iface === options.promiscuous && frame.at === 'in') continue;
    (paths[`${kind(frame)} #${seen + 1}`] ??= []).push(place);
  }
  return { byInterface, paths, arp: [...arp].sort() };
}

/**
 * Leaves away the pure acknowledgements that a kernel may or may not send: the server's (its ACK of data or of a FIN
 * often rides on what it sends next), and with `data` also the client's after the one that ends the handshake.
 */
export function withoutOptionalAcks(frames: readonly Frame[], data: boolean): Frame[] {
  const answered = new Set<string>();
  const acknowledged = new Set<string>();
  return frames.filter((frame) => {
    const key = `${where(frame)} ${ends(frame)}`;
    if (frame.flags === 'SYN,ACK') answered.add(key);
    if (frame.proto !== 'tcp' || frame.flags !== 'ACK') return true;
    if (answered.has(key)) return false;
    if (data && acknowledged.has(key)) return false;
    acknowledged.add(key);
    return true;
  });
}

/** Both sides of one probe, ready to be expected equal. */
export function bothSides(
  probe: KernelProbe,
  kernel: { readonly rig: Rig; readonly frames: readonly Frame[] },
  simulated: { readonly simulation: Simulation; readonly trace: Trace },
  promiscuous?: string,
): { readonly kernel: Comparison; readonly simulated: Comparison } {
  const owners = interfacesOf(simulated.simulation.world);
  const trim = (frames: readonly Frame[]): readonly Frame[] =>
    withoutOptionalAcks(frames, probe.ends === 'http');
  const options: Options = { repeats: probe.repeats === true, promiscuous };
  return {
    kernel: summary(
      { frames: trim(kernel.frames), nameOf: (mac) => macName(kernel.rig.interfaces, mac) },
      options,
    ),
    simulated: summary(
      { frames: trim(simulatedFrames(simulated.trace)), nameOf: (mac) => macName(owners, mac) },
      options,
    ),
  };
}

/** How a real client's command ended, in the words of `clientSees`. */
export function howItEnded(status: number, output: string): string {
  // The first of several addresses may have refused.
  if (status === 0 && /succeeded/.test(output)) return 'connected';
  if (status === 0 && /(^|\n)\d{3}$/.test(output.trim())) return 'http';
  if (
    /Connection refused|Destination Port Unreachable|Destination unreachable: Port unreachable/.test(output)
  )
    return 'refused';
  if (
    /No route to host|Network is unreachable|Net(work)? Unreachable|Host Unreachable|Destination unreachable: (No route|Address unreachable)/i.test(
      output,
    )
  ) {
    return 'unreachable';
  }
  if (/Frag needed|Packet too big|[Mm]essage too long/.test(output)) return 'too-big';
  // By the command line's contract a TTL that ran out is a timeout; ping says more.
  if (/timed out|TimeoutError|Time to live exceeded|Time exceeded: Hop limit/.test(output)) return 'timeout';
  // ping without an answer.
  if (status === 1 && /100% packet loss/.test(output)) return 'timeout';
  return status === 0 ? 'answered' : `exit status ${status}: ${output}`;
}

/**
 * `conntrack -L` without what the moment decides: time left, ports and echo identifiers that a kernel chose, order.
 * Equal lines count once: a retransmission leaves in a tunnel by another source port, because Linux hashes it anew.
 */
export function connectionsText(text: string): string[] {
  const lines = text
    .split('\n')
    // Not the group memberships that a bridge announces as it comes up.
    .filter((line) => /^(tcp|udp|icmp|icmpv6) /.test(line) && !/type=1[34]\d/.test(line))
    .map((line) =>
      line
        .replace(/^(\w+ +\d+) \d+/, '$1 *')
        .replace(
          /\b(sport|dport)=(\d+)/g,
          (_, side: string, number: string) => `${side}=${port(Number(number))}`,
        )
        .replace(/\bid=\d+/g, 'id=*')
        .replace(/ use=\d+/, '')
        .trim(),
    );
  return [...new Set(lines)].sort();
}
