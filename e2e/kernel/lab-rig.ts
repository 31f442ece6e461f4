/** The simulated cluster as the lab's script builds it: the same script that people take along. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { labScript } from '../../src/sim/lab/lab.ts';
import { labName, SWITCH } from '../../src/sim/lab/names.ts';
import type { World } from '../../src/sim/net/world.ts';
import type { Interface, Rig } from './rig.ts';
import { attempt } from './shell.ts';

let rigs = 0;

/** Nothing is built yet: `up` does. */
export function labRig(world: World): Rig & { readonly script: string } {
  const script = labScript(world, { title: 'A cluster of the kernel suite' });
  const prefix = `pwk${process.pid.toString(36)}x${(rigs++).toString(36)}`;
  const folder = mkdtempSync(join(tmpdir(), 'packetwalk-lab-'));
  const file = join(folder, 'lab.sh');
  writeFileSync(file, script);
  const run = (command: string): { status: number; output: string } =>
    attempt(`LAB=${prefix} bash ${file} ${command} </dev/null`, 120_000);
  return {
    script,
    places: [...world.netns.keys()],
    interfaces: interfacesOf(world),
    netns: (place) => `${prefix}-${labName(place)}`,
    switch: { netns: `${prefix}-${SWITCH}`, bridges: segmentsOf(world) },
    up: async () => {
      const { status, output } = run('up');
      if (status !== 0) throw new Error(`lab.sh up: exit status ${status}\n${output}`);
      // What a kernel lacks may not hide a difference: such a rig is compared by the text of its tables alone.
      if (output.includes('not built')) throw new Error(output);
    },
    down: async () => {
      run('down');
      rmSync(folder, { recursive: true, force: true });
    },
  };
}

export function interfacesOf(world: World): Interface[] {
  const found: Interface[] = [];
  for (const [place, { links }] of world.netns) {
    found.push({ place, name: 'lo', mac: '00:00:00:00:00:00' });
    for (const link of links) {
      if (link.kind === 'loopback') continue;
      const peer = link.kind === 'veth' && place.startsWith('node/') ? link.peer.netns : undefined;
      // What is outside is no pod: its cable goes by its own name.
      const pod = peer?.startsWith('external/') === true ? undefined : peer;
      found.push({ place, name: link.name, mac: link.mac, peer: pod });
    }
  }
  return found;
}

function segmentsOf(world: World): string[] {
  const segments = new Set<string>();
  for (const { links } of world.netns.values()) {
    for (const link of links) if (link.kind === 'ethernet') segments.add(link.segment);
  }
  return [...segments];
}
