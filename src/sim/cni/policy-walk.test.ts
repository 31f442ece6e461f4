/**
 * The rows of `policy/trap-fixture.ts`, walked through what each enforcing CNI writes. Cilium reads some of them otherwise, and
 * has a test of its own; rows with what a CNI says that it does not read are left to its own test as well.
 */
import { describe, expect, it } from 'vitest';
import type { ProbeSpec } from '../k8s/cluster-state.ts';
import { asRead } from '../k8s/policy-reading.ts';
import { TRAPS, trapText } from '../policy/trap-fixture.ts';
import { simulate, walk } from '../simulate.ts';
import { cniPlugin, cniRegistry } from './registry.ts';

const enforcing = cniRegistry.filter((c) => c.enforcesNetworkPolicy && c.id !== 'cilium').map((c) => c.id);

/** Hosts outside that know the way to the pods, by the addresses that the rows name. */
const OUTSIDE: Readonly<Record<string, string>> = { 'ip:172.18.0.10': 'ten', 'ip:172.18.0.20': 'twenty' };
const PROTOCOLS = { TCP: 'tcp', UDP: 'udp', SCTP: 'sctp' } as const;
const ROUTES = '[{to: 10.244.0.0/16, via: kind-worker}]';
const settings = (cni: string): string => `apiVersion: packetwalk.dev/v1alpha1
kind: Playground
cni: ${cni}
external:
  - {name: ten, ip: 172.18.0.10, routes: ${ROUTES}}
  - {name: twenty, ip: 172.18.0.20, routes: ${ROUTES}}
`;

describe.each(enforcing)('%s', (cni) => {
  describe.each(TRAPS)('$name', (row) => {
    const simulation = simulate({ files: [{ name: 'rows.yaml', text: trapText(row, settings(cni)) }] });
    const { networkPolicies } = simulation.cluster;
    const read = asRead(networkPolicies, cniPlugin(cni)?.policyReading);
    const asTheApiSays =
      read.length === networkPolicies.length && read.every((p) => networkPolicies.includes(p));

    it.runIf(asTheApiSays).each(row.flows)('$from to $to:$port', (flow) => {
      const probe: ProbeSpec = {
        from: OUTSIDE[flow.from] === undefined ? flow.from : `external/${OUTSIDE[flow.from]}`,
        to: flow.to,
        tool: 'nc',
        port: flow.port,
        proto: PROTOCOLS[flow.protocol ?? 'TCP'],
      };
      const trace = walk(simulation, probe);
      // A port that nobody listens on is refused by the pod: the policy let it through.
      expect(trace.reason.code === 'policy.deny' ? 'denied' : 'let through').toBe(
        flow.allowed ? 'let through' : 'denied',
      );
      expect(['delivered', 'rejected', 'dropped']).toContain(trace.verdict);
      expect(trace.verdict === 'dropped').toBe(!flow.allowed);
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
