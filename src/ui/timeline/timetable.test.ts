import { beforeAll, describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../../sim/k8s/cluster-state.ts';
import { shownSteps } from '../../sim/scene/lens.ts';
import { simulate, walk, type Simulation } from '../../sim/simulate.ts';
import type { Trace } from '../../sim/trace/trace.ts';
import { laneAt, lanesOf, type Lane } from './lanes.ts';
import { geometryOf, linePath, nearestStop, placeWord, turns, wordWidth } from './geometry.ts';
import { pathOf, stopAt, timetableOf, type Where } from './timetable.ts';

const APP = `
apiVersion: v1
kind: Pod
metadata: {name: client}
spec:
  nodeName: kind-worker
  containers: [{name: c, image: busybox}]
---
apiVersion: v1
kind: Pod
metadata: {name: web, labels: {app: web}, annotations: {packetwalk.dev/listen: 8080/TCP}}
spec:
  nodeName: kind-worker2
  containers: [{name: w, image: example.org/web}]
---
apiVersion: v1
kind: Service
metadata: {name: web}
spec:
  selector: {app: web}
  ports: [{port: 80, targetPort: 8080}]
`;
const DENY = `
---
apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: calico
---
apiVersion: networking.k8s.io/v1
kind: NetworkPolicy
metadata: {name: deny}
spec:
  podSelector: {matchLabels: {app: web}}
  policyTypes: [Ingress]
`;

function whereOf({ cluster }: Simulation): Where {
  const pods = cluster.pods.map((p) => ({
    id: `${p.namespace}/${p.name}`,
    node: `node/${p.node}`,
    ip: p.ips[0],
  }));
  return {
    nodeOf: (place) => pods.find((p) => p.id === place)?.node,
    placeOf: (ip) => pods.find((p) => p.ip === ip)?.id,
  };
}

interface Walked {
  readonly simulation: Simulation;
  readonly trace: Trace;
  readonly lanes: readonly Lane[];
  readonly where: Where;
}

function walked(text: string, probe: ProbeSpec): Walked {
  const simulation = simulate({ files: [{ name: 'app.yaml', text }] });
  const trace = walk(simulation, probe);
  return { simulation, trace, lanes: lanesOf(trace, probe), where: whereOf(simulation) };
}

const words = (lanes: readonly Lane[]): string[] =>
  lanes.map((l) => {
    if (l.word.kind === 'plain') return l.word.text;
    return l.word.kind === 'again' ? `${l.word.text} +${l.word.seconds}` : `timeout ${l.word.seconds}`;
  });

describe('a delivered request to a pod on another node', () => {
  let w: Walked;
  beforeAll(() => {
    w = walked(APP, { from: 'default/client', tool: 'curl', to: 'http://web' });
  });

  it('has a lane for each exchange', () => {
    expect(words(w.lanes)).toEqual(['DNS A', 'AAAA', 'SYN · SYN-ACK', 'ACK', 'GET · 200', 'FIN']);
    expect(w.lanes.every((l) => l.outcome === 'ok')).toBe(true);
  });

  it('has rows in path order, the wire between the nodes', () => {
    const segment = w.trace.segments.findIndex((s) => s.purpose === 'probe');
    expect(pathOf(w.trace, segment, w.where).map((r) => r.id)).toEqual([
      'default/client',
      'node/kind-worker',
      'underlay',
      'node/kind-worker2',
      'default/web',
    ]);
  });

  it.each(['app', 'service', 'pod-network', 'overlay', 'wire'] as const)(
    'goes down with the request and up with the reply in lens %s',
    (lens) => {
      const lane = w.lanes.find((l) => l.word.kind === 'plain' && l.word.text.startsWith('SYN'));
      const { rows, stops } = timetableOf(w.trace, lane, shownSteps(w.trace, lens), w.where);
      expect(stops.length).toBeGreaterThan(1);
      const turn = stops.findIndex((s) => s.dir === 'reply');
      expect(stops[0]?.row).toBe(0);
      expect(stops[turn]?.row).toBe(rows.length - 1);
      expect(stops.at(-1)?.row).toBe(0);
      expect(turns(stops)).toHaveLength(1);
      // On the wire ARP goes to and fro before the packet.
      if (lens === 'wire') return;
      for (let i = 1; i < turn; i++) expect(stops[i]!.row).toBeGreaterThanOrEqual(stops[i - 1]!.row);
    },
  );

  it('finds the lane and the stop of any step', () => {
    for (const step of w.trace.steps) {
      const lane = laneAt(w.lanes, step.index);
      const { stops } = timetableOf(w.trace, lane, shownSteps(w.trace, 'wire'), w.where);
      expect(stops[stopAt(stops, step.index)]?.step ?? step.index).toBeLessThanOrEqual(
        Math.max(step.index, stops[0]?.step ?? 0),
      );
    }
  });

  it('draws every stop inside the frame, and finds it again by its place', () => {
    const lane = laneAt(w.lanes, w.trace.decidedBy);
    const { rows, stops } = timetableOf(w.trace, lane, shownSteps(w.trace, 'overlay'), w.where);
    const g = geometryOf(
      { width: 560, height: 188, label: 120, top: 44, bottom: 24 },
      rows.length,
      stops.length,
    );
    stops.forEach((stop, i) => {
      expect(g.x(i)).toBeGreaterThanOrEqual(g.left);
      expect(g.x(i)).toBeLessThanOrEqual(g.right);
      expect(g.y(stop.row)).toBeLessThanOrEqual(g.height);
      expect(nearestStop(g, stops, g.x(i) + 1)).toBe(i);
    });
    expect(linePath(g, stops, 0, stops.length - 1).split('L')).toHaveLength(
      stops.length + stops.reduce((n, s) => n + s.through.length, 0),
    );
  });
});

describe('a request that a policy drops', () => {
  let w: Walked;
  beforeAll(() => {
    w = walked(APP + DENY, { from: 'default/client', tool: 'curl', to: 'http://web' });
  });

  it('has a lane for each try, the time-out, and what was never sent', () => {
    expect(words(w.lanes).slice(2)).toEqual([
      'SYN',
      'SYN +1',
      'SYN +2',
      'SYN +3',
      'SYN +4',
      'timeout 5',
      'GET',
    ]);
    expect(w.lanes.at(-1)?.outcome).toBe('never');
    expect(
      w.lanes
        .filter((l) => l.family === 'other' && l.exchange !== undefined)
        .every((l) => l.outcome === 'failed'),
    ).toBe(true);
  });

  it('says which places were not reached', () => {
    const segment = w.trace.segments.findIndex((s) => s.purpose === 'probe');
    const rows = pathOf(w.trace, segment, w.where);
    expect(rows.filter((r) => !r.reached).map((r) => r.id)).toEqual(['default/web']);
  });
});

describe('the words under the line', () => {
  const half = { from: 100, until: 260 };
  it.each([
    ['at its start', undefined, 100],
    ['at its start, where the flag stands further on', 240, 100],
    ['behind the flag', 110, 132],
  ])('stand %s', (_name, flag, x) => {
    expect(placeWord(half, 'request, SYN', flag)).toEqual({ x, text: 'request, SYN' });
  });

  it('stand before the flag where there is no room behind it', () => {
    const placed = placeWord({ from: 100, until: 230 }, 'request, SYN', 198);
    expect(placed?.x).toBeGreaterThanOrEqual(100);
    expect((placed?.x ?? 0) + wordWidth('request, SYN')).toBeLessThan(198);
  });

  it('are left out rather than printed over the next half', () => {
    for (const flag of [undefined, 110, 130])
      expect(placeWord({ from: 100, until: 140 }, 'request, SYN', flag)).toBeUndefined();
  });
});
