import { describe, expect, test } from 'vitest';
import { diagnostics as en } from '../../i18n/diagnostics.en.ts';
import { diagnostics as ko } from '../../i18n/diagnostics.ko.ts';
import { settleText } from '../k8s/controllers/cluster-fixture.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import { coreDns, internetDns } from './coredns.ts';
import type { AppHandler, Syscall } from '../net/process.ts';
import { corefileDiagnostics } from './corefile-diagnostics.ts';
import { candidates, lookUp, queryOnce, resolvConfText, resolverConfig } from './resolver.ts';
import { runProgram } from './run-fixture.ts';

const BASE = `
kind: Namespace
metadata: {name: prod}
---
kind: Deployment
apiVersion: apps/v1
metadata: {name: web}
spec:
  replicas: 2
  selector: {matchLabels: {app: web}}
  template:
    metadata: {labels: {app: web}}
    spec: {containers: [{name: web, image: nginx, ports: [{name: http, containerPort: 80}]}]}
---
kind: Service
metadata: {name: web}
spec: {clusterIP: 10.96.20.20, selector: {app: web}, ports: [{name: http, port: 80, targetPort: http}]}
---
kind: Service
metadata: {name: plain}
spec: {clusterIP: 10.96.20.21, selector: {app: web}, ports: [{port: 8080, targetPort: 80}]}
---
kind: Service
metadata: {name: empty}
spec: {clusterIP: 10.96.20.22, selector: {app: nobody}, ports: [{port: 80}]}
---
kind: Service
metadata: {name: db}
spec: {clusterIP: None, selector: {app: db}, ports: [{name: pg, port: 5432}]}
---
kind: StatefulSet
apiVersion: apps/v1
metadata: {name: db}
spec:
  serviceName: db
  replicas: 3
  selector: {matchLabels: {app: db}}
  template:
    metadata: {labels: {app: db}}
    spec: {containers: [{name: db, image: postgres:17}]}
---
kind: Service
metadata: {name: none-ready}
spec: {clusterIP: None, selector: {app: nobody}, ports: [{port: 80}]}
---
kind: Service
metadata: {name: outside}
spec: {type: ExternalName, externalName: api.example.com}
---
kind: Service
metadata: {name: loop-a}
spec: {type: ExternalName, externalName: loop-b.default.svc.cluster.local}
---
kind: Service
metadata: {name: loop-b}
spec: {type: ExternalName, externalName: loop-a.default.svc.cluster.local}
---
kind: Service
metadata: {name: alias}
spec: {type: ExternalName, externalName: web.default.svc.cluster.local}
---
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: c, image: busybox, command: [sleep, inf]}]}
---
kind: Pod
metadata: {name: host, namespace: prod}
spec: {nodeName: kind-worker, hostNetwork: true, containers: [{name: c, image: busybox}]}
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
external:
  - {name: laptop, ip: 172.18.0.100, dnsNames: [laptop.example, www.laptop.example]}
`;

const { cluster } = settleText(BASE);

function handlers(state: ClusterState) {
  return { '10.96.0.10': coreDns(state), '203.0.113.10': internetDns(state) };
}

function podNamed(state: ClusterState, name: string) {
  return state.pods.find((p) => p.name === name);
}

function dig(name: string, type: string, state = cluster) {
  const config = resolverConfig(state, { pod: podNamed(state, 'client') });
  return runProgram(queryOnce(config, name, type), handlers(state)).result;
}

describe('CoreDNS answers', () => {
  const S = 'default.svc.cluster.local';
  const rows: [name: string, type: string, rcode: string, answers: string[]][] = [
    [`web.${S}`, 'A', 'NOERROR', [`web.${S} 30 A 10.96.20.20`]],
    [`WEB.${S}.`, 'A', 'NOERROR', [`WEB.${S} 30 A 10.96.20.20`]],
    [`web.${S}`, 'AAAA', 'NOERROR', []],
    [`web.${S}`, 'MX', 'NOERROR', []],
    [`empty.${S}`, 'A', 'NOERROR', [`empty.${S} 30 A 10.96.20.22`]],
    [`nobody.${S}`, 'A', 'NXDOMAIN', []],
    ['web.nowhere.svc.cluster.local', 'A', 'NXDOMAIN', []],
    ['nowhere.svc.cluster.local', 'A', 'NXDOMAIN', []],
    [S, 'A', 'NOERROR', []],
    ['svc.cluster.local', 'A', 'NOERROR', []],
    ['cluster.local', 'A', 'NOERROR', []],
    ['web.cluster.local', 'A', 'NXDOMAIN', []],
    [`a.b.c.web.${S}`, 'A', 'NXDOMAIN', []],
    [`_http._tcp.web.${S}`, 'SRV', 'NOERROR', [`_http._tcp.web.${S} 30 SRV 0 100 80 web.${S}.`]],
    [`_http._udp.web.${S}`, 'SRV', 'NXDOMAIN', []],
    [`_https._tcp.web.${S}`, 'SRV', 'NXDOMAIN', []],
    [`plain.${S}`, 'SRV', 'NOERROR', [`plain.${S} 30 SRV 0 100 8080 plain.${S}.`]],
    [
      `db.${S}`,
      'A',
      'NOERROR',
      [`db.${S} 30 A 10.244.1.3`, `db.${S} 30 A 10.244.2.2`, `db.${S} 30 A 10.244.2.3`],
    ],
    [
      `db-0.db.${S}`,
      'A',
      'NOERROR',
      expect.arrayContaining([expect.stringMatching(/^db-0\.db\..* 30 A 10\.244\./)]),
    ],
    [`db-9.db.${S}`, 'A', 'NXDOMAIN', []],
    [
      `_pg._tcp.db.${S}`,
      'SRV',
      'NOERROR',
      [0, 1, 2].map((i) => `_pg._tcp.db.${S} 30 SRV 0 33 5432 db-${i}.db.${S}.`),
    ],
    [`none-ready.${S}`, 'A', 'NXDOMAIN', []],
    [
      `outside.${S}`,
      'A',
      'NOERROR',
      ['api.example.com 300 A 203.0.113.10', `outside.${S} 30 CNAME api.example.com.`],
    ],
    [`outside.${S}`, 'CNAME', 'NOERROR', [`outside.${S} 30 CNAME api.example.com.`]],
    [`outside.${S}`, 'SRV', 'NOERROR', []],
    [`alias.${S}`, 'A', 'NOERROR', [`alias.${S} 30 CNAME web.${S}.`, `web.${S} 30 A 10.96.20.20`]],
    [`loop-a.${S}`, 'A', 'NOERROR', []],
    ['10-1-2-3.prod.pod.cluster.local', 'A', 'NOERROR', ['10-1-2-3.prod.pod.cluster.local 30 A 10.1.2.3']],
    ['10-1-2-3.nowhere.pod.cluster.local', 'A', 'NXDOMAIN', []],
    ['10-1-2-333.prod.pod.cluster.local', 'A', 'NXDOMAIN', []],
    ['dns-version.cluster.local', 'TXT', 'NOERROR', ['dns-version.cluster.local 28800 TXT "1.1.0"']],
    ['10.96.20.20', 'PTR', 'NOERROR', [`20.20.96.10.in-addr.arpa 30 PTR web.${S}.`]],
    ['10.9.9.9', 'PTR', 'NXDOMAIN', []],
    ['cluster.local', 'NS', 'NOERROR', ['cluster.local 30 NS kube-dns.kube-system.svc.cluster.local.']],
    [
      'cluster.local',
      'SOA',
      'NOERROR',
      ['cluster.local 30 SOA ns.dns.cluster.local. hostmaster.cluster.local. 1 7200 1800 86400 30'],
    ],
    ['www.example.com', 'A', 'NOERROR', ['www.example.com 300 A 203.0.113.10']],
    ['www.example.com', 'AAAA', 'NOERROR', []],
    ['www.laptop.example', 'A', 'NOERROR', ['www.laptop.example 300 A 172.18.0.100']],
    ['172.18.0.100', 'PTR', 'NOERROR', ['100.0.18.172.in-addr.arpa 300 PTR laptop.example.']],
    ['web', 'A', 'NXDOMAIN', []],
    ['web.prod', 'A', 'NXDOMAIN', []],
  ];
  test.each(rows)('%s %s', (name, type, rcode, answers) => {
    const result = dig(name, type);
    expect(result.rcode).toBe(rcode);
    expect(result.answers.map((r) => `${r.name} ${r.ttl} ${r.type} ${r.data}`).sort()).toEqual(answers);
  });

  test('a pod behind a Service has a reverse name made of its address', () => {
    const ip = cluster.pods.find((p) => p.shortName === 'web')?.ips[0] ?? '';
    expect(dig(ip, 'PTR').answers.map((r) => r.data)).toContain(`${ip.replaceAll('.', '-')}.web.${S}.`);
  });

  test('no answer carries the SOA of the zone', () => {
    const config = resolverConfig(cluster, { pod: podNamed(cluster, 'client') });
    const handler = coreDns(cluster);
    for (const name of [`nobody.${S}`, S]) {
      const request = {
        kind: 'dns',
        id: 1,
        response: false,
        authoritative: false,
        recursionDesired: true,
        recursionAvailable: false,
        rcode: 'NOERROR',
        question: { name, type: 'A' },
        answers: [],
        authority: [],
      } as const;
      const self = {
        netns: 'kube-system/coredns',
        ip: '10.244.0.2',
        port: 53,
        process: 'coredns',
        proto: 'udp',
      } as const;
      const { result } = runProgram(handler(request, { ip: '10.244.1.2', port: 4000 }, self), {});
      expect(result).toMatchObject({
        authoritative: true,
        authority: [{ name: 'cluster.local', type: 'SOA' }],
      });
    }
    expect(config.ndots).toBe(5);
  });

  test('without an upstream that answers: SERVFAIL', () => {
    const config = resolverConfig(cluster, { pod: podNamed(cluster, 'client') });
    const { result, calls } = runProgram(queryOnce(config, 'example.com', 'A'), {
      '10.96.0.10': coreDns(cluster),
    });
    expect(result.rcode).toBe('SERVFAIL');
    expect(calls.filter((c) => c.call === 'segment' && c.purpose === 'upstream-dns')).toHaveLength(3);
  });
});

describe('the resolver of a client', () => {
  test('resolv.conf of a pod', () => {
    expect(resolvConfText(resolverConfig(cluster, { pod: podNamed(cluster, 'client') }))).toBe(
      'search default.svc.cluster.local svc.cluster.local cluster.local\nnameserver 10.96.0.10\noptions ndots:5\n',
    );
    expect(resolvConfText(resolverConfig(cluster, { pod: podNamed(cluster, 'host') }))).toBe(
      'nameserver 203.0.113.10\n',
    );
    expect(resolvConfText(resolverConfig(cluster, {}))).toBe('nameserver 203.0.113.10\n');
  });

  test('dnsPolicy and dnsConfig', () => {
    const pod = (spec: string) =>
      resolvConfText(
        resolverConfig(
          settleText(
            `kind: Pod\nmetadata: {name: p, namespace: kube-system}\nspec: {containers: [{name: c, image: busybox}], ${spec}}`,
          ).cluster,
          {
            pod: settleText(
              `kind: Pod\nmetadata: {name: p, namespace: kube-system}\nspec: {containers: [{name: c, image: busybox}], ${spec}}`,
            ).cluster.pods.find((p) => p.name === 'p'),
          },
        ),
      );
    expect(pod('dnsPolicy: Default')).toBe('nameserver 203.0.113.10\n');
    expect(pod('hostNetwork: true, dnsPolicy: ClusterFirstWithHostNet')).toContain('nameserver 10.96.0.10');
    expect(
      pod(
        'dnsPolicy: None, dnsConfig: {nameservers: [1.1.1.1], searches: [example.com.], options: [{name: ndots, value: "2"}, {name: edns0}]}',
      ),
    ).toBe('search example.com\nnameserver 1.1.1.1\noptions ndots:2 edns0\n');
    expect(pod('dnsConfig: {options: [{name: ndots, value: "1"}]}')).toContain('options ndots:1\n');
    // The node's settings for a pod of the host network that does not ask for the cluster's.
    expect(pod('hostNetwork: true')).toBe('nameserver 203.0.113.10\n');
    expect(pod('dnsPolicy: Default, dnsConfig: {nameservers: [203.0.113.10, 1.1.1.1]}')).toBe(
      'nameserver 203.0.113.10\nnameserver 1.1.1.1\n',
    );
  });

  const search = ['default.svc.cluster.local', 'svc.cluster.local', 'cluster.local'];
  test.each([
    ['web', 5, ['web.default.svc.cluster.local', 'web.svc.cluster.local', 'web.cluster.local', 'web']],
    ['web.', 5, ['web']],
    ['a.b', 1, ['a.b', 'a.b.default.svc.cluster.local', 'a.b.svc.cluster.local', 'a.b.cluster.local']],
    ['a.b.c.d.e.f', 5, ['a.b.c.d.e.f', ...search.map((s) => `a.b.c.d.e.f.${s}`)]],
  ])('%s with ndots:%d', (host, ndots, names) => {
    expect(candidates({ search, ndots }, host)).toEqual(names);
  });

  const client = resolverConfig(cluster, { pod: podNamed(cluster, 'client') });
  const asked = (host: string) =>
    runProgram(lookUp(client, host), handlers(cluster)).result.queries.map(
      (q) => `${q.name} ${q.type} ${q.rcode}`,
    );

  test('a Service of the own namespace: the first suffix hits, A and AAAA', () => {
    expect(asked('web')).toEqual([
      'web.default.svc.cluster.local A NOERROR',
      'web.default.svc.cluster.local AAAA NOERROR',
    ]);
  });

  test('a name outside costs three NXDOMAINs for each type', () => {
    const list = asked('www.example.com');
    expect(list).toHaveLength(8);
    expect(list.filter((q) => q.endsWith('NXDOMAIN'))).toHaveLength(6);
    expect(list.slice(-2)).toEqual(['www.example.com A NOERROR', 'www.example.com AAAA NOERROR']);
  });

  test('a typing error is not found, with every suffix tried', () => {
    const { result } = runProgram(lookUp(client, 'wbe'), handlers(cluster));
    expect(result).toMatchObject({ rcode: 'NXDOMAIN', addresses: [] });
    expect(result.queries).toHaveLength(8);
  });

  test('silence: two tries, then only the bare name', () => {
    const { result } = runProgram(lookUp(client, 'web'), {});
    expect(result).toMatchObject({ error: 'timeout', addresses: [] });
    expect(result.queries.map((q) => `${q.type} ${q.name}`)).toEqual(
      ['web.default.svc.cluster.local', 'web'].flatMap((name) => [
        `A ${name}`,
        `AAAA ${name}`,
        `A ${name}`,
        `AAAA ${name}`,
      ]),
    );
  });

  describe('servers that fail, as glibc 2.36 was seen to treat them', () => {
    const failing = (
      rcode: (name: string, type: string) => 'SERVFAIL' | 'REFUSED' | 'NXDOMAIN' | 'NOERROR' | undefined,
    ): AppHandler =>
      function* (request) {
        if (request.kind !== 'dns') return undefined;
        const found = rcode(request.question.name, request.question.type);
        if (found === undefined) return undefined;
        const answers =
          found === 'NOERROR' && request.question.type === 'A'
            ? [{ name: request.question.name, type: 'A', ttl: 30, data: '10.0.0.1' }]
            : [];
        return { ...request, response: true, rcode: found, answers };
      };
    const config = { ...client, search: ['a.test', 'b.test'] };
    const run = (handler: AppHandler) => runProgram(lookUp(config, 'web'), { '10.96.0.10': handler }).result;
    const names = (handler: AppHandler) => run(handler).queries.map((q) => `${q.name} ${q.type}`);

    test('SERVFAIL: each pair twice, then the next suffix', () => {
      expect(names(failing(() => 'SERVFAIL'))).toEqual(
        ['web.a.test', 'web.b.test', 'web'].flatMap((n) => [`${n} A`, `${n} AAAA`, `${n} A`, `${n} AAAA`]),
      );
      expect(run(failing(() => 'SERVFAIL'))).toMatchObject({ rcode: 'SERVFAIL', addresses: [] });
    });

    test('REFUSED: the pair twice, then only the bare name', () => {
      expect(names(failing(() => 'REFUSED'))).toEqual(
        ['web.a.test', 'web'].flatMap((n) => [`${n} A`, `${n} AAAA`, `${n} A`, `${n} AAAA`]),
      );
    });

    test('SERVFAIL for one suffix: the others are still asked', () => {
      expect(names(failing((n) => (n === 'web.a.test' ? 'SERVFAIL' : 'NXDOMAIN')))).toEqual([
        'web.a.test A',
        'web.a.test AAAA',
        'web.a.test A',
        'web.a.test AAAA',
        'web.b.test A',
        'web.b.test AAAA',
        'web A',
        'web AAAA',
      ]);
    });

    test('nobody listens at the server: the pair twice, from two ports, and no more', () => {
      const program = lookUp(config, 'web');
      const sent: string[] = [];
      const ports: number[] = [];
      let step = program.next(undefined);
      while (step.done !== true) {
        const call = step.value;
        if (call.call === 'send' && call.payload.kind === 'dns') {
          if (call.sport !== undefined) ports.push(call.sport);
          sent.push(`${call.payload.question.name} ${call.payload.question.type}`);
        }
        const socket = { ok: true, socket: 3, local: { ip: '10.244.1.2', port: 40000 } } as const;
        step = program.next(
          call.call === 'send'
            ? socket
            : call.call === 'receive'
              ? { ok: false, error: 'refused' }
              : undefined,
        );
      }
      expect(step.value).toMatchObject({ error: 'refused', addresses: [] });
      expect(sent).toEqual(['web.a.test A', 'web.a.test AAAA', 'web.a.test A', 'web.a.test AAAA']);
      expect(new Set(ports).size).toBe(2);
      expect(ports).toHaveLength(2);
    });

    test('no answer for AAAA only: A is enough, after a third round', () => {
      const result = run(failing((_, type) => (type === 'AAAA' ? undefined : 'NOERROR')));
      expect(result.addresses).toEqual(['10.0.0.1']);
      expect(result.queries.map((q) => q.type)).toEqual(['A', 'AAAA', 'A', 'AAAA', 'A', 'AAAA']);
    });
  });

  test('A and AAAA share a port, dig takes a new one each time', () => {
    const ports = (calls: readonly Syscall[]) =>
      calls.flatMap((c) => (c.call === 'datagram' ? [c.sport] : []));
    const { calls } = runProgram(lookUp(client, 'web'), { '10.96.0.10': coreDns(cluster) });
    const of = (kind: string) => calls.filter((c) => c.call === kind);
    // Both leave before the first answer is read.
    expect(calls.filter((c) => c.call === 'send' || c.call === 'receive').map((c) => c.call)).toEqual([
      'send',
      'send',
      'receive',
      'receive',
    ]);
    expect(of('send')).toMatchObject([{ sport: expect.any(Number) }, { socket: 3 }]);
    expect(ports(runProgram(queryOnce(client, 'web', 'A'), {}).calls)).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });

  test('localhost, literal addresses and the own name need no question', () => {
    for (const [host, ...ips] of [
      ['localhost', '::1', '127.0.0.1'],
      ['ip6-localhost', '::1'],
      ['10.1.2.3', '10.1.2.3'],
      ['client', podNamed(cluster, 'client')?.ips[0]],
    ]) {
      const { result, calls } = runProgram(lookUp(client, host ?? ''), {});
      expect(result.addresses).toEqual(ips);
      expect(calls.filter(({ call }) => call !== 'source')).toEqual([]);
    }
  });

  test('machines know each other by name', () => {
    const node = resolverConfig(cluster, {});
    expect(runProgram(lookUp(node, 'kind-worker2'), {}).result.addresses).toEqual(['172.18.0.4']);
    expect(runProgram(lookUp(node, 'laptop'), {}).result.addresses).toEqual(['172.18.0.100']);
  });
});

describe('a Corefile of one’s own', () => {
  const withCorefile = (corefile: string) =>
    settleText(
      `${BASE}\n---\nkind: ConfigMap\nmetadata: {name: coredns, namespace: kube-system}\ndata:\n  Corefile: |\n${corefile.replace(/^/gm, '    ')}`,
    ).cluster;

  test('hosts, rewrite, pods verified, stub domain', () => {
    const state = withCorefile(`
.:53 {
    rewrite name exact old.example.com web.default.svc.cluster.local
    hosts {
        192.0.2.7 fixed.example.com
        fallthrough
    }
    kubernetes cluster.local in-addr.arpa {
        pods verified
        ttl 5
        fallthrough in-addr.arpa
    }
    forward . /etc/resolv.conf
}
corp.example:53 {
    forward . 172.18.0.100
}
`);
    const answers = (name: string, type = 'A') =>
      dig(name, type, state).answers.map((r) => `${r.name} ${r.ttl} ${r.data}`);
    expect(answers('old.example.com')).toEqual(['old.example.com 5 10.96.20.20']);
    expect(answers('fixed.example.com')).toEqual(['fixed.example.com 3600 192.0.2.7']);
    expect(answers('other.example.com')).toEqual(['other.example.com 300 203.0.113.10']);
    expect(dig('10-1-2-3.default.pod.cluster.local', 'A', state).rcode).toBe('NXDOMAIN');
    const ip = podNamed(state, 'client')?.ips[0] ?? '';
    expect(answers(`${ip.replaceAll('.', '-')}.default.pod.cluster.local`)).toHaveLength(1);
    expect(dig('x.corp.example', 'A', state).rcode).toBe('SERVFAIL');
  });

  test('a plugin that is not modelled is told, at the Corefile', () => {
    const state = withCorefile(
      '.:53 {\n    kubernetes cluster.local\n    template IN A example.org\n    log\n}\n',
    );
    const found = corefileDiagnostics(state, () => ({
      file: 'a',
      line: 9,
      column: 1,
      endLine: 9,
      endColumn: 2,
    }));
    expect(found).toMatchObject([
      {
        code: 'dns/plugin-not-modelled',
        params: { plugin: 'template' },
        path: ['data', 'Corefile'],
        range: { line: 9 },
      },
    ]);
    for (const words of [en, ko])
      expect(words['dns/plugin-not-modelled']?.({ plugin: 'template' })).toContain('`template`');
    expect(corefileDiagnostics(cluster, () => undefined)).toEqual([]);
  });

  test('a name that no server block has is refused', () => {
    const state = withCorefile('cluster.local:53 {\n    kubernetes cluster.local\n}\n');
    expect(dig('example.com', 'A', state).rcode).toBe('REFUSED');
    expect(dig('10-1-2-3.prod.pod.cluster.local', 'A', state).rcode).toBe('NXDOMAIN');
  });
});
