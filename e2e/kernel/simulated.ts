/** The simulator's walk over the same scenario, as frames of the shape that a capture has. */
import { probeFrom } from '../../src/cli/answers.ts';
import type { Packet } from '../../src/sim/packet/packet.ts';
import { payloadLength } from '../../src/sim/packet/payload.ts';
import type { World } from '../../src/sim/net/world.ts';
import type { ProbeQuestion } from '../../src/sim/probe/options.ts';
import type { ScenarioFile } from '../../src/sim/scenario.ts';
import type { Simulation } from '../../src/sim/simulate.ts';
import { simulate, walk } from '../../src/sim/simulate.ts';
import type { Trace, WireEntry } from '../../src/sim/trace/trace.ts';
import type { Frame } from './capture.ts';
import type { KernelProbe } from './probes.ts';

export function simulateFiles(
  files: readonly ScenarioFile[],
  alter: (world: World) => World = (world) => world,
): Simulation {
  const simulation = simulate({ files });
  const errors = simulation.diagnostics.filter((d) => d.severity === 'error');
  if (errors.length > 0) throw new Error(`the scenario has errors: ${errors.map((d) => d.code).join(', ')}`);
  return { ...simulation, world: alter(simulation.world) };
}

/** How often chance is asked before a captured choice counts as one that the simulator does not know. */
const SEEDS = 400;

/** Whether a place looked for a neighbour: it forgot them all before the probe, so it asks for the next hop that it takes. */
function askedFor(frames: readonly Frame[], place: string, ip: string): boolean {
  return frames.some(
    (frame) =>
      frame.place === place &&
      frame.at === 'out' &&
      frame.flags === 'request' &&
      (frame.target ?? frame.dst) === ip,
  );
}

/**
 * The probe's question with the seed whose random choices are those that the kernel made: every endpoint that it chose is
 * in the capture, and so is the question for every next hop. Where the kernel chose otherwise than the simulator ever does, the first seed stays, and differs.
 */
export function questionLike(
  simulation: Simulation,
  probe: KernelProbe,
  frames: readonly Frame[],
): ProbeQuestion {
  const question = probeFrom(probe.walk);
  const seen = new Set(
    frames.map(({ dst, dport }) => (dst.includes(':') ? `[${dst}]:${dport}` : `${dst}:${dport}`)),
  );
  for (let seed = 0; seed < SEEDS; seed++) {
    const asked = seed === 0 ? question : { ...question, seed };
    const { choices } = walk(simulation, asked);
    const made = choices.map(({ at, options, chosen }) => ({ at, to: options[chosen]?.to ?? '' }));
    if (made.every(({ at, to }) => seen.has(to) || askedFor(frames, at, to))) return asked;
  }
  return question;
}

/** Every frame of the walk, in order. What `wire` leaves out (DF, both Ethernet headers of a tunnel) is in the steps. */
export function simulatedFrames(trace: Trace): Frame[] {
  const frames: Frame[] = [];
  for (const step of trace.steps) {
    const entry = step.wire === undefined ? undefined : trace.wire[step.wire];
    if (entry !== undefined && step.packet !== undefined) frames.push(frame(entry, step.packet));
  }
  return frames;
}

function frame(entry: WireEntry, packet: Packet): Frame {
  const shown = packet.inner ?? packet;
  const { ip, l4, arp, eth } = shown;
  const nd = l4?.proto === 'icmpv6' && l4.target !== undefined ? l4 : undefined;
  const said = (['router', 'solicited', 'override'] as const).filter((name) => nd?.[name] === true);
  const quoted = l4 !== undefined && 'quote' in l4 ? l4.quote?.ip : undefined;
  return {
    time: 0,
    place: entry.netns,
    iface: entry.iface,
    peer: entry.peer,
    at: entry.at,
    proto: nd === undefined ? entry.proto : 'nd',
    src: entry.src,
    dst: entry.dst,
    sport: entry.sport,
    dport: entry.dport,
    ttl: entry.ttl,
    df: ip?.df,
    flags:
      nd === undefined ? (arp?.op ?? entry.flags) : nd.type === 135 ? 'request' : `reply ${said.join(',')}`,
    icmp: nd === undefined ? entry.icmp : undefined,
    fragment: entry.fragment,
    data:
      l4?.proto === 'tcp' && entry.outer?.fragment === undefined ? payloadLength(shown.payload) : undefined,
    target: nd?.target,
    srcMac: eth?.src ?? '',
    dstMac: eth?.dst ?? '',
    quoted: quoted === undefined ? undefined : { src: quoted.src, dst: quoted.dst, ttl: quoted.ttl },
    outer:
      entry.outer === undefined || packet.ip === undefined
        ? undefined
        : {
            src: entry.outer.src,
            dst: entry.outer.dst,
            proto: entry.outer.proto,
            dport: entry.outer.dport,
            vni: entry.outer.vni ?? -1,
            ttl: packet.ip.ttl,
            df: packet.ip.df,
            fragment: entry.outer.fragment,
            srcMac: packet.eth?.src ?? '',
            dstMac: packet.eth?.dst ?? '',
          },
  };
}
