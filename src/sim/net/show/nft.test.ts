import { describe, expect, it } from 'vitest';
import type { NftTable } from '../nftables/config.ts';
import { nftElementRow, nftRuleRow } from '../row-key.ts';
import { netnsState, type WorldState } from '../state.ts';
import { everyStatement } from '../testing/nft-tables.ts';
import { netns } from '../testing/world-builder.ts';
import { show, type ShowLine } from './show.ts';

const tables = [everyStatement('ip'), everyStatement('ip6')];
const node = netns({ id: 'node/n', links: [], more: { nftables: tables } });

function lines(command: string, nftables: readonly NftTable[] = tables): readonly ShowLine[] {
  const shown = show({ ...node, nftables }, undefined, command, { netns: () => undefined });
  return 'lines' in shown ? shown.lines : [{ text: shown.error.code }];
}

const text = (command: string): string[] => lines(command).map((line) => line.text);

describe('nft list', () => {
  // e2e/kernel/nft.test.ts loads this very text into a kernel and reads it back.
  it('prints a ruleset as nft does', async () => {
    await expect(`${text('nft list ruleset').join('\n')}\n`).toMatchFileSnapshot(
      'golden/nft-list-ruleset.txt',
    );
  });

  it('lists parts', () => {
    expect(text('nft list tables')).toEqual(['table ip everything', 'table ip6 everything']);
    expect(text('nft list tables ip6')).toEqual(['table ip6 everything']);
    expect(text('nft list ruleset ip')).toEqual(text('nft list table ip everything'));
    expect(text('nft list table everything')).toEqual(text('nft list table ip everything'));
    expect(text('nft list set ip everything ports')).toEqual([
      'table ip everything {',
      '\tset ports {',
      '\t\ttype inet_service',
      '\t\telements = { 22, 25, 53, 80, 110,',
      '\t\t\t     443, 8080 }',
      '\t}',
      '}',
    ]);
    expect(text('nft list chain ip everything late')).toEqual([
      'table ip everything {',
      '\tchain late {',
      '\t\ttype filter hook output priority -90; policy drop;',
      '\t}',
      '}',
    ]);
  });

  it.each([
    [
      'nft list map ip everything nothing',
      'Error: No such file or directory\nlist map ip everything nothing\n                       ^^^^^^^',
    ],
    ['nft list set ip everything services', 'Error: No such file or directory'],
    [
      'nft list table ip6 nothing',
      'Error: No such file or directory\nlist table ip6 nothing\n               ^^^^^^^',
    ],
    ['nft list', 'show/unknown-command'],
    ['nft flush ruleset', 'show/unknown-command'],
    ['nft list chain ip everything', 'show/unknown-command'],
  ])('%s', (command, said) => {
    expect(text(command).join('\n')).toContain(said);
  });

  it('keys each rule and each element, once', () => {
    const keys = lines('nft list table ip everything').flatMap((l) => [
      ...(l.key === undefined ? [] : [l.key]),
      ...(l.also ?? []),
    ]);
    const [table] = tables;
    const wanted = [
      ...(table?.sets ?? []).flatMap((set) =>
        set.elements.map((e) =>
          nftElementRow('ip everything', set.value === undefined ? 'set' : 'map', set.name, e.key),
        ),
      ),
      ...(table?.chains ?? []).flatMap((chain) => [
        ...(chain.base === undefined ? [] : [nftRuleRow('ip everything', chain.name, 'policy')]),
        ...chain.rules.map((_, i) => nftRuleRow('ip everything', chain.name, i)),
      ]),
    ];
    expect([...keys].sort()).toEqual([...wanted].sort());
  });

  it('prints what rules put into a set, for as long as it stays', () => {
    const state: WorldState = { clockMs: 1500, nextConntrackId: 1, netns: new Map() };
    const own = netnsState(state, 'node/n');
    own.nftSets.set(
      'ip everything/quick',
      new Map([
        ['10.0.0.1', 91_000],
        ['10.0.0.2', 1_000],
      ]),
    );
    const shown = show(node, { state: own, clockMs: 1500 }, 'nft list set ip everything quick', {
      netns: () => undefined,
    });
    expect('lines' in shown && shown.lines.map((l) => l.text)).toContain(
      '\t\telements = { 10.0.0.1 expires 1m29s500ms }',
    );
  });
});
