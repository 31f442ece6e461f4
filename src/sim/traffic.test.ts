/** Traffic of policy-assistant in both directions; the first file has the shape of upstream's walkthrough. */
import { beforeAll, describe, expect, it } from 'vitest';
import { scenarioEntries } from '../content/scenarios/registry.ts';
import { diagnostics as en } from '../i18n/diagnostics.en.ts';
import { diagnostics as ko } from '../i18n/diagnostics.ko.ts';
import { loadAnyYaml } from './k8s/parse/read-yaml.ts';
import { expectations, probeOf } from './probe/expectations.ts';
import type { ProbeQuestion } from './probe/options.ts';
import { simulate } from './simulate.ts';
import { expectWalk, importTraffic } from './traffic.ts';
import { exportTraffic } from './traffic/export-traffic.ts';
import { addEntries } from './traffic/playground-entries.ts';
import { readTraffic } from './traffic/traffic-file.ts';

beforeAll(loadAnyYaml);

const CLUSTER = `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: calico
external: [{name: laptop, ip: 172.18.0.100}]
---
apiVersion: v1
kind: Namespace
metadata: {name: demo, labels: {team: red}}
---
apiVersion: apps/v1
kind: Deployment
metadata: {name: a, namespace: demo}
spec:
  replicas: 2
  selector: {matchLabels: {pod: a}}
  template:
    metadata: {labels: {pod: a}}
    spec: {containers: [{name: c, image: "registry.k8s.io/e2e-test-images/agnhost:2.45", args: [netexec]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: b, namespace: demo, labels: {pod: b, tier: back}}
spec: {containers: [{name: c, image: nginx, ports: [{name: web, containerPort: 80}]}]}
---
apiVersion: v1
kind: Pod
metadata: {name: locked, namespace: demo, labels: {pod: locked}}
spec: {containers: [{name: c, image: nginx}]}
---
apiVersion: v1
kind: Service
metadata: {name: back, namespace: demo}
spec: {selector: {pod: b}, ports: [{port: 8000, targetPort: web}]}
---
apiVersion: v1
kind: Service
metadata: {name: nobody, namespace: demo}
spec: {selector: {pod: nobody}, ports: [{port: 80}]}
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: locked, namespace: demo}
spec: {podSelector: {matchLabels: {pod: locked}}}
`;
const FILES = [{ name: 'all.yaml', text: CLUSTER }];
const sim = () => simulate({ files: FILES });
const plain = (entry: ReturnType<typeof sim>['cluster']['settings']['expect'][number]): object =>
  Object.fromEntries(Object.entries(entry).filter(([key]) => key !== 'origin'));

interface Row {
  readonly name: string;
  readonly source: object;
  readonly destination: object;
  readonly more?: object;
  readonly entry?: object;
  readonly codes?: readonly string[];
}

const A = { Internal: { Workload: 'demo/deployment/a' } };
const B = { Internal: { Workload: 'Demo/Pod/b' } };

const ROWS: readonly Row[] = [
  {
    name: 'workloads',
    source: A,
    destination: B,
    entry: { from: 'demo/a', to: 'demo/b:80', allowed: true },
  },
  {
    name: 'a port on which nobody listens: no policy stops it',
    source: A,
    destination: B,
    more: { ResolvedPort: 81 },
    entry: { from: 'demo/a', to: 'demo/b:81', verdict: 'rejected' },
  },
  {
    name: 'a policy stops it',
    source: B,
    destination: {
      Internal: { PodLabels: { pod: 'locked' }, NamespaceLabels: { team: 'red' }, Namespace: 'demo' },
    },
    entry: { from: 'demo/b', to: 'demo/locked:80', allowed: false },
  },
  {
    name: 'labels that a pod has and others besides, of the pod and its namespace',
    source: {
      Internal: { PodLabels: { pod: 'b' }, NamespaceLabels: { stage: 'x' }, Namespace: 'demo' },
      IP: '192.168.1.9',
    },
    destination: A,
    more: { ResolvedPort: 8080, Protocol: 'UDP' },
    entry: { from: 'demo/b', to: 'demo/a:8080/UDP', verdict: 'rejected' },
    codes: ['traffic/stands-for', 'traffic/other-address'],
  },
  {
    name: 'from a host outside, to an address outside',
    source: { IP: '172.18.0.100' },
    destination: B,
    entry: { from: 'external/laptop', to: 'demo/b:80', verdict: 'unroutable' },
  },
  {
    name: 'to the internet',
    source: B,
    destination: { IP: '203.0.113.10' },
    entry: { from: 'demo/b', to: '203.0.113.10:80', allowed: true },
  },
  {
    name: 'from a node',
    source: { IP: '172.18.0.3' },
    destination: B,
    entry: { from: 'node/kind-worker', to: 'demo/b:80', allowed: true },
  },
  {
    name: 'the port’s own name, and another',
    source: A,
    destination: B,
    more: { ResolvedPortName: 'serve-80-tcp' },
    entry: { from: 'demo/a', to: 'demo/b:80', allowed: true },
    codes: ['traffic/port-name'],
  },
  { name: 'a host that there is not', source: { IP: '8.8.8.8' }, destination: B, codes: ['traffic/no-host'] },
  {
    name: 'a pod that there is not',
    source: { Internal: { PodLabels: { pod: 'c' }, Namespace: 'demo' } },
    destination: B,
    codes: ['traffic/no-pod'],
  },
  {
    name: 'a workload that there is not',
    source: { Internal: { Workload: 'demo/daemonset/a' } },
    destination: B,
    codes: ['traffic/no-pod'],
  },
  {
    name: 'nobody inside',
    source: { IP: '172.18.0.100' },
    destination: { IP: '8.8.8.8' },
    codes: ['traffic/both-outside'],
  },
];

describe('traffic becomes entries', () => {
  it.each(ROWS)('$name', ({ source, destination, more, entry, codes = [] }) => {
    const traffic = [
      { Source: source, Destination: destination, Protocol: 'TCP', ResolvedPort: 80, ...more },
    ];
    const file = { name: 't.json', text: JSON.stringify(traffic) };
    const told = importTraffic(sim(), FILES, file, 'expect');
    expect(told.entries).toEqual(entry === undefined ? [] : [entry]);
    expect(told.diagnostics.map((d) => d.code)).toEqual(codes);
    for (const { code, params } of told.diagnostics) {
      for (const catalog of [en, ko]) expect(catalog[code]?.(params)).not.toMatch(/undefined|\[object/);
    }
    if (told.edited === undefined) return;
    // What is written is read back as what was meant, and holds.
    const now = simulate({ files: told.edited.files });
    expect(now.diagnostics.filter((d) => d.severity === 'error')).toEqual([]);
    expect(now.cluster.settings.expect.map(plain)).toEqual([entry]);
    expect(expectations(now.world, now.cluster).map((e) => e.holds)).toEqual([true]);
  });

  it('as probes', () => {
    const traffic = [{ Source: A, Destination: B, Protocol: 'SCTP', ResolvedPort: 80 }];
    const told = importTraffic(sim(), FILES, { name: 't', text: JSON.stringify(traffic) }, 'probes');
    const probe = { from: 'demo/a', tool: 'nc', to: 'demo/b', port: 80, proto: 'sctp' };
    expect(told.entries).toEqual([probe]);
    expect(simulate({ files: told.edited?.files ?? [] }).cluster.settings.probes).toEqual([probe]);
  });

  it('nothing sound in it: no text changes', () => {
    const told = importTraffic(sim(), FILES, { name: 't', text: '[{]' }, 'expect');
    expect(told).toMatchObject({ entries: [], diagnostics: [{ code: 'traffic/not-json' }] });
    expect(told.edited).toBeUndefined();
  });
});

describe('entries become traffic', () => {
  const withQuestions = (entries: string): ReturnType<typeof simulate> =>
    simulate({
      files: [{ name: 'all.yaml', text: CLUSTER.replace('cni: calico', `cni: calico\n${entries}`) }],
    });

  it('a Service is the pod and port behind it, and equal traffic is there once', () => {
    const { text, left } = exportTraffic(
      withQuestions(`expect:
  - {from: demo/locked, to: "http://back.demo:8000/x", allowed: true}
  - {from: demo/locked, to: "demo/b:80", allowed: true}
probes:
  - {from: external/laptop, tool: nc, to: demo/b, port: 80}`),
    );
    expect(left).toEqual([]);
    const namespace = {
      NamespaceLabels: { team: 'red', 'kubernetes.io/metadata.name': 'demo' },
      Namespace: 'demo',
    };
    const destination = {
      Internal: { PodLabels: { pod: 'b', tier: 'back' }, ...namespace },
      IP: expect.stringMatching(/^10\.244\./) as string,
    };
    expect(JSON.parse(text)).toEqual([
      {
        Source: {
          Internal: { PodLabels: { pod: 'locked' }, ...namespace },
          IP: expect.any(String) as string,
        },
        Destination: destination,
        Protocol: 'TCP',
        ResolvedPort: 80,
        ResolvedPortName: 'web',
      },
      {
        Source: { IP: '172.18.0.100' },
        Destination: destination,
        Protocol: 'TCP',
        ResolvedPort: 80,
        ResolvedPortName: 'web',
      },
    ]);
  });

  it('what has no counterpart is told', () => {
    const { left, entries } = exportTraffic(
      withQuestions(`expect:
  - {from: demo/b, to: demo/locked, allowed: false}
  - {from: demo/b, to: "nobody:80", allowed: false}
  - {from: demo/b, to: "no-such-name:80", clientSees: nxdomain}
  - {from: demo/gone, to: "demo/b:80", allowed: true}
  - {from: node/kind-worker, to: "203.0.113.10:80", allowed: true}`),
    );
    expect(entries).toBe(0);
    expect(left.map((one) => one.why)).toEqual(['icmp', 'service', 'nothing-sent', 'not-asked', 'no-pod']);
  });
});

/** Every scenario's questions: out, in, and out again is the same file. */
it.each(scenarioEntries.map((entry) => entry.slug))('round trip of %s', (slug) => {
  const files = scenarioEntries.find((entry) => entry.slug === slug)?.files ?? [];
  const simulation = simulate({ files });
  const out = exportTraffic(simulation);
  expect(readTraffic('t.json', out.text).diagnostics).toEqual([]);
  const back = importTraffic(simulation, files, { name: 't.json', text: out.text }, 'probes');
  expect(back.diagnostics).toEqual([]);
  const asked = {
    ...simulation.cluster.settings,
    expect: [],
    probes: back.entries as unknown as ProbeQuestion[],
  };
  const again = exportTraffic({ ...simulation, cluster: { ...simulation.cluster, settings: asked } });
  expect(JSON.parse(again.text)).toEqual(JSON.parse(out.text));
});

describe('the Playground document', () => {
  const entry = [{ from: 'a/b', to: 'c:80', allowed: true }];
  it.each([
    [
      'no document',
      'kind: Pod\n',
      'playground.yaml',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexpect:\n  - {from: a/b, to: "c:80", allowed: true}\n',
    ],
    [
      'no list',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico # why\n---\nkind: Pod\n',
      'a.yaml',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico # why\nexpect:\n  - {from: a/b, to: "c:80", allowed: true}\n---\nkind: Pod\n',
    ],
    [
      'a list',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexpect:\n- {from: x/y, to: z, allowed: false} # old\n# end\n',
      'a.yaml',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexpect:\n- {from: x/y, to: z, allowed: false} # old\n- {from: a/b, to: "c:80", allowed: true}\n# end\n',
    ],
    [
      'an empty list',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexpect:\ncni: calico\n',
      'a.yaml',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexpect:\n  - {from: a/b, to: "c:80", allowed: true}\ncni: calico\n',
    ],
    [
      'a list on one line',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexpect: []\n',
      'a.yaml',
      'apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\nexpect: [{from: a/b, to: "c:80", allowed: true}]\n',
    ],
  ])('%s', (_, text, file, result) => {
    const edited = addEntries([{ name: 'a.yaml', text }], 'expect', entry);
    expect(edited?.file).toBe(file);
    expect(edited?.files.find((one) => one.name === file)?.text).toBe(result);
  });

  it('an alias or another type is left alone', () => {
    for (const list of ['expect: &x []\nprobes: *x', 'expect: 7']) {
      const text = `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n${list}\n`;
      expect(addEntries([{ name: 'a.yaml', text }], 'expect', entry)).toBeUndefined();
    }
  });
});

describe('the shown walk as an assertion', () => {
  const from = 'demo/b';
  it.each<[string, ProbeQuestion, object]>([
    ['nc', { from, tool: 'nc', to: 'demo/a', port: 8080 }, { from, to: 'demo/a:8080', allowed: true }],
    [
      'a datagram',
      { from, tool: 'nc', to: 'demo/a:8081', proto: 'udp' },
      { from, to: 'demo/a:8081/UDP', allowed: true },
    ],
    [
      'a URL',
      { from, tool: 'curl', to: 'http://back:8000/x' },
      { from, to: 'http://back:8000/x', allowed: true },
    ],
    [
      'a URL and a port',
      { from, tool: 'curl', to: 'http://back/x', port: 8000 },
      { from, to: 'http://back:8000/x', allowed: true },
    ],
    [
      'curl without a scheme',
      { from, tool: 'curl', to: 'back:8000' },
      { from, to: 'back:8000', tool: 'curl', allowed: true },
    ],
    ['ping', { from, tool: 'ping', to: 'demo/locked' }, { from, to: 'demo/locked', allowed: false }],
    [
      'dig',
      { from, tool: 'dig', to: 'back.demo.svc.cluster.local' },
      { from, to: 'back.demo.svc.cluster.local', tool: 'dig', allowed: true },
    ],
    [
      'a name that there is not',
      { from, tool: 'nc', to: 'none:80' },
      { from, to: 'none:80', clientSees: 'nxdomain' },
    ],
    [
      'an empty Service',
      { from, tool: 'nc', to: 'nobody:80' },
      { from, to: 'nobody:80', verdict: 'rejected' },
    ],
  ])('%s', (_, probe, entry) => {
    const told = expectWalk(sim(), FILES, probe);
    if (!told.ok) throw new Error(told.why);
    const now = simulate({ files: told.edited.files });
    expect(now.cluster.settings.expect.map(plain)).toEqual([entry]);
    const [spec] = now.cluster.settings.expect;
    expect(spec && probeOf(spec).tool).toBe(probe.tool);
    expect(expectations(now.world, now.cluster).map((e) => e.holds)).toEqual([true]);
    expect(expectWalk(now, told.edited.files, probe)).toEqual({ ok: false, why: 'there' });
  });

  it('what an entry has no field for is not left out silently', () => {
    const probe: ProbeQuestion = { from, tool: 'curl', to: 'http://back:8000', headers: ['a: b'] };
    expect(expectWalk(sim(), FILES, probe)).toEqual({ ok: false, why: 'options' });
  });
});
