import { describe, expect, it } from 'vitest';
import { simulate, walk, type Simulation } from '../simulate.ts';
import { alignTraces, type Moment, type Side } from './align.ts';
import type { Trace } from './trace.ts';

const CLUSTER = `
apiVersion: v1
kind: Pod
metadata: {name: client}
spec: {nodeName: kind-worker, containers: [{name: c, image: busybox}]}
---
apiVersion: v1
kind: Pod
metadata: {name: far, labels: {app: far}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: kind-worker2, containers: [{name: c, image: example.com/app}]}
---
apiVersion: v1
kind: Service
metadata: {name: far}
spec: {selector: {app: far}, ports: [{port: 80, targetPort: 8080}]}
`;

const build = (play: string, variant: 'main' | 'compare' = 'main'): Simulation =>
  simulate(
    {
      files: [
        { name: 'a.yaml', text: CLUSTER },
        { name: 'b.yaml', text: `apiVersion: packetwalk.dev/v1alpha1\nkind: Playground\n${play}` },
      ],
    },
    undefined,
    variant,
  );

function side(simulation: Simulation, from = 'default/client', to = 'far:80'): Side {
  const trace = walk(simulation, { from, to, tool: 'nc' });
  const pods = new Map(simulation.cluster.pods.flatMap((p) => p.ips.map((ip) => [ip, p.name] as const)));
  return { trace, shown: trace.steps.map((s) => s.index), owner: (ip) => pods.get(ip) };
}

/** Every shown step of both walks, once and in order. */
function covers(moments: readonly Moment[], a: Trace, b: Trace): void {
  expect(moments.flatMap((m) => m.a ?? [])).toEqual(a.steps.map((s) => s.index));
  expect(moments.flatMap((m) => m.b ?? [])).toEqual(b.steps.map((s) => s.index));
}

describe('two walks as one', () => {
  it('are the same throughout on equal clusters', () => {
    const a = side(build('cni: flannel'));
    const moments = alignTraces(a, side(build('cni: flannel')));
    covers(moments, a.trace, a.trace);
    expect(moments.filter((m) => !m.same)).toEqual([]);
  });

  it('differ at the tunnel, and nowhere in the pods, when only the encapsulation is left out', () => {
    const vxlan = side(build('cni: {name: flannel, options: {backend: vxlan}}'));
    const hostGw = side(build('cni: {name: flannel, options: {backend: host-gw}}'));
    const moments = alignTraces(vxlan, hostGw);
    covers(moments, vxlan.trace, hostGw.trace);
    const kindOf = (m: Moment): string | undefined =>
      m.a === undefined ? undefined : vxlan.trace.steps[m.a]?.kind;
    for (const m of moments.filter((x) => kindOf(x) === 'encap')) expect(m.b).toBeUndefined();
    const placeOf = (m: Moment): string | undefined =>
      m.a === undefined ? undefined : vxlan.trace.steps[m.a]?.place;
    const inClient = moments.filter((m) => placeOf(m) === 'default/client');
    expect(inClient.length).toBeGreaterThan(5);
    expect(inClient.filter((m) => !m.same)).toEqual([]);
  });

  it('know a pod by its name where the two clusters give it different addresses', () => {
    const a = side(build('cni: flannel\ncompare: {cni: calico}'));
    const b = side(build('cni: flannel\ncompare: {cni: calico}', 'compare'));
    const moments = alignTraces(a, b);
    covers(moments, a.trace, b.trace);
    const delivered = moments.filter((m) => m.a !== undefined && a.trace.steps[m.a]?.kind === 'deliver');
    expect(delivered.some((m) => m.same)).toBe(true);
    expect(alignTraces(a, { ...b, owner: () => undefined }).filter((m) => m.same).length).toBeLessThan(
      moments.filter((m) => m.same).length,
    );
  });
});

describe('Playground.compare', () => {
  it('sets a CNI and a proxy mode beside the cluster, and nothing else', () => {
    const play =
      'cni: flannel\ncompare: {cni: {name: kubenet, options: {hairpinMode: none}}, kubeProxyMode: none}';
    expect(build(play).cluster.settings.cni.name).toBe('flannel');
    const { settings } = build(play, 'compare').cluster;
    expect(settings.cni).toEqual({ name: 'kubenet', options: { hairpinMode: 'none' } });
    expect(settings.kubeProxy.mode).toBe('none');
  });

  it.each([
    ['an unknown CNI', 'compare: {cni: carrier-pigeon}', 'cni/unknown'],
    [
      'an option that the CNI lacks',
      'compare: {cni: {name: flannel, options: {speed: "11"}}}',
      'cni/unknown-option',
    ],
  ])('refuses %s at its place', (_, text, code) => {
    const found = build(text).diagnostics.find((d) => d.code === code);
    expect(found?.range).toMatchObject({ file: 'b.yaml', line: 3 });
  });
});
