/** The simulator's walk over the same scenario, as frames of the shape that a capture has. */
import { readFileSync } from 'node:fs';
import { probeFrom } from '../../src/cli/answers.ts';
import { stableMac } from '../../src/sim/base/mac.ts';
import type { Packet } from '../../src/sim/packet/packet.ts';
import type { Simulation } from '../../src/sim/simulate.ts';
import { simulate, walk } from '../../src/sim/simulate.ts';
import type { Trace, WireEntry } from '../../src/sim/trace/trace.ts';
import type { Frame } from './capture.ts';
import type { KernelProbe } from './probes.ts';

/** `cni` as the Playground document writes it. */
export function simulateCluster(cni: string, extra?: string): Simulation {
  const read = (name: string): string => readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
  const files = [
    { name: 'scenario.yaml', text: read('scenario.yaml').replace('cni: flannel', `cni: ${cni}`) },
  ];
  if (extra !== undefined) files.push({ name: extra, text: read(extra) });
  const simulation = simulate({ files });
  const errors = simulation.diagnostics.filter((d) => d.severity === 'error');
  if (errors.length > 0) throw new Error(`the scenario has errors: ${errors.map((d) => d.code).join(', ')}`);
  return simulation;
}

export function simulatedWalk(simulation: Simulation, probe: KernelProbe): Trace {
  return walk(simulation, probeFrom(probe.walk));
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
  const quoted = l4 !== undefined && 'quote' in l4 ? l4.quote?.ip : undefined;
  return {
    time: 0,
    place: entry.netns,
    iface: entry.iface,
    peer: entry.peer,
    at: entry.at,
    proto: entry.proto,
    src: entry.src,
    dst: entry.dst,
    sport: entry.sport,
    dport: entry.dport,
    ttl: entry.ttl,
    df: ip?.df,
    flags: arp?.op ?? entry.flags,
    icmp: entry.icmp,
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
            srcMac: packet.eth?.src ?? '',
            dstMac: packet.eth?.dst ?? '',
          },
  };
}

/** The interfaces of the simulated cluster with their addresses, so that both sides name a MAC alike. */
export function simulatedInterfaces(
  simulation: Simulation,
): { readonly place: string; readonly name: string; readonly mac: string; readonly peer?: string }[] {
  const found = [];
  for (const [place, config] of simulation.world.netns) {
    for (const link of config.links) {
      const peer = link.kind === 'veth' && place.startsWith('node/') ? link.peer.netns : undefined;
      found.push({ place, name: link.name, mac: link.mac ?? stableMac(place, link.name), peer });
    }
  }
  return found;
}
