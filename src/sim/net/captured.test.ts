/** The walk against captures of the same network built out of Linux namespaces, interface by interface. */
import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import type { Packet } from '../packet/packet.ts';
import type { Trace, WireEntry } from '../trace/trace.ts';
import { createState, type WorldState } from './kernel.ts';
import { capturedScenarios, worldFor } from './testing/scenarios.ts';
import { runIn } from './testing/world-builder.ts';
import type { World } from './world.ts';

type Capture = ReadonlyMap<string, readonly string[]>;

function readCaptures(): ReadonlyMap<string, Capture> {
  const text = readFileSync(new URL('testing/captured.txt', import.meta.url), 'utf8');
  const captures = new Map<string, Map<string, string[]>>();
  let capture = new Map<string, string[]>();
  let lines: string[] = [];
  for (const line of text.split('\n')) {
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('== ')) {
      capture = new Map();
      captures.set(line.slice(3), capture);
    } else if (line.startsWith('@ ')) {
      lines = [];
      capture.set(line.slice(2), lines);
    } else lines.push(line);
  }
  return captures;
}

const FIRST_EPHEMERAL = 32768;

function port(p: number | undefined): string {
  return p === undefined || p === 0 || p >= FIRST_EPHEMERAL ? '' : `:${p}`;
}

function macNames(world: World): ReadonlyMap<string, string> {
  const names = new Map([
    ['ff:ff:ff:ff:ff:ff', '*'],
    ['00:00:00:00:00:00', '0'],
  ]);
  for (const n of world.netns.values()) {
    for (const l of n.links) if (l.kind !== 'loopback') names.set(l.mac, `${n.id.split('/')[1]}.${l.name}`);
  }
  return names;
}

function quoteText(packet: Packet | undefined): string {
  const l4 = (packet?.inner ?? packet)?.l4;
  const quote = l4?.proto === 'icmp' ? l4.quote : undefined;
  if (quote?.ip === undefined) return '';
  const ports = quote.l4?.proto === 'tcp' || quote.l4?.proto === 'udp' ? quote.l4 : undefined;
  const { ip } = quote;
  return ` <${ip.src}${port(ports?.sport)} > ${ip.dst}${port(ports?.dport)} ttl ${ip.ttl}>`;
}

function lineOf(w: WireEntry, packet: Packet | undefined, names: ReadonlyMap<string, string>): string {
  const arp = w.proto === 'arp' ? (w.dir === 'request' ? 'req' : 'rep') : '';
  const length = w.flags === 'PSH,ACK' ? '-' : w.length;
  const source = w.iface === 'cni0' && w.at === 'out' && w.proto === 'tcp' ? '?' : names.get(w.srcMac ?? '');
  const outer = w.outer === undefined ? '' : ` [${w.outer.src}>${w.outer.dst} vni ${w.outer.vni}]`;
  return (
    `${w.at} ${w.proto} ${w.src}${port(w.sport)} > ${w.dst}${port(w.dport)} ${w.flags ?? w.icmp ?? arp} ` +
    `ttl ${w.ttl ?? '-'} len ${length} ${source}>${names.get(w.dstMac ?? '')}${quoteText(packet)}${outer}`
  );
}

function simulated(world: World, trace: Pick<Trace, 'wire' | 'steps'>): Capture {
  const names = macNames(world);
  const packets = new Map(trace.steps.map((s) => [s.wire, s.packet]));
  const capture = new Map<string, string[]>();
  trace.wire.forEach((w, i) => {
    const key = `${w.netns.split('/')[1]} ${w.iface}`;
    const line = lineOf(w, packets.get(i), names);
    const lines = capture.get(key);
    if (lines === undefined) capture.set(key, [line]);
    else lines.push(line);
  });
  return capture;
}

describe('as captured on Linux', () => {
  const captures = readCaptures();
  let state: WorldState | undefined;
  for (const scenario of capturedScenarios) {
    test(scenario.name, () => {
      const world = worldFor(scenario);
      if (scenario.warm !== true || state === undefined) state = createState(world);
      const { trace } = runIn(world, scenario.from, scenario.program(), state);
      const sorted = (c: Capture | undefined): unknown => Object.fromEntries([...(c ?? [])].sort());
      expect(sorted(simulated(world, trace))).toEqual(sorted(captures.get(scenario.name)));
    });
  }
});
