/** The command line as people script against it: words, exit status, and the shapes of its JSON. */
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { folder, run, SCENARIO } from './cli-fixture.ts';

const root = folder({
  'good/a.yaml': SCENARIO,
  'good/note.txt': 'no: manifest',
  'bad/a.yaml': `${SCENARIO}---\napiVersion: v1\nkind: Pod\nmetadata: {name: x}\nspec: {containers: [{name: c, image: nginx, prots: []}]}\n`,
  'failing/a.yaml': SCENARIO.replace('clientSees: http', 'clientSees: refused'),
  'empty/note.txt': '',
});
const good = join(root, 'good');
const bad = join(root, 'bad');
afterAll(() => rmSync(root, { recursive: true }));

const walkArgs = ['walk', good, '--from', 'default/client', '--to', 'http://web'];

describe('exit status', () => {
  it.each<[string, string[], number]>([
    ['nothing', [], 2],
    ['help', ['--help'], 0],
    ['help of show', ['show', '--help'], 0],
    ['an unknown command', ['look', good], 2],
    ['an unknown option', ['check', good, '--verbose'], 2],
    ['an option of another command', ['check', good, '--port', '80'], 2],
    ['no file', ['check'], 2],
    ['a file that is not there', ['check', join(root, 'none.yaml')], 2],
    ['a folder without manifests', ['check', join(root, 'empty')], 2],
    ['a file twice', ['check', good, join(good, 'a.yaml')], 2],
    ['an unknown language', ['check', good, '--lang', 'fr'], 2],
    ['check', ['check', good], 0],
    ['check of errors', ['check', bad], 1],
    ['objects', ['objects', good], 0],
    ['walk', walkArgs, 0],
    ['walk over errors', ['walk', bad, '--from', 'default/client', '--to', 'web:80'], 1],
    ['walk without a source', ['walk', good, '--to', 'web'], 2],
    ['walk from nowhere', ['walk', good, '--from', 'default/none', '--to', 'web'], 2],
    ['walk with a bad port', [...walkArgs, '--port', '0'], 2],
    ['walk with a bad tool', [...walkArgs, '--tool', 'wget'], 2],
    [
      'a packet that is lost is an answer',
      ['walk', good, '--from', 'external/laptop', '--to', '172.18.0.9:1'],
      0,
    ],
    ['burst', ['burst', ...walkArgs.slice(1), '--requests', '3'], 0],
    ['burst of too many', ['burst', ...walkArgs.slice(1), '--requests', '1001'], 2],
    ['matrix', ['matrix', good, '--port', '80/TCP'], 0],
    ['matrix with a bad port', ['matrix', good, '--port', '80/HTTP'], 2],
    ['reach', ['reach', good, '--pod', 'default/web'], 0],
    ['reach of nobody', ['reach', good], 2],
    ['show', ['show', good, '--in', 'node/kind-worker', 'ip', 'route'], 0],
    ['show without a place', ['show', good, 'ip', 'route'], 2],
    ['show without a command', ['show', good, '--in', 'node/kind-worker'], 2],
    ['show of no command', ['show', good, '--in', 'node/kind-worker', 'frobnicate'], 2],
    ['show nowhere', ['show', good, '--in', 'node/none', 'ip', 'route'], 2],
    ['expect', ['expect', good], 0],
    ['expect that fails', ['expect', join(root, 'failing')], 1],
    ['link', ['link', good], 0],
    ['open of rubbish', ['open', '#v1=rubbish'], 1],
    ['open of nothing', ['open'], 2],
    ['batch with files', ['batch', good], 2],
  ])('%s', async (_, argv, status) => {
    const ran = await run(argv);
    expect(`${ran.status} ${ran.err}`).toMatch(new RegExp(`^${status} `));
    expect(ran.status === 2 ? ran.err : '-').not.toBe('');
  });
});

describe('--json prints one document and nothing else', () => {
  it.each([
    ['check', bad],
    ['objects', good],
    [...walkArgs],
    ['burst', ...walkArgs.slice(1)],
    ['matrix', good],
    ['reach', good, '--pod', 'default/web'],
    ['show', good, '--in', 'default/web', 'ip', 'addr'],
    ['expect', good],
    ['link', bad],
    ['open', '#v1=rubbish'],
    ['walk', good, '--from', 'default/none', '--to', 'web'],
    ['check'],
  ])('%s', async (...argv) => {
    const ran = await run([...argv, '--json']);
    expect(ran.out.endsWith('}\n')).toBe(true);
    expect(ran.json().diagnostics).toBeInstanceOf(Array);
  });

  it('a question that cannot be asked is told as a diagnostic', async () => {
    const ran = await run(['walk', good, '--from', 'default/none', '--to', 'web', '--json']);
    expect(ran.json()).toMatchObject({
      error: expect.stringContaining('default/none'),
      diagnostics: [{ code: 'probe/unknown-pod', severity: 'error', message: expect.any(String) }],
    });
  });
});

describe('shapes', () => {
  it('check', async () => {
    const { diagnostics } = (await run(['check', bad, '--json'])).json();
    expect(diagnostics).toContainEqual({
      code: 'field/unknown',
      severity: 'error',
      message: expect.stringContaining('prots'),
      file: join(bad, 'a.yaml'),
      line: expect.any(Number),
      column: expect.any(Number),
      endLine: expect.any(Number),
      endColumn: expect.any(Number),
      object: expect.objectContaining({ kind: 'Pod', name: 'x' }),
    });
  });

  it('objects', async () => {
    const json = (await run(['objects', good, '--json'])).json();
    expect(Object.keys(json).sort()).toEqual(
      ['diagnostics', 'events', 'nodes', 'objects', 'pods', 'refused', 'services'].sort(),
    );
    expect(json.nodes).toContainEqual({ name: 'kind-worker', ip: '172.18.0.3', podCIDR: '10.244.1.0/24' });
    expect(json.pods).toContainEqual(
      expect.objectContaining({
        namespace: 'default',
        name: 'web',
        node: 'kind-worker2',
        ip: expect.any(String),
        ips: [expect.any(String)],
        ready: true,
        listening: ['80/TCP'],
      }),
    );
    expect(json.services).toContainEqual({
      namespace: 'default',
      name: 'web',
      type: 'NodePort',
      clusterIPs: [expect.stringMatching(/^10\.96\./)],
      ports: [{ name: 'http', protocol: 'TCP', port: 80, targetPort: 80, nodePort: 30080 }],
      endpoints: [{ ip: expect.any(String), port: 80, name: 'http', pod: 'default/web', ready: true }],
    });
    expect(json.objects).toContainEqual(
      expect.objectContaining({
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: expect.objectContaining({ name: 'web' }),
      }),
    );
  });

  it('walk', async () => {
    const json = (await run([...walkArgs, '--json'])).json();
    expect(json).toMatchObject({
      verdict: 'delivered',
      clientSees: 'http',
      http: {
        status: 200,
        location: null,
        headers: expect.any(Object),
        backend: { service: 'default/web', pod: 'default/web' },
        request: { host: 'web', path: '/', headers: expect.any(Object) },
      },
      policy: {
        egress: 'not-selected',
        ingress: 'allowed',
        by: [{ object: { kind: 'NetworkPolicy', namespace: 'default', name: 'web' }, rule: 0 }],
      },
      reason: {
        code: 'socket.deliver',
        params: expect.any(Object),
        text: expect.any(String),
        origin: {
          object: { kind: 'Pod', namespace: 'default', name: 'web' },
          file: join(good, 'a.yaml'),
          line: expect.any(Number),
          column: expect.any(Number),
          endLine: expect.any(Number),
          endColumn: expect.any(Number),
        },
      },
      server: {
        netns: 'default/web',
        ip: expect.any(String),
        port: 80,
        sees: { ip: expect.any(String), port: expect.any(Number) },
      },
      dns: {
        rcode: 'NOERROR',
        answers: [{ name: 'web.default.svc.cluster.local', type: 'A', ttl: 30, data: expect.any(String) }],
        queries: [
          { name: 'web.default.svc.cluster.local', type: 'A', rcode: 'NOERROR' },
          { name: 'web.default.svc.cluster.local', type: 'AAAA', rcode: 'NOERROR' },
        ],
      },
      diagnostics: [],
    });
    expect(json.choices).toContainEqual(
      expect.objectContaining({
        at: 'node/kind-worker',
        service: 'default/web',
        options: [{ to: expect.stringMatching(/:80$/), pod: 'default/web', probability: 1 }],
      }),
    );
    expect(json.nat).toContainEqual(
      expect.objectContaining({
        at: 'node/kind-worker',
        kind: 'dnat',
        from: expect.stringMatching(/^10\.96\..*:80$/),
        to: expect.stringMatching(/:80$/),
      }),
    );
    const wire = json.wire as Record<string, unknown>[];
    expect(wire).toContainEqual(
      expect.objectContaining({
        segment: 2,
        dir: 'request',
        netns: 'node/kind-worker',
        iface: 'eth0',
        at: 'out',
        proto: 'tcp',
        flags: 'SYN',
        ttl: 63,
        outer: { src: '172.18.0.3', dst: '172.18.0.4', proto: 'udp', dport: 4789, vni: 4096 },
      }),
    );
    expect(new Set(wire.map((w) => w.segment))).toEqual(new Set([0, 1, 2]));
    expect(wire.filter((w) => w.proto === 'arp').length).toBeGreaterThan(0);
    expect(wire.find((w) => w.peer === 'default/client')).toBeDefined();
    const flags = new Set(wire.flatMap((w) => w.flags ?? []));
    expect(flags).toEqual(new Set(['SYN', 'SYN,ACK', 'ACK', 'PSH,ACK', 'FIN,ACK']));
  });

  it('burst', async () => {
    const json = (await run(['burst', ...walkArgs.slice(1), '--requests', '3', '--json'])).json() as {
      asked: number;
      order: number[];
      groups: { verdict: string; clientSees: string; count: number; first: number; server: object }[];
    };
    expect([json.asked, json.order]).toEqual([3, [0, 0, 0]]);
    expect(json.groups).toMatchObject([{ verdict: 'delivered', count: 3, first: 0 }]);
    expect(json.groups[0]?.server).toMatchObject({ netns: 'default/web' });
  });

  it('matrix', async () => {
    const json = (await run(['matrix', good, '--port', '80', '--json'])).json() as {
      port: number;
      pods: string[];
      allowed: unknown[][];
    };
    expect(json.port).toBe(80);
    const [client, web] = [json.pods.indexOf('default/client'), json.pods.indexOf('default/web')];
    expect([json.allowed[client]?.[web], json.allowed[web]?.[client], json.allowed[web]?.[web]]).toEqual([
      true,
      true,
      null,
    ]);
    const dns = json.pods.findIndex((p) => p.startsWith('kube-system/coredns'));
    expect(json.allowed[dns]?.[web]).toBe(false);
  });

  it('reach', async () => {
    const json = (await run(['reach', good, '--pod', 'default/web', '--json'])).json();
    expect(Object.keys(json).toSorted()).toEqual(
      ['diagnostics', 'enforced', 'from', 'pod', 'selectedBy', 'to'].toSorted(),
    );
    const from = json['from'] as { namespace: string; workload: string; pods: string[]; ports: object[] }[];
    expect(from.find((peer) => peer.pods.includes('default/client'))).toMatchObject({
      namespace: 'default',
      workload: 'client',
      pods: ['default/client'],
      ports: [{ port: 80, protocol: 'TCP', allowed: true, egress: 'not-selected', ingress: 'allowed' }],
    });
  });

  it('expect', async () => {
    const json = (await run(['expect', join(root, 'failing'), '--json'])).json();
    expect(json).toMatchObject({
      holds: false,
      results: [
        {
          from: 'default/client',
          to: 'http://web',
          clientSees: 'refused',
          holds: false,
          verdict: 'delivered',
          sees: 'http',
        },
        { from: 'default/client', to: 'default/web:80', allowed: true, holds: true, line: 7 },
      ],
    });
  });
});

describe('show', () => {
  it('a table before any probe, and after one', async () => {
    const args = ['show', good, '--in', 'node/kind-worker', 'conntrack', '-L'];
    expect((await run(args)).out).not.toContain('src=');
    const after = await run([...args, '--after', 'default/client web:80']);
    expect(after.out).toMatch(/^tcp .*src=10\.244\.\S+ dst=10\.96\.\S+ sport=\d+ dport=80 src=10\.244\./m);
    expect((await run([...args, '--after', 'default/client'])).status).toBe(2);
  });

  it('takes the dashes of the shown command, and files that stand last', async () => {
    const table = await run(['show', '--in', 'node/kind-worker', 'iptables-save', '-t', 'nat', good]);
    expect(table.out).toContain('*nat\n');
    expect(table.out).not.toContain('*filter\n');
    const json = (await run(['show', good, '--in', 'default/web', 'ip', '-6', 'route', '--json'])).json();
    expect(json).toEqual({ text: 'fe80::/64 dev eth0 proto kernel metric 256 pref medium', diagnostics: [] });
  });
});

describe('what people take away', () => {
  it('lab prints a bash script, or puts it into the document', async () => {
    const plain = await run(['lab', good]);
    expect(plain.status).toBe(0);
    expect(plain.out).toMatch(/^#!\/usr\/bin\/env bash\n/);
    expect(plain.out).toContain('listen_in default/web tcp,http,');
    const json = (await run(['lab', good, '--json'])).json();
    expect(json).toEqual({ script: plain.out, diagnostics: [] });
  });

  it('export writes a pcapng file with every frame of the walk', async () => {
    const file = join(root, 'walk.pcapng');
    const walked = (await run([...walkArgs, '--json'])).json() as { wire: unknown[] };
    const written = await run(['export', ...walkArgs.slice(1), '--pcapng', file, '--json']);
    expect(written.status).toBe(0);
    expect(written.json()).toMatchObject({ file, frames: walked.wire.length, diagnostics: [] });
    expect([...readFileSync(file).subarray(0, 4)]).toEqual([0x0a, 0x0d, 0x0d, 0x0a]);
  });

  it.each([
    ['without a file', ['export', good, '--from', 'default/client', '--to', 'web']],
    ['into a folder that is not there', ['export', ...walkArgs.slice(1), '--pcapng', '/nowhere/at/all']],
    ['without an end', ['export', good, '--from', 'default/client', '--pcapng', 'x']],
  ])('export %s is wrong usage', async (_, argv) => {
    expect((await run(argv)).status).toBe(2);
  });
});

describe('files and languages', () => {
  it('a folder, its file and standard input are one scenario', async () => {
    const walked = async (where: string, stdin = '') => {
      const json = (await run(['walk', where, ...walkArgs.slice(2), '--json'], stdin)).json();
      return json.wire;
    };
    const wire = await walked(good);
    expect(await walked(join(good, 'a.yaml'))).toEqual(wire);
    expect(await walked('-', SCENARIO)).toEqual(wire);
  });

  it('a link opens as the files that it was made of, without their folders', async () => {
    const link = (await run(['link', good])).out.trim();
    expect(link).toMatch(/^#v1=[\w-]+$/);
    const opened = (await run(['open', link, '--json'])).json();
    expect(opened).toMatchObject({ files: [{ name: 'a.yaml', text: SCENARIO }], view: {} });
    const text = await run(['open', link]);
    expect((await run(['expect', '-'], text.out)).out).toContain('2 of 2 hold');
  });

  it('speaks Korean where it is asked to', async () => {
    const json = (await run([...walkArgs, '--json', '--lang', 'ko'])).json() as { reason: { text: string } };
    expect(json.reason.text).toMatch(/[가-힣]/);
    const wrong = await run(['walk', good, '--from', 'default/none', '--to', 'web', '--lang', 'ko']);
    expect(wrong.err).toMatch(/파드/);
    expect((await run(['check', bad, '--lang', 'ko'])).out).toMatch(/[가-힣]/);
  });

  it('guesses the tool from the target', async () => {
    const tool = async (...argv: string[]) => {
      const ran = await run(['walk', good, '--from', 'default/client', ...argv, '--json']);
      return `${String(ran.json().verdict)} ${String(ran.json().clientSees)}`;
    };
    expect(await tool('--to', 'web')).toBe('delivered http');
    expect(await tool('--to', 'web:80')).toBe('delivered connected');
    expect(await tool('--to', 'web:80', '--header', 'Host: x')).toBe('delivered http');
    expect(await tool('--to', 'web.default.svc.cluster.local', '--type', 'a')).toBe('delivered answered');
    expect(await tool('--to', 'web:80', '--proto', 'sctp')).toBe('unroutable timeout');
  });
});
