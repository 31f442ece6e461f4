/** Brings the cluster up, runs every probe under capture, and takes everything down again. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Capture, type Frame } from './capture.ts';
import type { KernelProbe } from './probes.ts';
import type { Rig } from './rig.ts';
import { attempt, sleep } from './shell.ts';

export interface Observation {
  readonly status: number;
  readonly output: string;
  /** Nothing known beforehand: neighbours, forwarding entries and connections were flushed. */
  readonly cold: readonly Frame[];
  /** `conntrack -L` of every node after the probe. */
  readonly connections: ReadonlyMap<string, string>;
}

/**
 * A busy kernel may deliver two frames of one connection the wrong way round, and then sends more. What disagrees is
 * therefore sent again; a difference that is no matter of the moment stays.
 */
const ROUNDS = 3;

/** Builds, observes every probe and removes what it built, also after a failure. */
export async function observe(
  rig: Rig,
  probes: readonly KernelProbe[],
  agrees: (probe: KernelProbe, observation: Observation) => boolean,
): Promise<Map<string, Observation>> {
  const folder = mkdtempSync(join(tmpdir(), 'packetwalk-kernel-'));
  const giveUp = (): void => void rig.down().finally(() => process.exit(1));
  process.once('SIGINT', giveUp);
  process.once('SIGTERM', giveUp);
  const seen = new Map<string, Observation>();
  try {
    await rig.up();
    let left = probes;
    for (let round = 0; round < ROUNDS && left.length > 0; round++) {
      for (const [id, observation] of await send(rig, left, join(folder, `${round}.pcapng`))) {
        seen.set(id, observation);
      }
      left = left.filter((probe) => {
        const observation = seen.get(probe.id);
        return observation === undefined || !agrees(probe, observation);
      });
    }
    return seen;
  } finally {
    process.off('SIGINT', giveUp);
    process.off('SIGTERM', giveUp);
    await rig.down();
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Sends every probe under one capture. */
async function send(
  rig: Rig,
  probes: readonly KernelProbe[],
  file: string,
): Promise<Map<string, Observation>> {
  const capture = new Capture(rig, file);
  const windows = new Map<string, Omit<Observation, 'cold'> & { from: number; to: number }>();
  try {
    await capture.start();
    for (const probe of probes) {
      forget(rig);
      await sleep(60);
      const from = Date.now() / 1000;
      const ran = attempt(`ip netns exec ${rig.netns(probe.from)} ${probe.command}`);
      await sleep(probe.lingerMs ?? 150);
      const to = Date.now() / 1000;
      windows.set(probe.id, { from, to, ...ran, connections: connections(rig) });
    }
  } finally {
    await capture.stop();
  }
  const frames = capture.frames();
  const seen = new Map<string, Observation>();
  for (const [id, { from, to, ...rest }] of windows) {
    seen.set(id, { ...rest, cold: frames.filter((f) => f.time >= from && f.time < to) });
  }
  return seen;
}

/**
 * Everything that a kernel learns by itself, so that each probe starts as the simulator does: first what the last
 * probe left half closed (it would be sent again in the middle of this one), then all tables.
 */
function forget(rig: Rig): void {
  const { places } = rig;
  const inAll = (command: (place: string) => string): string =>
    `${places.map((place) => `ip netns exec ${rig.netns(place)} sh -c '${command(place)}' >/dev/null 2>&1 &`).join('\n')}\nwait`;
  attempt(inAll(() => 'ss -K -t state connected'));
  const bridges = rig.switch.bridges.map(
    (name) => `ip -n ${rig.switch.netns} link set ${name} type bridge fdb_flush 2>/dev/null`,
  );
  // Two flushes: the first marks entries in use as stale, the second removes them. The cache holds what ICMP told of MTUs.
  const tables = 'ip neigh flush all; ip neigh flush all; ip route flush cache; ip -6 route flush cache';
  const node = `${tables}; conntrack -F; ip link set cni0 type bridge fdb_flush; ip link set cbr0 type bridge fdb_flush`;
  attempt(`set +e\n${bridges.join('\n')}\n${inAll((place) => (place.startsWith('node/') ? node : tables))}`);
}

function connections(rig: Rig): ReadonlyMap<string, string> {
  const nodesOfRig = rig.places.filter((place) => place.startsWith('node/'));
  return new Map(
    nodesOfRig.map((place) => [
      place,
      // Read until two readings agree but for their clocks: the last acknowledgement may still be on its way.
      attempt(
        `now() { ip netns exec ${rig.netns(place)} conntrack -L 2>/dev/null; }
same() { sed -E 's/^([a-z]+ +[0-9]+ )[0-9]+/\\1/' | sort; }
set +e; a=$(now)
for i in 1 2 3 4 5 6 7 8 9 10; do sleep 0.03; b=$(now); [ "$(echo "$a" | same)" = "$(echo "$b" | same)" ] && break; a=$b; done
echo "$b"`,
      ).output,
    ]),
  );
}
