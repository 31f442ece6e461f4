/** The rows of `policy/trap-fixture.ts`, walked through the policy maps that Cilium's agent fills. */
import { describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../../k8s/cluster-state.ts';
import { TRAPS, trapText } from '../../policy/trap-fixture.ts';
import { simulate, walk } from '../../simulate.ts';
import { CASES, settingsText } from './fixture.ts';

/** Hosts outside that know the way to the pods, by the addresses that the rows name. */
const OUTSIDE: Readonly<Record<string, string>> = { 'ip:172.18.0.10': 'ten', 'ip:172.18.0.20': 'twenty' };
const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;
const ROUTES = '[{to: 10.244.0.0/16, via: kind-worker}]';
const EXTERNAL = `, {name: ten, ip: 172.18.0.10, routes: ${ROUTES}}, {name: twenty, ip: 172.18.0.20, routes: ${ROUTES}}`;

/** Where Cilium differs from an engine that compares addresses: an `ipBlock` never means a pod. */
const OTHERWISE: Readonly<Record<string, boolean>> = {
  'ipBlock over the pod network: pods are addresses as well / default/client': false,
};

const chosen = CASES.filter((one) =>
  ['tunnel beside kube-proxy', 'tunnel without kube-proxy', 'native, eBPF host routing'].includes(one.name),
);

describe.each(chosen)('$name', (settings) => {
  describe.each(TRAPS)('$name', (row) => {
    const text = trapText(row, settingsText(settings, EXTERNAL).replace(/\n---\n$/, ''));
    const simulation = simulate({ files: [{ name: 'rows.yaml', text }] });

    it.each(row.flows)('$from to $to:$port', (flow) => {
      const probe: ProbeSpec = {
        from: OUTSIDE[flow.from] === undefined ? flow.from : `external/${OUTSIDE[flow.from]}`,
        to: flow.to,
        tool: 'nc',
        port: flow.port,
        proto: PROTOCOLS[flow.protocol ?? 'TCP'],
      };
      const allowed = OTHERWISE[`${row.name} / ${flow.from}`] ?? flow.allowed;
      const trace = walk(simulation, probe);
      if (flow.protocol === 'SCTP') {
        // Without sctp.enabled no policy is ever asked.
        expect(trace.reason).toMatchObject({ code: 'program.drop', params: { code: 137 } });
        return;
      }
      // A port that nobody listens on is refused by the pod: the policy let it through.
      expect(trace.reason.code === 'policy.deny' ? 'denied' : 'let through').toBe(
        allowed ? 'let through' : 'denied',
      );
      expect(['delivered', 'rejected', 'dropped']).toContain(trace.verdict);
      expect(trace.verdict === 'dropped').toBe(!allowed);
      if (flow.by !== undefined) {
        const [namespace, name] = flow.by.policy.split('/');
        expect(trace.policy.by).toContainEqual({
          object: { kind: 'NetworkPolicy', namespace, name },
          rule: flow.by.rule,
        });
      }
    });
  });
});
