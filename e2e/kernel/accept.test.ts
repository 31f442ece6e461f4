/**
 * The real commands take what `show` prints: for every scenario, and for every CNI with every proxy mode of the
 * registries, each node's and pod's tables go through `ipset restore`, `iptables-restore`, `ip6tables-restore` (with
 * `--test` first, which alone overlooks a missing chain) and `nft -c`, in a namespace of their own.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { scenarioEntries } from '../../src/content/scenarios/registry.ts';
import { cniRegistry } from '../../src/sim/cni/registry.ts';
import { show } from '../../src/sim/net/show/show.ts';
import { proxyPlugins } from '../../src/sim/proxy/registry.ts';
import { simulate } from '../../src/sim/simulate.ts';
import { attempt, lacking } from './shell.ts';
import { baseCluster, proxyMode } from './variants.ts';

const why = lacking();
const NETNS = `pwk${process.pid.toString(36)}accept`;
const folder = mkdtempSync(join(tmpdir(), 'packetwalk-accept-'));

/** What is printed, and the command that has to take it. Sets come first: rules name them. */
const LOADS: readonly { readonly shown: string; readonly load: string }[] = [
  { shown: 'ipset save', load: 'ipset restore' },
  { shown: 'iptables-save', load: 'iptables-restore --test' },
  { shown: 'iptables-save', load: 'iptables-restore' },
  { shown: 'ip6tables-save', load: 'ip6tables-restore --test' },
  { shown: 'ip6tables-save', load: 'ip6tables-restore' },
  { shown: 'nft list ruleset', load: 'nft -c -f -' },
];

const scenarios = scenarioEntries.map(({ slug, files }) => ({ name: `the scenario ${slug}`, files }));
const registered = cniRegistry.flatMap(({ id }) =>
  proxyPlugins.map((proxy) => ({
    name: `${id} with kube-proxy ${proxy.id}`,
    files: [...baseCluster(id, 'policies.yaml'), proxyMode(proxy.id)],
  })),
);

/** The same clusters with both families. */
const dual = cniRegistry
  .filter(({ ipFamilies }) => ipFamilies?.includes(6) === true)
  .map(({ id }) => ({
    name: `${id}, dual stack`,
    files: baseCluster(id, 'policies.yaml').map(({ name, text }) => ({
      name,
      text: text.replace('\nnodes:\n', '\nnetworking: {ipFamily: dual}\nnodes:\n'),
    })),
  }));

/** Statements that this kernel may have no module for: nft refuses them whatever stands around them. */
const OPTIONAL = [
  { words: / queue /, trial: 'add table ip try; add chain ip try c; add rule ip try c queue to 1' },
];
let absent: readonly RegExp[] = [];

beforeAll(() => {
  if (why !== undefined) return;
  attempt(`ip netns add ${NETNS}`);
  absent = OPTIONAL.filter(
    ({ trial }) => attempt(`ip netns exec ${NETNS} nft -c '${trial}'`).status !== 0,
  ).map(({ words }) => words);
  if (absent.length > 0)
    console.warn(`e2e/kernel/accept leaves out what this kernel lacks: ${absent.join(', ')}`);
});
afterAll(() => {
  if (why === undefined) attempt(`ip netns del ${NETNS}`);
  rmSync(folder, { recursive: true, force: true });
});

describe.skipIf(why !== undefined)('the real commands take the tables of', () => {
  it.each([...scenarios, ...registered, ...dual])('$name', ({ files }) => {
    const { world } = simulate({ files });
    const script: string[] = ['set +e'];
    const known = new Set<string>();
    for (const config of world.netns.values()) {
      const loads = LOADS.flatMap(({ shown, load }) => {
        const printed = show(config, undefined, shown, { netns: (id) => world.netns.get(id) });
        const left = (line: string): boolean =>
          load.startsWith('nft') && absent.some((words) => words.test(line));
        const lines = 'lines' in printed ? printed.lines.filter((line) => !left(line.text)) : [];
        const text = lines.map((line) => `${line.text}\n`).join('');
        return text.trim() === '' ? [] : [{ shown, load, text }];
      });
      // Many pods have the same tables.
      const all = loads.map(({ text }) => text).join('');
      if (all === '' || known.has(all)) continue;
      known.add(all);
      for (const [index, { shown, load, text }] of loads.entries()) {
        const file = join(folder, `${known.size}-${index}`);
        writeFileSync(file, text);
        script.push(`${load} <${file} || echo "FAILED ${config.id} ${shown}"`);
      }
      script.push('nft flush ruleset; ipset destroy 2>/dev/null');
    }
    const run = join(folder, 'run.sh');
    writeFileSync(run, script.join('\n'));
    const { output } = attempt(`ip netns exec ${NETNS} bash ${run}`, 120_000);
    expect(output).toBe('');
    expect(known.size).toBeGreaterThan(0);
  });
});

it.skipIf(why !== undefined)('and refuse what is wrong', () => {
  for (const [load, text] of [
    ['iptables-restore --test', '*filter\n-A FORWARD -m nonsense -j ACCEPT\nCOMMIT\n'],
    ['iptables-restore', '*filter\n-A NOWHERE -j ACCEPT\nCOMMIT\n'],
    ['ip6tables-restore', '*filter\n-A FORWARD -j NOWHERE\nCOMMIT\n'],
    ['ipset restore', 'add none 10.0.0.1\n'],
    ['nft -c -f -', 'table ip t { chain c { nonsense } }\n'],
  ] as const) {
    const file = join(folder, 'wrong');
    writeFileSync(file, text);
    expect(attempt(`ip netns exec ${NETNS} ${load} <${file}`).status, load).not.toBe(0);
  }
});
