/**
 * A question to both sides: from what `packetwalk walk` takes follows the command that a person would type in a
 * namespace, where a real one can be typed. Names are resolved as the simulator resolves them, for a lab has no DNS.
 */
import { probeFrom, type AnswerOptions } from '../../src/cli/answers.ts';
import { type Simulation, walk } from '../../src/sim/simulate.ts';
import type { ProbeSpec } from '../../src/sim/k8s/cluster-state.ts';
import type { Trace, WireEntry } from '../../src/sim/trace/trace.ts';
import type { KernelProbe } from './probes.ts';

export type Question = Readonly<Record<string, string | number>> & {
  readonly from: string;
  readonly to: string;
};

/** The scenario's own probes; `dig` and SCTP have no counterpart in a lab. */
export function ownQuestions(simulation: Simulation): readonly { title: string; question: Question }[] {
  return simulation.cluster.settings.probes
    .filter(({ tool }) => tool !== 'dig')
    .map((spec) => ({ title: spec.name ?? `${spec.tool} ${spec.to}`, question: asQuestion(spec) }));
}

function asQuestion({ from, to, tool, port, proto, ttl, method, bytes, pmtudisc }: ProbeSpec): Question {
  const given = { from, to, tool, port, proto, ttl, method, bytes, pmtudisc };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Question;
}

/** What the client's own kernel was first asked to send: its address and port are what the real command is given. */
function firstPacket(trace: Trace, client: string): WireEntry | undefined {
  const sent = (w: WireEntry): boolean =>
    w.netns === client && w.at === 'out' && w.proto !== 'arp' && w.icmp !== '135/0' && w.icmp !== '136/0';
  return (
    trace.wire.find((w) => sent(w) && trace.segments[w.segment]?.purpose === 'probe') ?? trace.wire.find(sent)
  );
}

/** Whether something was sent again because time ran out: how often depends on how long one waits. */
function byTheClock({ steps }: Trace): true | undefined {
  const { code } = steps.find((s) => s.reason.code.startsWith('tcp.retransmit'))?.reason ?? {};
  return code === undefined ? undefined : true;
}

export function kernelProbe(simulation: Simulation, title: string, asked: Question): KernelProbe {
  const options: AnswerOptions = asked;
  const probe = probeFrom(options);
  const trace = walk(simulation, probe);
  const client = clientOf(simulation, probe.from);
  const first = firstPacket(trace, client);
  // Refused before anything was sent, by a route or by its own netfilter: then the target is an address already.
  const url = /^(https?):\/\/(\[[^\]]+\]|[^/:]+)(?::(\d+))?(\/.*)?$/.exec(probe.to);
  const ip =
    first?.dst ?? url?.[2] ?? (/^[^:]*:\d+$/.test(probe.to) ? probe.to.replace(/:\d+$/, '') : probe.to);
  const dns = first !== undefined && trace.segments[first.segment]?.purpose !== 'probe';
  const port = first?.dport ?? probe.port ?? Number(url?.[3] ?? 80);
  const repeats = byTheClock(trace);
  const base = {
    id: slug(title),
    title,
    from: client,
    ends: trace.clientSees as KernelProbe['ends'],
    repeats,
  };
  if (probe.tool === 'ping') {
    const ttl = probe.ttl === undefined ? '' : ` -t ${probe.ttl}`;
    // Three ARP requests go unanswered for three seconds before anybody says so.
    const patience = trace.steps.some((s) => s.reason.code === 'neighbour.failed') ? 4 : 2;
    const size = probe.bytes === undefined ? '' : ` -s ${probe.bytes}`;
    const cutting = probe.pmtudisc === undefined ? '' : ` -M ${probe.pmtudisc}`;
    return {
      ...base,
      command: `ping -n -c 1 -W ${patience}${ttl}${size}${cutting} ${ip}`,
      walk: {
        from: probe.from,
        to: ip,
        tool: 'ping',
        ...(probe.ttl === undefined ? {} : { ttl: probe.ttl }),
        ...sized(probe),
      },
    };
  }
  if (first?.proto === 'udp' || probe.proto === 'udp') {
    // A name that could not be asked for: what was sent is a datagram to the DNS server.
    const walked = { from: probe.from, to: ip, port, proto: 'udp', tool: 'nc', ...sized(probe) };
    const again = dns ? walk(simulation, probeFrom(walked)) : trace;
    return {
      ...base,
      ends: again.clientSees as KernelProbe['ends'],
      repeats: byTheClock(again),
      command: datagramCommand(ip, port, probe),
      walk: walked,
    };
  }
  // For packets that somebody drops the real client waits a shorter time than the simulated one.
  const wait = repeats === true && trace.clientSees === 'timeout' ? 2 : 5;
  if (probe.tool === 'curl' && url !== null && url[1] === 'http') {
    const [, , host = '', , path = '/'] = url;
    // curl knows localhost by itself; which address comes first changed after Debian 12's 7.88.
    const local = host === 'localhost';
    const pinned = local ? '[::1],127.0.0.1' : ip;
    const literal = !local && (host === ip || host === `[${ip}]`);
    const named = literal ? '' : `--resolve ${host}:${port}:${pinned} `;
    const method = probe.method === undefined ? '' : `-X ${probe.method} `;
    const data =
      probe.bytes === undefined ? '' : `--data "$(head -c ${probe.bytes} /dev/zero | tr "\\0" x)" `;
    return {
      ...base,
      command: `curl -sSv -m ${wait} -o /dev/null -w "%{http_code}" ${method}${data}${named}http://${host}:${port}${path}`,
      walk: {
        from: probe.from,
        to: `http://${host}:${port}${path}`,
        tool: 'curl',
        ...(named === '' || local ? {} : { resolve: `${host}:${port}:${ip}` }),
        ...(probe.method === undefined ? {} : { method: probe.method }),
        ...(probe.bytes === undefined ? {} : { bytes: probe.bytes }),
      },
    };
  }
  return {
    ...base,
    ends: trace.clientSees === 'http' ? 'connected' : base.ends,
    command: `nc -n -v -z -w ${wait} ${ip} ${port}`,
    walk: { from: probe.from, to: ip, port, tool: 'nc' },
  };
}

/** How much is sent, and whether it may be cut. */
function sized({ bytes, pmtudisc }: ProbeSpec): Partial<Question> {
  return { ...(bytes === undefined ? {} : { bytes }), ...(pmtudisc === undefined ? {} : { pmtudisc }) };
}

/** IP_PMTUDISC_DONT, _WANT, _DO; IPv6's are the same. */
const PMTUDISC: Readonly<Record<string, number>> = { dont: 0, want: 1, do: 2 };

/** One datagram and its echo; "port unreachable" ends it with ECONNREFUSED, other ICMP errors do not reach it. */
export function datagramCommand(
  ip: string,
  port: number,
  { bytes, pmtudisc }: Pick<ProbeSpec, 'bytes' | 'pmtudisc'> = {},
): string {
  const six = ip.includes(':');
  const family = six ? 'AF_INET6' : 'AF_INET';
  // IP_MTU_DISCOVER, IPV6_MTU_DISCOVER
  const option = six ? 'socket.IPPROTO_IPV6, 23' : 'socket.IPPROTO_IP, 10';
  const set = pmtudisc === undefined ? '' : `\ns.setsockopt(${option}, ${PMTUDISC[pmtudisc]})`;
  return `python3 -c '
import socket
s = socket.socket(socket.${family}, socket.SOCK_DGRAM)${set}
s.settimeout(2)
s.connect(("${ip}", ${port}))
s.send(${bytes === undefined ? 'b"hello"' : `b"x" * ${bytes}`})
print(len(s.recv(65536)))'`;
}

/** The namespace that a probe's sender is in: a Deployment's first pod, or a pod's node where it has none of its own. */
function clientOf({ world, cluster }: Simulation, from: string): string {
  if (world.netns.has(from)) return from;
  const hosted = cluster.pods.find((pod) => `${pod.namespace}/${pod.name}` === from);
  if (hosted?.node !== undefined) return `node/${hosted.node}`;
  const [namespace, owner] = from.split('/');
  const pod = cluster.pods.find(
    (p) => p.namespace === namespace && (p.name.startsWith(`${owner}-`) || p.shortName === owner),
  );
  if (pod === undefined) throw new Error(`who is ${from}?`);
  return `${pod.namespace}/${pod.name}`;
}

function slug(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-|-$/g, '');
}
