/** The matrix made from the one before is the one that is made anew, and its changes are exactly what differs. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { ClusterState } from '../k8s/cluster-state.ts';
import { fakeCni } from '../k8s/controllers/cluster-fixture.ts';
import { settle } from '../k8s/controllers/settle.ts';
import { parseScenario } from '../k8s/parse/parse-scenario.ts';
import { randomCluster } from './random-fixture.ts';
import { reachAgain } from './reach-again.ts';
import { reachMatrix } from './reach.ts';

function settled(text: string): ClusterState {
  return settle(parseScenario([{ name: 'a.yaml', text }]), [fakeCni()], ['iptables']).cluster;
}

const documents = (text: string): readonly string[] => text.split('\n---\n');

/** What the reader sees of every cell. */
function cells(matrix: ReturnType<typeof reachMatrix>): readonly unknown[] {
  return matrix.reasonOf.map((row, i) =>
    row.map((index, j) => [matrix.allowed[i]?.[j], matrix.reasons[index]]),
  );
}

describe('after an edit', () => {
  it.each([80, undefined])('on port %s', { timeout: 60_000 }, (port) => {
    fc.assert(
      fc.property(randomCluster, randomCluster, fc.boolean(), (text, other, labels) => {
        const own = documents(text);
        const policies = documents(other).filter((d) => d.includes('"NetworkPolicy"'));
        // One policy is another, one more is there; or a pod's labels change.
        const edited = labels
          ? own.map((d) => d.replace('"app":"a"', '"app":"b"'))
          : [...own.filter((d) => !d.includes('"name":"n0"')), ...policies.slice(0, 2)];
        const before = settled(text);
        const after = settled(edited.join('\n---\n'));
        const question = { port, protocol: 'TCP', enforced: true } as const;
        const was = reachMatrix(before, question);
        const { matrix, changes } = reachAgain({ cluster: before, question, matrix: was }, after);
        const anew = reachMatrix(after, question);
        expect(cells(matrix)).toEqual(cells(anew));
        expect(matrix.data.deniedFrom).toEqual(anew.data.deniedFrom);
        expect(matrix.data.deniedTo).toEqual(anew.data.deniedTo);
        const differ: [number, number][] = [];
        anew.allowed.forEach((row, i) =>
          row.forEach((value, j) => {
            if (value !== was.allowed[i]?.[j]) differ.push([i, j]);
          }),
        );
        expect(changes.cells).toEqual(differ);
        expect(changes.opens).toBe(differ.filter(([i, j]) => anew.allowed[i]?.[j] === true).length);
        expect(changes.closes).toBe(differ.filter(([i, j]) => was.allowed[i]?.[j] === true).length);
      }),
      { numRuns: 60, seed: 5 },
    );
  });

  it('keeps the rows of which nothing is asked again', () => {
    const pod = (name: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}, labels: {app: ${name}}}\nspec: {containers: [{name: c, image: nginx}]}\n`;
    const policy = (role: string) =>
      `apiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {matchLabels: {app: a}}, policyTypes: [Egress], egress: [{to: [{podSelector: {matchLabels: {app: ${role}}}}]}]}\n`;
    const pods = ['a', 'b', 'c'].map(pod).join('---\n');
    const before = settled(`${pods}---\n${policy('b')}`);
    const after = settled(`${pods}---\n${policy('c')}`);
    const question = { port: 80, protocol: 'TCP', enforced: true } as const;
    const was = reachMatrix(before, question);
    const { matrix, changes } = reachAgain({ cluster: before, question, matrix: was }, after);
    const row = (name: string) => was.pods.indexOf(`default/${name}`);
    const rowOf = (of: typeof was, name: string) => of.data.out[of.data.outOf[row(name)] ?? 0];
    expect(rowOf(matrix, 'b')).toBe(rowOf(was, 'b'));
    expect(rowOf(matrix, 'a')).not.toBe(rowOf(was, 'a'));
    expect(changes).toEqual({
      opens: 1,
      closes: 1,
      others: 0,
      cells: [
        [row('a'), row('b')],
        [row('a'), row('c')],
      ],
    });
  });

  it('counts only pods that were there before', () => {
    const pod = (name: string) =>
      `apiVersion: v1\nkind: Pod\nmetadata: {name: ${name}}\nspec: {containers: [{name: c, image: nginx}]}\n`;
    const before = settled(['a', 'c'].map(pod).join('---\n'));
    const after = settled(
      `${['a', 'b', 'c'].map(pod).join('---\n')}---\napiVersion: networking.k8s.io/v1\nkind: NetworkPolicy\nmetadata: {name: p}\nspec: {podSelector: {}}\n`,
    );
    const question = { port: 80, protocol: 'TCP', enforced: true } as const;
    const was = reachMatrix(before, question);
    const { matrix, changes } = reachAgain({ cluster: before, question, matrix: was }, after);
    const at = (name: string) => matrix.pods.indexOf(`default/${name}`);
    const pairs = changes.cells.map(([i, j]) => `${matrix.pods[i]} ${matrix.pods[j]}`);
    expect(pairs).toContain('default/a default/c');
    expect(pairs.some((pair) => pair.includes('default/b'))).toBe(false);
    expect(at('b')).toBeGreaterThan(-1);
    expect(changes.opens).toBe(0);
  });
});
