/** Brings the cluster up, runs every probe under capture, and takes everything down again. */
import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Capture, type Frame } from './capture.ts';
import { flannelNode } from './flannel.ts';
import type { KernelProbe } from './probes.ts';
import type { ServiceRules } from './rules.ts';
import { flannelTables, nodeTables } from './rules.ts';
import { attempt, background, bash, end, sleep } from './shell.ts';
import { bareNode, nodes, outside, Rig } from './topology.ts';

export interface Observation {
  readonly status: number;
  readonly output: string;
  /** Nothing known beforehand: neighbours, forwarding entries and connections were flushed. */
  readonly cold: readonly Frame[];
  /** `conntrack -L` of every node after the probe. */
  readonly connections: ReadonlyMap<string, string>;
}

const far = { ip: '10.244.2.2', port: 8080, node: 'kind-worker2' };
const service = (name: string, last: number, rest: Partial<ServiceRules>): ServiceRules => ({
  name,
  clusterIp: `10.96.20.${last}`,
  port: 80,
  proto: 'tcp',
  endpoints: [],
  ...rest,
});

const services: readonly ServiceRules[] = [
  service('far', 20, { nodePort: 30080, endpoints: [far] }),
  service('near', 21, { endpoints: [{ ip: '10.244.1.3', port: 8080, node: 'kind-worker' }] }),
  service('self', 22, { endpoints: [{ ip: '10.244.1.2', port: 8080, node: 'kind-worker' }] }),
  service('empty', 24, { nodePort: 30081 }),
  service('dgrams', 25, {
    port: 9000,
    proto: 'udp',
    endpoints: [{ ip: '10.244.2.3', port: 9000, node: 'kind-worker2' }],
  }),
  service('kept', 26, { nodePort: 30082, local: 'external', endpoints: [far] }),
  service('wrong', 28, { endpoints: [{ ...far, port: 9998 }] }),
  service('wrongudp', 28, { port: 9000, proto: 'udp', endpoints: [{ ...far, port: 9998 }] }),
  service('selfport', 30, {
    nodePort: 30083,
    endpoints: [{ ip: '10.244.1.2', port: 8080, node: 'kind-worker' }],
  }),
  service('inside', 27, { local: 'internal', endpoints: [far] }),
];

/** Builds, observes every probe and removes what it built, also after a failure. */
export async function observe(
  rig: Rig,
  script: string,
  probes: readonly KernelProbe[],
): Promise<Map<string, Observation>> {
  const folder = mkdtempSync(join(tmpdir(), 'packetwalk-kernel-'));
  const children: ChildProcess[] = [];
  const capture = new Capture(rig, folder);
  const giveUp = (): void => {
    attempt(rig.down());
    process.exit(1);
  };
  process.once('SIGINT', giveUp);
  process.once('SIGTERM', giveUp);
  try {
    bash(script, 120_000);
    for (const { place, listen } of rig.listeners) children.push(await listener(rig, place, listen));
    await capture.start();
    const windows = new Map<string, Omit<Observation, 'cold'> & { from: number; to: number }>();
    for (const probe of probes) {
      forget(rig);
      await sleep(60);
      const from = Date.now() / 1000;
      const ran = attempt(`ip netns exec ${rig.netns(probe.from)} ${probe.command}`);
      await sleep(probe.lingerMs ?? 150);
      const to = Date.now() / 1000;
      windows.set(probe.id, { from, to, ...ran, connections: connections(rig) });
    }
    await capture.stop();
    const frames = capture.frames();
    const seen = new Map<string, Observation>();
    for (const [id, { from, to, ...rest }] of windows) {
      seen.set(id, { ...rest, cold: frames.filter((f) => f.time >= from && f.time < to) });
    }
    return seen;
  } finally {
    process.off('SIGINT', giveUp);
    process.off('SIGTERM', giveUp);
    await capture.stop();
    await Promise.all(children.map(end));
    attempt(rig.down());
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The flannel cluster, set up by hand. */
export function buildByHand(rig: Rig): string {
  const script = [outside(rig)];
  for (const node of nodes) script.push(bareNode(rig, node));
  for (const node of nodes) script.push(flannelNode(rig, node));
  for (const node of nodes) {
    const tables = nodeTables(node.name, services, flannelTables(node.podCidr));
    script.push(`ip netns exec ${rig.netns(`node/${node.name}`)} iptables-restore <<'RULES'\n${tables}RULES`);
  }
  return script.join('\n');
}

/**
 * Everything that a kernel learns by itself, so that each probe starts as the simulator does: first what the last
 * probe left half closed (it would be sent again in the middle of this one), then all tables.
 */
function forget(rig: Rig): void {
  const places = [...new Set(rig.interfaces.map((i) => i.place))];
  const inAll = (command: (place: string) => string): string =>
    `${places.map((place) => `ip netns exec ${rig.netns(place)} sh -c '${command(place)}' >/dev/null 2>&1 &`).join('\n')}\nwait`;
  attempt(inAll(() => 'ss -K -t state connected'));
  const sw = rig.netns('external/switch');
  const bridges = ['br0', 'underlay'].map(
    (name) => `ip -n ${sw} link set ${name} type bridge fdb_flush 2>/dev/null`,
  );
  // Two flushes: the first marks entries in use as stale, the second removes them.
  const tables = 'ip neigh flush all; ip neigh flush all';
  const node = `${tables}; conntrack -F; ip link set cni0 type bridge fdb_flush; ip link set cbr0 type bridge fdb_flush`;
  attempt(`set +e\n${bridges.join('\n')}\n${inAll((place) => (place.startsWith('node/') ? node : tables))}`);
}

function connections(rig: Rig): ReadonlyMap<string, string> {
  const nodesOfRig = [...new Set(rig.interfaces.map((i) => i.place))].filter((place) =>
    place.startsWith('node/'),
  );
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

async function listener(rig: Rig, place: string, listen: readonly string[]): Promise<ChildProcess> {
  const script = fileURLToPath(new URL('./listen.py', import.meta.url));
  const child = background('ip', ['netns', 'exec', rig.netns(place), 'python3', script, ...listen]);
  await new Promise<void>((resolve, reject) => {
    child.stdout?.once('data', () => resolve());
    child.once('exit', () => reject(new Error(`listener of ${place} ended`)));
  });
  return child;
}
