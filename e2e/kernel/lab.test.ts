/** The lab's own promises: it takes down everything that it made, also when it stopped half-way, and never builds twice. */
import { existsSync, readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { cidr } from '../../src/sim/base/ip.ts';
import type { NetnsConfig } from '../../src/sim/net/config.ts';
import { labRig } from './lab-rig.ts';
import { attempt, lacking } from './shell.ts';
import { simulateFiles } from './simulated.ts';
import { baseCluster } from './variants.ts';

const why = lacking();
const { world } = simulateFiles(baseCluster('flannel'));

/** Namespaces of a lab that are there. */
function left(name: string): readonly string[] {
  const prefix = name.slice(0, name.indexOf('-') + 1);
  return existsSync('/run/netns') ? readdirSync('/run/netns').filter((n) => n.startsWith(prefix)) : [];
}

describe.skipIf(why !== undefined)('lab.sh', () => {
  it('removes all that it built, with the programs that listen', async () => {
    const rig = labRig(world);
    const client = rig.netns('default/client');
    try {
      await rig.up();
      expect(left(client).length).toBe(rig.places.length + 1);
      expect(attempt(`ip netns pids ${client}`).output.trim()).toMatch(/^\d+$/);
      await expect(rig.up()).rejects.toThrow('is there already');
      expect(left(client).length).toBe(rig.places.length + 1);
    } finally {
      await rig.down();
    }
    expect(left(client)).toEqual([]);
  });

  it('removes what it built before it failed', async () => {
    const netns = new Map(world.netns);
    const config = netns.get('node/kind-worker2') as NetnsConfig;
    netns.set(config.id, {
      ...config,
      routes: [...config.routes, { to: cidr('198.51.100.0/24'), via: '192.0.2.1', dev: 'eth0' }],
    });
    const rig = labRig({ ...world, netns });
    const client = rig.netns('default/client');
    try {
      await expect(rig.up()).rejects.toThrow('stopped half-way');
      expect(left(client).length).toBeGreaterThan(0);
    } finally {
      await rig.down();
    }
    expect(left(client)).toEqual([]);
  });
});
