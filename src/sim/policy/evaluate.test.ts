import { describe, expect, it } from 'vitest';
import type { ClusterState } from '../k8s/cluster-state.ts';
import { settleText } from '../k8s/controllers/cluster-fixture.ts';
import { evaluate } from './evaluate.ts';
import type { FlowEnd } from './matching.ts';
import { TRAPS, trapText } from './trap-fixture.ts';

function end(cluster: ClusterState, name: string): FlowEnd {
  if (name.startsWith('ip:')) return { ip: name.slice(3) };
  const pod = cluster.pods.find((candidate) => `${candidate.namespace}/${candidate.name}` === name);
  if (pod === undefined) throw new Error(`no pod ${name}`);
  return pod;
}

describe.each(TRAPS)('$name', (row) => {
  const { cluster } = settleText(trapText(row));
  it.each(row.flows)('$from to $to:$port', (flow) => {
    const outcome = evaluate(cluster, {
      from: end(cluster, flow.from),
      to: end(cluster, flow.to),
      port: flow.port,
      protocol: flow.protocol ?? 'TCP',
    });
    expect(outcome.allowed).toBe(flow.allowed);
    if (flow.by !== undefined) {
      expect([...outcome.ingress.allowedBy, ...outcome.egress.allowedBy]).toContainEqual(flow.by);
    }
    if (!flow.allowed) expect([...outcome.egress.deniedBy, ...outcome.ingress.deniedBy]).not.toEqual([]);
  });
});

describe('what no policy can forbid', () => {
  const { cluster } = settleText(
    trapText({ policies: { deny: '{podSelector: {}, policyTypes: [Ingress, Egress]}' } }),
  );
  it('a pod reaches itself', () => {
    const web = end(cluster, 'default/web');
    expect(evaluate(cluster, { from: web, to: web, port: 8080, protocol: 'TCP' })).toMatchObject({
      allowed: true,
      ingress: { exempt: 'same-pod' },
    });
  });
  it('its own node reaches it, another node does not', () => {
    const to = end(cluster, 'default/web');
    const ask = (name: string): boolean => {
      const ip = cluster.nodes.find((node) => node.name === name)?.ips[0] ?? '';
      return evaluate(cluster, { from: { ip }, to, port: 8080, protocol: 'TCP' }).allowed;
    };
    expect(ask('kind-worker')).toBe(true);
    expect(ask('kind-worker2')).toBe(false);
  });
  it('ICMP passes only rules without ports', () => {
    const ports = settleText(
      trapText({
        policies: { p: '{podSelector: {matchLabels: {app: web}}, ingress: [{ports: [{port: 8080}]}]}' },
      }),
    ).cluster;
    const open = settleText(
      trapText({
        policies: { p: '{podSelector: {matchLabels: {app: web}}, ingress: [{from: [{podSelector: {}}]}]}' },
      }),
    ).cluster;
    const ping = (cluster: ClusterState): boolean =>
      evaluate(cluster, {
        from: end(cluster, 'default/client'),
        to: end(cluster, 'default/web'),
        protocol: 'ICMP',
      }).allowed;
    expect(ping(ports)).toBe(false);
    expect(ping(open)).toBe(true);
  });
});
