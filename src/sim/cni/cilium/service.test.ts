/** Services through Cilium alone (kube-proxy replacement): traffic policies, affinity, source ranges, other addresses. */
import { describe, expect, it } from 'vitest';
import { createState } from '../../net/kernel.ts';
import { runProbe } from '../../probe/run.ts';
import { simulate, walk, type Simulation } from '../../simulate.ts';
import { CASES, clusterText } from './fixture.ts';

const web = (name: string, node: string): string => `
apiVersion: v1
kind: Pod
metadata: {name: ${name}, labels: {role: web}, annotations: {packetwalk.dev/listen: "8080/TCP"}}
spec: {nodeName: ${node}, containers: [{name: c, image: example.com/app}]}
---`;
const service = (name: string, spec: string): string => `
apiVersion: v1
kind: Service
metadata: {name: ${name}}
spec: {ports: [{port: 80, targetPort: 8080${/nodePort: (\d+)/.test(spec) ? `, nodePort: ${/nodePort: (\d+)/.exec(spec)?.[1]}` : ''}}], ${spec.replace(/, nodePort: \d+/, '')}}
---`;
const MORE = [
  web('web-1', 'kind-worker'),
  web('web-2', 'kind-worker2'),
  service('etp', 'type: NodePort, externalTrafficPolicy: Local, selector: {app: near}, nodePort: 30100'),
  service('itp', 'clusterIP: 10.96.1.1, internalTrafficPolicy: Local, selector: {app: far}'),
  service('sticky', 'clusterIP: 10.96.1.2, sessionAffinity: ClientIP, selector: {role: web}'),
  service('ext', 'clusterIP: 10.96.1.3, externalIPs: [172.18.0.3], selector: {app: near}').replace(
    'port: 80',
    'port: 8888',
  ),
].join('\n');

const SEEDS = Array.from({ length: 16 }, (_, i) => i + 1);
const settings = CASES.filter((one) => one.kubeProxyMode === 'none');

describe.each(settings)('$name', (one) => {
  const simulation: Simulation = simulate({ files: [{ name: 'c.yaml', text: clusterText(one, MORE) }] });
  const ask = (from: string, to: string, port: number) => walk(simulation, { from, to, tool: 'nc', port });

  it('externalTrafficPolicy: Local keeps the client, and a node without an endpoint refuses', () => {
    const here = ask('external/laptop', '172.18.0.3', 30100);
    expect([here.clientSees, here.server?.sees.ip]).toEqual(['connected', '172.18.0.100']);
    expect(ask('external/laptop', '172.18.0.4', 30100).reason.code).toBe('program.no-service');
    // From inside, the inner scope has every endpoint, whichever node is asked.
    expect(ask('default/far', '172.18.0.4', 30100).server?.netns).toBe('default/near');
  });

  it('internalTrafficPolicy: Local', () => {
    expect(ask('default/far', '10.96.1.1', 80).server?.netns).toBe('default/far');
    expect(ask('default/client', '10.96.1.1', 80).reason.code).toBe('program.socket-refused');
  });

  it('session affinity: one client keeps its backend, whatever chance would say', () => {
    const state = createState(simulation.world);
    const reached = new Set(
      SEEDS.map((seed) => {
        const probe = { from: 'default/client', to: '10.96.1.2', tool: 'nc', port: 80, seed } as const;
        return runProbe(simulation.world, simulation.cluster, probe, state).trace.server?.netns;
      }),
    );
    expect(reached.size).toBe(1);
    const fresh = SEEDS.map(
      (seed) =>
        walk(simulation, { from: 'default/client', to: '10.96.1.2', tool: 'nc', port: 80, seed }).server
          ?.netns,
    );
    expect(new Set(fresh).size).toBe(2);
  });

  it('a backend can be asked for, and the record says what it could have been', () => {
    const probe = {
      from: 'default/client',
      to: '10.96.1.2',
      tool: 'nc',
      port: 80,
      endpoint: 'default/web-2',
    } as const;
    const trace = walk(simulation, probe);
    expect(trace.server?.netns).toBe('default/web-2');
    expect(trace.choices.map((c) => [c.service, c.options.map((o) => o.pod), c.chosen])).toEqual([
      ['default/sticky', ['default/web-1', 'default/web-2'], 1],
    ]);
  });

  it('an external IP that is a node’s own', () => {
    expect(ask('external/laptop', '172.18.0.3', 8888).server?.netns).toBe('default/near');
  });

  it('a ClusterIP is nothing for the outside', () => {
    const text = clusterText(one, MORE).replace(
      '{name: laptop, ip: 172.18.0.100}',
      '{name: laptop, ip: 172.18.0.100, routes: [{to: 10.96.0.0/16, via: kind-worker}]}',
    );
    const trace = walk(simulate({ files: [{ name: 'c.yaml', text }] }), {
      from: 'external/laptop',
      to: '10.96.1.2',
      tool: 'nc',
      port: 80,
    });
    expect(trace.reason).toMatchObject({
      code: 'program.drop',
      params: { code: 174, text: 'Is a ClusterIP' },
    });
  });
});
