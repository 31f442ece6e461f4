/**
 * A process that ends one connection and opens another, by REDIRECT and by TPROXY, beside the simulated one: the lab builds
 * the three machines of src/sim/net/testing/proxy-world.ts with their rules, routes and marks, proxy.py is the program.
 */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createState } from '../../src/sim/net/kernel.ts';
import { show } from '../../src/sim/net/show/show.ts';
import { CLIENT, MIDDLE, proxyWorld, SERVER, WAYS, type Way } from '../../src/sim/net/testing/proxy-world.ts';
import { fetchOnce, runIn } from '../../src/sim/net/testing/world-builder.ts';
import type { Trace } from '../../src/sim/trace/trace.ts';
import { Capture, type Frame } from './capture.ts';
import { summary, withoutOptionalAcks, type Comparison } from './compare.ts';
import { interfacesOf, labRig } from './lab-rig.ts';
import { macName } from './observed.ts';
import { attempt, background, end, lacking, sleep } from './shell.ts';
import { simulatedFrames } from './simulated.ts';

const why = lacking();
if (why !== undefined) console.warn(`e2e/kernel/proxy is skipped: ${why}`);

const PROXY = fileURLToPath(new URL('./proxy.py', import.meta.url));
/** The very bytes of the simulated client, which waits for an answer and closes; no answer: it gives up after two seconds. */
const FETCH = `import socket
s = socket.create_connection(("10.2.0.2", 80), 2)
s.sendall(b"GET / HTTP/1.1\\r\\nHost: 10.2.0.2\\r\\n\\r\\n")
print(s.recv(65536).decode())`;

interface Seen {
  readonly frames: readonly Frame[];
  readonly output: string;
  readonly tables: Readonly<Record<string, string>>;
}

const TABLES = ['iptables-save', 'ip rule', 'ip route show table 100'];

describe.skipIf(why !== undefined).each(Object.values<Way>(WAYS))('$name', (way) => {
  const world = proxyWorld(way);
  // The program behind the proxy's port is no program of the lab's.
  const netns = new Map(
    [...world.netns].map(([id, config]) => [
      id,
      { ...config, listeners: config.listeners.filter(({ app }) => !app.startsWith('own/')) },
    ]),
  );
  const rig = labRig({ ...world, netns });
  const folder = mkdtempSync(join(tmpdir(), 'packetwalk-proxy-'));
  let seen: Seen | undefined;

  beforeAll(async () => {
    await rig.up();
    const options = [...(way.transparent ? ['transparent'] : []), ...(way.asClient ? ['as-client'] : [])];
    const proxy = background('ip', [
      'netns',
      'exec',
      rig.netns(way.at),
      'python3',
      PROXY,
      '15001',
      ...options,
    ]);
    const capture = new Capture(rig, join(folder, 'seen.pcapng'));
    try {
      await new Promise((resolve) => proxy.stdout?.once('data', resolve));
      const tables = Object.fromEntries(
        TABLES.map((command) => [command, attempt(`ip netns exec ${rig.netns(way.at)} ${command}`).output]),
      );
      await capture.start();
      const { output } = attempt(`ip netns exec ${rig.netns(CLIENT)} python3 -c '${FETCH}'`);
      await sleep(200);
      await capture.stop();
      seen = { frames: capture.frames(), output, tables };
    } finally {
      await end(proxy);
      await rig.down();
    }
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const { result, trace } = runIn(world, CLIENT, fetchOnce('10.2.0.2', 80, 2000), createState(world));
  const owners = interfacesOf(world);
  // The two connections end independently of each other: which FIN comes first is a matter of the moment.
  const ofClient = ({ iface, place }: Frame): boolean =>
    way.at === CLIENT ? iface === 'lo' : place === CLIENT || (iface === 'eth0' && place === MIDDLE);
  const held = (frames: readonly Frame[]): readonly Comparison[] =>
    [true, false].map((side) =>
      summary(
        {
          frames: withoutOptionalAcks(frames, true).filter((frame) => ofClient(frame) === side),
          nameOf: (mac) => macName(owners, mac),
        },
        { repeats: result === 'timeout' },
      ),
    );

  it('ends as the simulator says', () => {
    const [, sees = 'nobody'] = /to (\S+)\s*$/.exec(result) ?? [];
    if (result === 'timeout') expect(seen?.output).toContain('timed out');
    else expect(seen?.output).toContain(`Hello from ${SERVER.split('/')[1]} (10.2.0.2:80) to ${sees}`);
  });

  it('is the same on every interface', () => {
    expect(seen?.frames.length).toBeGreaterThan(0);
    expect(held(simulatedFrames(trace as unknown as Trace))).toEqual(held(seen?.frames ?? []));
  });

  it.each(TABLES)('prints %s as the command does', (command) => {
    const config = netns.get(way.at);
    if (config === undefined) throw new Error('nobody there');
    const shown = show(config, undefined, command, { netns: () => undefined });
    const ours = 'lines' in shown ? shown.lines.map((line) => line.text).join('\n') : '';
    // Neither when it was asked, nor what the machines have said to each other by then.
    const still = (text: string): string => text.replaceAll(/ on \w{3} .*$|\[\d+:\d+\]/gm, '').trim();
    expect(still(ours)).toBe(still(seen?.tables[command] ?? ''));
  });
});
