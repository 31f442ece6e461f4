/** One pod's reach on the command line. */
import { expect, it } from 'vitest';
import { folder, run, SCENARIO } from './cli-fixture.ts';

const LINE = SCENARIO.split('\n').findIndex((line) => line.startsWith('spec: {podSelector')) + 1;
const root = folder({ 'app.yaml': SCENARIO });

interface Peer {
  readonly pods: string[];
  readonly workload: string;
  readonly ports: readonly Record<string, unknown>[];
}
interface Reach {
  readonly to: readonly Peer[];
  readonly from: readonly Peer[];
}

it('says of each peer and port who decides, with file and line', async () => {
  const ran = await run(['reach', root, '--pod', 'default/web', '--json']);
  expect(ran.status).toBe(0);
  const json = ran.json() as unknown as Reach;
  expect(json).toMatchObject({
    pod: 'default/web',
    enforced: true,
    selectedBy: { egress: [], ingress: [{ policy: 'default/web', kind: 'NetworkPolicy', line: LINE }] },
    diagnostics: [],
  });
  const client = json.from.find((peer) => peer.pods.includes('default/client'));
  expect(client?.ports).toEqual([
    {
      port: 80,
      protocol: 'TCP',
      allowed: true,
      egress: 'not-selected',
      ingress: 'allowed',
      by: [
        {
          direction: 'ingress',
          says: 'allow',
          policy: 'default/web',
          kind: 'NetworkPolicy',
          rule: 0,
          file: `${root}/app.yaml`,
          line: LINE,
          column: expect.any(Number),
        },
      ],
    },
  ]);
  const dns = json.from.find((peer) => peer.workload === 'coredns');
  expect(dns?.pods).toHaveLength(2);
  expect(dns?.ports[0]).toMatchObject({
    allowed: false,
    ingress: 'denied',
    by: [{ says: 'deny', policy: 'default/web', line: LINE }],
  });
  expect(dns?.ports[0]?.['by']).not.toHaveProperty('0.rule');
});

it('asks one port, and those of one protocol', async () => {
  const ask = async (...argv: string[]): Promise<Reach> =>
    (await run(['reach', root, '--pod', 'client', ...argv, '--json'])).json() as unknown as Reach;
  const dns = ({ to }: Reach) =>
    to
      .find((peer) => peer.workload === 'coredns')
      ?.ports.map((p) => `${String(p['port'])}/${String(p['protocol'])}`);
  expect(dns(await ask('--port', '8080'))).toEqual(['8080/TCP']);
  expect(dns(await ask('--port', '53/UDP'))).toEqual(['53/UDP']);
  expect(dns(await ask('--proto', 'udp'))).toEqual(['53/UDP']);
  expect(dns(await ask())).toContain('53/TCP');
});

it('is read by people, in both languages', async () => {
  const english = (await run(['reach', root, '--pod', 'default/web'])).out;
  expect(english).toContain(`Policies on its ingress: NetworkPolicy default/web (${root}/app.yaml:${LINE})`);
  expect(english).toContain(`✓ 80/TCP  ingress: rule 1 of default/web (${root}/app.yaml:${LINE})`);
  expect(english).toContain(`kube-system/coredns (2 pods)`);
  expect(english).toContain(`✗ 80/TCP  ingress: no rule of default/web matches (${root}/app.yaml:${LINE})`);
  const korean = (await run(['reach', root, '--pod', 'default/web', '--lang', 'ko'])).out;
  expect(korean).toContain(`✗ 80/TCP  인그레스: default/web에 맞는 규칙 없음 (${root}/app.yaml:${LINE})`);
  expect(korean.split('\n')).toHaveLength(english.split('\n').length);
});

it.each([
  ['without a pod', []],
  ['of no such pod', ['--pod', 'default/none']],
  ['with a bad port', ['--pod', 'web', '--port', '80/HTTP']],
  ['with two protocols', ['--pod', 'web', '--port', '80/TCP', '--proto', 'udp']],
])('is wrong usage %s', async (_, argv) => {
  const ran = await run(['reach', root, ...argv]);
  expect(ran.status).toBe(2);
  expect(ran.err).not.toBe('');
});

it('points at what selects the pod, also in a policy of the CNI’s own kind', async () => {
  const spec = '  tier: default\n  selector: all()\n  types: [Egress]\n';
  const policy = `---\napiVersion: projectcalico.org/v3\nkind: GlobalNetworkPolicy\nmetadata: {name: g}\nspec:\n${spec}`;
  const text = `${SCENARIO}${policy}`;
  const line = text.split('\n').indexOf('  selector: all()') + 1;
  const own = folder({ 'app.yaml': text });
  const json = (await run(['reach', own, '--pod', 'client', '--port', '80', '--json'])).json();
  const by = { policy: 'g', kind: 'GlobalNetworkPolicy', line };
  expect(json).toMatchObject({ selectedBy: { egress: [by] } });
  const web = (json as unknown as Reach).to.find((peer) => peer.pods.includes('default/web'));
  expect(web?.ports).toMatchObject([{ allowed: false, by: [{ says: 'deny', ...by }, {}] }]);
});
