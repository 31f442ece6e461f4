/**
 * The comparison can fail: a mistake is planted in what the lab builds, the walk stays as it was, and every planted
 * mistake must be found, by the probe that passes through it. A last row plants nothing.
 */
import { isDeepStrictEqual } from 'node:util';
import { beforeAll, describe, expect, it } from 'vitest';
import type { Chain, NetnsConfig, Rule } from '../../src/sim/net/config.ts';
import type { World } from '../../src/sim/net/world.ts';
import { walk } from '../../src/sim/simulate.ts';
import { bothSides } from './compare.ts';
import { labRig } from './lab-rig.ts';
import type { Observation } from './observe.ts';
import { observe } from './observe.ts';
import { kernelProbe, type Question } from './question.ts';
import { lacking } from './shell.ts';
import { questionLike, simulateFiles } from './simulated.ts';
import { baseCluster } from './variants.ts';

const why = lacking();

interface Planted {
  readonly name: string;
  readonly ask: Question;
  readonly plant: (config: NetnsConfig) => NetnsConfig;
}

/** Changes every rule of a table that `change` answers for; at least one has to be changed. */
function rules(table: 'nat' | 'filter', change: (rule: Rule) => Rule | undefined): Planted['plant'] {
  return (config) => {
    if (config.iptables === undefined) return config;
    const chains = new Map<string, Chain>();
    for (const [name, chain] of config.iptables[table]) {
      chains.set(name, { ...chain, rules: chain.rules.map((rule) => change(rule) ?? rule) });
    }
    return { ...config, iptables: { ...config.iptables, [table]: chains } };
  };
}

const client = 'default/client';
const outside: Question = { from: client, to: '203.0.113.10', port: 80 };
const service: Question = { from: client, to: '10.96.20.20', port: 80 };
/** At the endpoint's own node: elsewhere flannel's own rules masquerade too. */
const nodePort: Question = { from: 'external/laptop', to: '172.18.0.4', port: 30080 };
const across: Question = { from: client, to: '10.244.2.2', port: 8080 };

const planted: readonly Planted[] = [
  {
    name: 'DNAT to another port',
    ask: service,
    plant: rules('nat', (rule) =>
      rule.target.target === 'DNAT' && rule.target.port === 8080
        ? { ...rule, target: { ...rule.target, port: 8081 } }
        : undefined,
    ),
  },
  {
    name: 'DNAT to another pod',
    ask: service,
    plant: rules('nat', (rule) =>
      rule.target.target === 'DNAT' && rule.target.ip === '10.244.2.2'
        ? { ...rule, target: { ...rule.target, ip: '10.244.1.3' } }
        : undefined,
    ),
  },
  {
    name: 'no MASQUERADE',
    ask: outside,
    plant: rules('nat', (rule) =>
      rule.target.target === 'MASQUERADE' ? { ...rule, target: { target: 'RETURN' } } : undefined,
    ),
  },
  {
    name: 'no mark for MASQUERADE',
    ask: nodePort,
    plant: rules('nat', (rule) =>
      rule.target.target === 'MARK' && rule.target.value === 0x4000 && rule.target.mask === 0x4000
        ? { ...rule, target: { target: 'RETURN' } }
        : undefined,
    ),
  },
  {
    name: 'REJECT instead of ACCEPT',
    ask: across,
    plant: rules('filter', (rule) =>
      rule.target.target === 'ACCEPT'
        ? { ...rule, target: { target: 'REJECT', with: 'icmp-port-unreachable' } }
        : undefined,
    ),
  },
  {
    name: 'a forwarding entry to another node',
    ask: across,
    plant: (config) => ({
      ...config,
      fdb: config.fdb.map((entry) => (entry.dst === '172.18.0.4' ? { ...entry, dst: '172.18.0.2' } : entry)),
    }),
  },
  {
    name: 'another tunnel number',
    ask: across,
    plant: (config) => ({
      ...config,
      links: config.links.map((link) => (link.kind === 'vxlan' ? { ...link, vni: 2 } : link)),
    }),
  },
  {
    name: 'a route by another node',
    ask: across,
    plant: (config) => ({
      ...config,
      routes: config.routes.map((route) =>
        config.id === 'node/kind-worker' && route.to.ip === '10.244.2.0'
          ? { ...route, via: '10.244.0.0' }
          : route,
      ),
    }),
  },
  {
    name: 'forwarding switched off',
    ask: across,
    plant: (config) => ({ ...config, sysctls: { ...config.sysctls, ipForward: false } }),
  },
];

const simulation = simulateFiles(baseCluster('flannel'));

/** The mistake on every node, and whether it changed anything. */
function plantIn(
  world: World,
  plant: Planted['plant'],
): { readonly world: World; readonly changed: boolean } {
  let changed = false;
  const netns = new Map<string, NetnsConfig>();
  for (const [id, config] of world.netns) {
    const next = id.startsWith('node/') ? plant(config) : config;
    changed ||= !isDeepStrictEqual(next, config);
    netns.set(id, next);
  }
  return { world: { ...world, netns }, changed };
}

const nothing: Planted = { name: 'nothing', ask: service, plant: (config) => config };

describe.skipIf(why !== undefined).each([...planted, nothing])('planted: $name', ({ name, ask, plant }) => {
  const { world, changed } = plantIn(simulation.world, plant);
  const probe = kernelProbe(simulation, name, ask);
  const rig = why === undefined ? labRig(world) : undefined;
  let seen: Observation | undefined;
  const differs = ({ cold }: Observation): boolean => {
    if (rig === undefined) return false;
    const trace = walk(simulation, questionLike(simulation, probe, cold));
    const sides = bothSides(probe, { rig, frames: cold }, { simulation, trace });
    return !isDeepStrictEqual(sides.simulated, sides.kernel);
  };

  beforeAll(async () => {
    if (rig === undefined) return;
    seen = (
      await observe(rig, [probe], (_, observation) => plant !== nothing.plant || !differs(observation))
    ).get(probe.id);
  });

  it(plant === nothing.plant ? 'is no difference' : 'is found', () => {
    expect(changed).toBe(plant !== nothing.plant);
    if (seen === undefined) throw new Error('the probe was not sent');
    expect(seen.cold.length).toBeGreaterThan(0);
    expect(differs(seen)).toBe(plant !== nothing.plant);
  });
});
