/** The fidelity page names tests that exist, every plug-in of the registries, and no test that docs/fidelity.md does not. */
import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { fidelity as en } from '../../i18n/fidelity.en.ts';
import { fidelity as ko } from '../../i18n/fidelity.ko.ts';
import { cniRegistry } from '../../sim/cni/registry.ts';
import { proxyPlugins } from '../../sim/proxy/registry.ts';
import { AREAS, type Verified, verified } from './fidelity.ts';

const rows: readonly Verified[] = verified;
const named = [...new Set(rows.flatMap((row) => row.tests))].sort();
const page = readFileSync('docs/fidelity.md', 'utf8');

describe('the fidelity page', () => {
  it('names tests that exist', () => {
    expect(named.filter((test) => !existsSync(test))).toEqual([]);
  });

  it('names tests that docs/fidelity.md names too', () => {
    expect(named.filter((test) => !page.includes(`\`${test}\``))).toEqual([]);
  });

  it('has a page at length whose tests exist', () => {
    const inPage = [...page.matchAll(/`((?:src|e2e)\/[\w./-]+\.test\.ts)`/g)].map(([, test = '']) => test);
    expect(inPage.length).toBeGreaterThan(20);
    expect(inPage.filter((test) => !existsSync(test))).toEqual([]);
  });

  it.each([
    ['cni', cniRegistry.map((p) => p.id)],
    ['kube-proxy', proxyPlugins.map((p) => p.id)],
  ])('has one row for each plug-in of %s', (kind, ids) => {
    const of = rows.flatMap(({ plugin }) => (plugin?.kind === kind ? [plugin.id] : []));
    expect(of.sort()).toEqual([...ids].sort());
  });

  it('calls exact only what was held against a kernel or a program', () => {
    const abouts = [...cniRegistry, ...proxyPlugins];
    const labelOf = (row: Verified) =>
      row.fidelity ?? abouts.find((about) => about.id === row.plugin?.id)?.fidelity;
    const exact = rows.filter((row) => labelOf(row) === 'exact' && row.id !== 'noProxy');
    expect(exact.filter((row) => !row.against.some((a) => a === 'kernel' || a === 'tool'))).toEqual([]);
    expect(exact.length).toBeGreaterThan(10);
  });

  it('says what is open in both languages', () => {
    for (const area of AREAS) {
      expect(ko.unknowns[area].length, area).toBe(en.unknowns[area].length);
      expect(
        rows.some((row) => row.area === area),
        area,
      ).toBe(true);
    }
  });
});
