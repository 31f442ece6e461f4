import { describe, expect, it } from 'vitest';
import { en } from '../../i18n/en.ts';
import { ko } from '../../i18n/ko.ts';
import { walkTranscript } from '../../i18n/transcript.ts';
import { encode } from '../../sim/packet/codec.ts';
import type { ProbeSpec } from '../../sim/k8s/cluster-state.ts';
import { simulate, walk } from '../../sim/simulate.ts';
import { tableOf } from '../../sim/tables.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import { ReachMatrix } from '../../state/matrix.ts';
import { yamlText } from './cluster/yaml-text.ts';
import { cellOf, countDenied, groupsOf, withDenied } from './matrix/groups.ts';
import { stepOf } from './matrix/use-matrix.ts';
import { packetRows } from './packet/packet-rows.ts';
import { changesOf } from './why/changes.ts';
import { currentPhase, phasesOf, phaseState } from './why/phases.ts';
import { commandOf, ownText, printsAny } from './why/use-rows.ts';

const pod = (name: string, node: string, more = ''): string => `
---
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {app: ${name}}${more}}
spec:
  nodeName: ${node}
  containers: [{name: c, image: example.org/${name}}]
`;
const LISTENS = ', annotations: {packetwalk.dev/listen: 8080/TCP}';
const SERVICE = (targetPort: number): string => `
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: ${targetPort}}]
`;
const POLICY = `
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
`;
const CALICO = '---\napiVersion: packetwalk.dev/v1alpha1\nkind: Playground\ncni: calico\n';
const NFTABLES =
  '---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: nftables\n';
const BASE = pod('client', 'kind-worker') + pod('web', 'kind-worker2', LISTENS);
const CURL: ProbeSpec = { from: 'default/client', tool: 'curl', to: 'http://web' };

function traceOf(text: string, probe: ProbeSpec = CURL): Trace {
  return walk(simulate({ files: [{ name: 'app.yaml', text }] }), probe);
}

const probeSegment = (trace: Trace): number => trace.segments.findIndex((s) => s.purpose === 'probe');

describe('phases come in the order in which the packet met them', () => {
  it.each([
    {
      name: 'delivered over flannel',
      text: BASE + SERVICE(8080),
      phases: ['dns', 'serviceDnat', 'route', 'encap', 'route', 'delivery', 'reply', 'outcome'],
      failed: [],
    },
    {
      name: 'refused by a closed port',
      text: BASE + SERVICE(9999),
      phases: ['dns', 'serviceDnat', 'route', 'encap', 'route', 'delivery', 'reply', 'outcome'],
      failed: ['delivery'],
    },
    {
      name: 'dropped by a policy where Calico enforces it: after the route',
      text: CALICO + BASE + SERVICE(8080) + POLICY,
      phases: ['dns', 'serviceDnat', 'route', 'encap', 'route', 'ingress', 'retry', 'outcome'],
      failed: ['ingress', 'retry'],
    },
    {
      name: 'no endpoint',
      text: pod('client', 'kind-worker') + SERVICE(80),
      phases: ['dns', 'route', 'rules', 'reply', 'outcome'],
      failed: ['rules'],
    },
    {
      name: 'nftables: the map leads to the endpoint, the rest is as in iptables',
      text: NFTABLES + BASE + SERVICE(8080),
      phases: ['dns', 'serviceDnat', 'route', 'encap', 'route', 'delivery', 'reply', 'outcome'],
      failed: [],
    },
    {
      name: 'nftables: no endpoint',
      text: NFTABLES + pod('client', 'kind-worker') + SERVICE(80),
      phases: ['dns', 'route', 'rules', 'reply', 'outcome'],
      failed: ['rules'],
    },
  ])('$name', ({ text, phases, failed }) => {
    const trace = traceOf(text);
    const found = phasesOf(trace, probeSegment(trace));
    expect(found.map((p) => p.kind)).toEqual(phases);
    expect(found.filter((p) => p.failed).map((p) => p.kind)).toEqual(failed);
    for (const step of trace.steps) {
      const current = currentPhase(found, step.index);
      const states = found.map((p) => phaseState(p, step.index, current));
      expect(states.filter((s) => s === 'now').length).toBeLessThanOrEqual(1);
      if (states.includes('ahead')) expect(states.lastIndexOf('done')).toBeLessThan(states.indexOf('ahead'));
    }
  });
});

it('the client hears a status, not that it hung up', () => {
  const trace = traceOf(BASE + SERVICE(8080));
  const outcome = phasesOf(trace, probeSegment(trace)).at(-1);
  expect(trace.steps[outcome!.key!]?.reason).toMatchObject({
    code: 'process.response',
    params: { status: 200 },
  });
});

it('every row of nftables has a command that prints it, and one element is picked out of its line', () => {
  const text = NFTABLES + BASE + SERVICE(8080);
  const simulation = simulate({ files: [{ name: 'cluster.yaml', text }] });
  const trace = traceOf(text);
  const keys = trace.steps.flatMap((s) =>
    s.rows.filter((row) => row.startsWith('nft/')).map((row) => [s.place, row] as const),
  );
  expect(keys.length).toBeGreaterThan(3);
  for (const [place, key] of keys) {
    const source = commandOf(key);
    expect(source, key).toBeDefined();
    const lines = tableOf(simulation, place, source?.command ?? '');
    expect(
      lines.filter((line) => printsAny(line, (one) => one === key)),
      key,
    ).toHaveLength(1);
    const { text: printed } = lines.find((line) => printsAny(line, (one) => one === key))!;
    const own = ownText(key, printed);
    if (key.includes('/map/')) expect(own).toMatch(/^10\.96\.\S+ \. (tcp|udp) \. \d+ : goto service-\S+$/);
    else expect(own).toBe(printed);
  }
});

describe('what changed', () => {
  const trace = traceOf(BASE + SERVICE(8080));
  const stepOf = (code: string): Trace['steps'][number] => {
    const step = trace.steps.find((s) => s.reason.code === code && s.segment === probeSegment(trace));
    if (step === undefined) throw new Error(`no ${code}`);
    return step;
  };

  it('a DNAT rewrites address and port, and keeps the source', () => {
    const changes = changesOf(stepOf('nat.dnat'));
    expect(changes?.fields.map((f) => f.key)).toEqual(['ipv4.dst', 'tcp.dport']);
    expect(changes?.fields[1]).toMatchObject({ before: '80', after: '8080' });
    expect(changes?.keptSource).toMatch(/^10\.244\.1\.2:\d+$/);
    expect(changes?.tunnel).toBeUndefined();
  });

  it('VXLAN puts an envelope on: 74 bytes become 124', () => {
    const changes = changesOf(stepOf('vxlan.encap'));
    expect(changes?.tunnel).toMatchObject({
      put: 'on',
      src: '172.18.0.3',
      dst: '172.18.0.4',
      by: 'VXLAN, UDP 8472, VNI 1',
    });
    expect(changes?.size).toEqual({ before: 74, after: 124 });
    expect(changesOf(stepOf('vxlan.decap'))?.tunnel?.put).toBe('off');
  });

  it('a changed field is marked in the header stack, wrapping moves none', () => {
    const nat = stepOf('nat.dnat');
    const rows = packetRows(nat.packet!, nat.before).rows;
    expect(rows.filter((r) => r.state === 'changed').map((r) => `${r.span.layer}.${r.span.key}`)).toEqual([
      'ipv4.checksum',
      'ipv4.dst',
      'tcp.dport',
      'tcp.checksum',
    ]);
    const wrap = stepOf('vxlan.encap');
    const wrapped = packetRows(wrap.packet!, wrap.before);
    expect(wrapped.rows.filter((r) => r.state === 'changed' && r.span.depth > 0)).toEqual([]);
    expect(wrapped.headers.filter((h) => h.rows.every((r) => r.state === 'added')).length).toBeGreaterThan(2);
  });

  it('every packet of a walk encodes, and each field and row has its words', () => {
    for (const step of trace.steps) {
      for (const key of step.rows) expect(commandOf(key), key).toBeDefined();
      if (step.packet === undefined) continue;
      for (const f of encode(step.packet).fields) {
        expect(en.packet.fields[`${f.layer}.${f.key}`], `${f.layer}.${f.key}`).toBeDefined();
      }
    }
  });
});

describe('words', () => {
  it('both languages explain the same header fields', () => {
    expect(Object.keys(ko.packet.fields)).toEqual(Object.keys(en.packet.fields));
  });

  it('the transcript tells verdict, places and changes in both languages', () => {
    const trace = traceOf(BASE + SERVICE(8080));
    const english = walkTranscript(trace, en);
    expect(english).toMatch(/^Verdict: delivered\nThe client sees: HTTP 200\n/);
    expect(english).toMatch(/-- kind-worker\n/);
    expect(english).toMatch(/destination 10\.96\.\d+\.\d+:80 → 10\.244\.2\.2:8080/);
    expect(walkTranscript(trace, ko)).toMatch(/^판정: 전달됨\n/);
    expect(walkTranscript(trace, ko).split('\n')).toHaveLength(english.split('\n').length);
  });

  it('a refusal names what does listen', () => {
    const trace = traceOf(BASE + SERVICE(9999));
    expect(trace.reason.code).toBe('socket.no-listener-tcp');
    expect(walkTranscript(trace, en)).toContain(
      'Connection refused by the pod: nothing listens on 10.244.2.2:9999',
    );
  });
});

describe('matrix', () => {
  const row = (...parts: number[]) => Uint16Array.from(parts);
  /** One pod of web cannot send to db; db, on its node's network, reaches one of web and perhaps the other. */
  const matrix = new ReachMatrix({
    port: 80,
    protocol: 'TCP',
    enforced: true,
    pods: ['a/web-5d4f6b7c8d-bcdfg', 'a/web-5d4f6b7c8d-hjklm', 'b/db'],
    parts: [
      { kind: 'open', policies: [] },
      { kind: 'denied', policies: [{ policy: 'a/shut', kind: 'NetworkPolicy' }] },
    ],
    firstColumn: Uint32Array.of(0, 1, 2, 3),
    out: [row(0, 0, 1), row(0, 0, 0)],
    outOf: Uint32Array.of(0, 1, 1),
    into: [row(0, 0, 1), row(0, 0, 0)],
    intoOf: Uint32Array.of(0, 0, 1),
    doubt: Uint8Array.of(0, 0, 0),
    node: Int32Array.of(0, 0, 1),
    host: Uint8Array.of(0, 0, 1),
    deniesOwnNode: false,
    addresses: Uint8Array.of(0, 1, 0),
    deniedFrom: Uint32Array.of(1, 0, 1),
    deniedTo: Uint32Array.of(1, 0, 1),
  });
  const cluster = {
    pods: matrix.pods.map((p) => ({
      namespace: p.slice(0, 1),
      name: p.slice(2),
      shortName: p.startsWith('a') ? 'web' : 'db',
    })),
  } as unknown as Parameters<typeof groupsOf>[1];

  it('puts the pods of a workload together and says when they differ', () => {
    const groups = groupsOf(matrix, cluster, 'workloads');
    expect(groups.map((g) => `${g.id} ${g.members.length}`)).toEqual(['a/web 2', 'b/db 1']);
    const [web, db] = groups;
    expect(cellOf(matrix, web!, db!)).toMatchObject({ state: 'some', allowed: 1, total: 2, pair: [0, 2] });
    expect(cellOf(matrix, web!, db!).reason).toMatchObject({ code: 'egress-denied', policies: ['a/shut'] });
    expect(cellOf(matrix, db!, web!)).toMatchObject({ state: 'denied', reason: { code: 'ingress-denied' } });
    expect(matrix.allowedAt(2, 1)).toBe('unknown');
    expect(cellOf(matrix, db!, db!)).toMatchObject({ state: 'self', pair: undefined });
    expect(countDenied(matrix)).toEqual({ denied: 2, total: 6 });
  });

  it('shows only rows and columns in which something is denied', () => {
    const { rows, columns } = withDenied(matrix, groupsOf(matrix, cluster, 'pods'));
    expect(rows.map((g) => g.name)).toEqual(['web bcdfg', 'db']);
    expect(columns.map((g) => g.name)).toEqual(['web bcdfg', 'db']);
  });

  it('names single pods shortly', () => {
    expect(groupsOf(matrix, cluster, 'pods').map((g) => g.name)).toEqual(['web bcdfg', 'web hjklm', 'db']);
  });
});

describe('what an edit is compared with', () => {
  const past = [{ files: [], active: '', caret: 0 }];

  it('typing on stays one step, compared with the answer from before it; another edit is compared with the last one', () => {
    const first = stepOf(undefined, past, 1);
    expect(first.since).toBe(1);
    expect(stepOf(first, past, 2)).toBe(first);
    expect(stepOf(first, [...past], 3).since).toBe(3);
  });
});

describe('YAML for reading', () => {
  it('lays data out as kubectl does', () => {
    const value = {
      kind: 'Pod',
      metadata: { name: 'a', labels: {} },
      spec: { ports: [{ port: 80, name: 'yes' }], args: ['-x', 'b'] },
    };
    expect(yamlText(value).trimStart()).toBe(
      [
        'kind: Pod',
        'metadata:',
        '  name: a',
        '  labels: {}',
        'spec:',
        '  ports:',
        '  - port: 80',
        '    name: "yes"',
        '  args:',
        '  - "-x"',
        '  - b',
        '',
      ].join('\n'),
    );
  });
});
