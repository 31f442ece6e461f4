import { describe, expect, test } from 'vitest';
import { scenarios as en } from '../../i18n/scenarios.en.ts';
import { scenarios as ko } from '../../i18n/scenarios.ko.ts';
import { expectations } from '../../sim/probe/expectations.ts';
import type { Scenario } from '../../sim/scenario.ts';
import { simulate, walk } from '../../sim/simulate.ts';
import { scenarioEntries } from './registry.ts';
import type { ScenarioEntry } from './scenario-entry.ts';

const bySlug = (slug: string): ScenarioEntry => {
  const entry = scenarioEntries.find((s) => s.slug === slug);
  if (entry === undefined) throw new Error(`no scenario ${slug}`);
  return entry;
};

function solved(entry: ScenarioEntry): Scenario {
  const files = entry.files.map((file) => {
    let { text } = file;
    for (const step of entry.solution ?? []) {
      if (step.file !== file.name) continue;
      expect(text, `${entry.slug}: ${step.replace}`).toContain(step.replace);
      text = text.replace(step.replace, step.by);
    }
    return { name: file.name, text };
  });
  return { files };
}

function outcomes(scenario: Scenario): { held: string[]; failed: string[] } {
  const { world, cluster } = simulate(scenario);
  const all = expectations(world, cluster).map((e) => ({
    holds: e.holds,
    line: `${e.spec.from} -> ${e.spec.to}: wanted ${e.wanted.key}=${e.wanted.value}, got ${e.verdict}/${e.clientSees}`,
  }));
  return {
    held: all.filter((e) => e.holds).map((e) => e.line),
    failed: all.filter((e) => !e.holds).map((e) => e.line),
  };
}

/** A note is none. */
function problems(scenario: Scenario) {
  return simulate(scenario).diagnostics.filter(({ severity }) => severity !== 'info');
}

test('every scenario has words in both languages, and every word a scenario', () => {
  const slugs = scenarioEntries.map((s) => s.slug).sort();
  expect(Object.keys(en).sort()).toEqual(slugs);
  expect(Object.keys(ko).sort()).toEqual(slugs);
});

describe.each(scenarioEntries.map((s) => [s.slug, s] as const))('%s', (_, entry) => {
  test('opens with probes and assertions, in short files', () => {
    const { cluster } = simulate({ files: entry.files });
    expect(cluster.settings.probes.length).toBeGreaterThan(0);
    expect(cluster.settings.expect.length).toBeGreaterThan(0);
    for (const file of entry.files) expect(file.text.split('\n').length, file.name).toBeLessThan(70);
  });

  test('every pod runs and listens as its YAML says, every probe can be asked', () => {
    const simulation = simulate({ files: entry.files });
    // One to mend may open with a pod that cannot run.
    const { pods } = entry.solution === undefined ? simulation.cluster : simulate(solved(entry)).cluster;
    expect(pods.filter((p) => !p.ready).map((p) => p.name)).toEqual([]);
    expect(simulation.diagnostics.map((d) => d.code)).not.toContain('pod/container-port-mismatch');
    for (const probe of simulation.cluster.settings.probes) {
      expect(walk(simulation, probe).verdict, probe.name).not.toBe('unknown');
    }
  });

  if (entry.solution === undefined) {
    test('opens without a problem, and every assertion holds', () => {
      expect(problems({ files: entry.files })).toEqual([]);
      expect(outcomes({ files: entry.files }).failed).toEqual([]);
    });
  } else {
    test('opens broken, and the solution mends it', () => {
      expect(outcomes({ files: entry.files }).failed).not.toEqual([]);
      const scenario = solved(entry);
      expect(problems(scenario)).toEqual([]);
      expect(outcomes(scenario).failed).toEqual([]);
    });
  }
});

test('nodes in two subnets: wrapped across the router, and only there', () => {
  const simulation = simulate({ files: bySlug('nodes-in-two-subnets').files });
  const wrappedAt = (to: string): string[] => {
    const { wire } = walk(simulation, { from: 'default/client', tool: 'curl', to, port: 80 });
    return [...new Set(wire.filter((w) => w.outer !== undefined).map((w) => w.netns))];
  };
  expect(wrappedAt('default/near')).toEqual([]);
  expect(wrappedAt('default/far')).toEqual(['node/kind-worker', 'external/gateway', 'node/kind-worker3']);
});

describe('what each is about', () => {
  type Row = {
    slug: string;
    probe: string;
    verdict: string;
    clientSees: string;
    reason?: string;
    sees?: string;
    server?: RegExp;
  };
  const rows: Row[] = [
    {
      slug: 'service-to-remote-pod',
      probe: 'web',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '10.244.1.2',
    },
    {
      slug: 'socket-load-balancer',
      probe: 'web',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '10.244.1.2',
      server: /^default\/web-/,
    },
    {
      slug: 'localhost-in-a-pod',
      probe: 'localhost',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '::1',
    },
    {
      slug: 'localhost-in-a-pod',
      probe: 'loopback only, from inside',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '127.0.0.1',
    },
    {
      slug: 'localhost-in-a-pod',
      probe: 'loopback only, from outside',
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'socket.no-listener-tcp',
    },
    { slug: 'pods-on-one-node', probe: 'closed port', verdict: 'rejected', clientSees: 'refused' },
    {
      slug: 'nodes-in-two-subnets',
      probe: 'across the router',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '10.244.0.65',
    },
    { slug: 'pods-on-two-nodes', probe: 'ping', verdict: 'delivered', clientSees: 'answered' },
    {
      slug: 'dual-stack-service',
      probe: 'both families, IPv6 first',
      verdict: 'delivered',
      clientSees: 'http',
      sees: 'fd00:10:244:1::2',
    },
    {
      slug: 'dual-stack-service',
      probe: 'one family',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '10.244.1.2',
    },
    {
      slug: 'dual-stack-service',
      probe: 'node port over IPv6',
      verdict: 'delivered',
      clientSees: 'http',
      sees: 'fd00:10:244:1::',
    },
    {
      slug: 'ipv6-only-cluster',
      probe: 'the internet',
      verdict: 'delivered',
      clientSees: 'http',
      sees: 'fc00:f853:ccd:e793::3',
    },
    {
      slug: 'ipv6-only-cluster',
      probe: 'a host without IPv6',
      verdict: 'unroutable',
      clientSees: 'unreachable',
      reason: 'route.none',
    },
    {
      slug: 'dns-answer-too-big',
      probe: 'cut, and asked again over TCP',
      verdict: 'delivered',
      clientSees: 'http',
    },
    {
      slug: 'packets-too-large',
      probe: 'a large ping',
      verdict: 'dropped',
      clientSees: 'too-big',
      reason: 'link.mtu',
    },
    { slug: 'packets-too-large', probe: 'one that may be cut', verdict: 'delivered', clientSees: 'answered' },
    {
      slug: 'packets-too-large',
      probe: "larger than the pod's own MTU",
      verdict: 'delivered',
      clientSees: 'timeout',
    },
    { slug: 'packets-too-large', probe: 'an upload', verdict: 'delivered', clientSees: 'http' },
    { slug: 'packets-too-large', probe: 'a second datagram', verdict: 'delivered', clientSees: 'timeout' },
    { slug: 'dns-search-list', probe: 'without its namespace', verdict: 'delivered', clientSees: 'nxdomain' },
    {
      slug: 'node-port-from-outside',
      probe: 'through the other node',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '10.244.1.0',
    },
    {
      slug: 'node-port-from-outside',
      probe: "to the pod's own node",
      verdict: 'delivered',
      clientSees: 'http',
      sees: '10.244.2.1',
    },
    {
      slug: 'node-port-from-outside',
      probe: 'Local, where the pod is',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '172.18.0.100',
    },
    {
      slug: 'node-port-from-outside',
      probe: 'Local, where it is not',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'rule.drop',
    },
    {
      slug: 'pod-to-the-internet',
      probe: 'by address',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '172.18.0.3',
    },
    {
      slug: 'pod-reaches-itself',
      probe: 'itself through its Service',
      verdict: 'delivered',
      clientSees: 'http',
      sees: '10.244.1.1',
    },
    {
      slug: 'gateway-canary',
      probe: 'a tester',
      verdict: 'delivered',
      clientSees: 'http',
      server: /^shop\/shop-v2$/,
    },
    {
      slug: 'gateway-canary',
      probe: 'the old path',
      verdict: 'delivered',
      clientSees: 'http',
      reason: 'l7.redirect',
    },
    {
      slug: 'gateway-canary',
      probe: 'another host',
      verdict: 'delivered',
      clientSees: 'http',
      reason: 'l7.respond',
    },
    {
      slug: 'default-deny-with-allow',
      probe: 'stranger',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'policy.deny',
    },
    {
      slug: 'admin-has-the-last-word',
      probe: 'visitor',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'policy.deny',
    },
    { slug: 'admin-has-the-last-word', probe: 'cart', verdict: 'delivered', clientSees: 'http' },
    {
      slug: 'admin-has-the-last-word',
      probe: 'stock',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'policy.deny',
    },
    {
      slug: 'a-tier-before-the-team',
      probe: 'to the tracker',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'policy.deny',
    },
    {
      slug: 'a-tier-before-the-team',
      probe: 'to the partner',
      verdict: 'delivered',
      clientSees: 'connected',
    },
    { slug: 'a-tier-before-the-team', probe: 'robot', verdict: 'delivered', clientSees: 'http' },
    {
      slug: 'a-tier-before-the-team',
      probe: 'visitor',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'policy.deny',
    },
    { slug: 'a-policy-that-reads-http', probe: 'reads', verdict: 'delivered', clientSees: 'http' },
    {
      slug: 'a-policy-that-reads-http',
      probe: 'writes',
      verdict: 'delivered',
      clientSees: 'http',
      reason: 'policy.http-deny',
    },
    {
      slug: 'canary-through-ingress',
      probe: 'who asks for the next one',
      verdict: 'delivered',
      clientSees: 'http',
    },
    { slug: 'ingress-hosts-and-paths', probe: 'a cart', verdict: 'delivered', clientSees: 'http' },
    {
      slug: 'ingress-hosts-and-paths',
      probe: 'two labels before it',
      verdict: 'delivered',
      clientSees: 'http',
      reason: 'l7.respond',
    },
    {
      slug: 'ingress-without-a-controller',
      probe: 'the shop from outside',
      verdict: 'unroutable',
      clientSees: 'unreachable',
    },
    {
      slug: 'policy-shuts-out-the-controller',
      probe: 'from outside',
      verdict: 'delivered',
      clientSees: 'http',
      reason: 'policy.deny',
    },
    { slug: 'a-policy-that-reads-http', probe: 'knocks', verdict: 'delivered', clientSees: 'connected' },
    {
      slug: 'a-denial-wins',
      probe: 'quarantined',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'policy.deny',
    },
    { slug: 'a-denial-wins', probe: 'cart', verdict: 'delivered', clientSees: 'http' },
    {
      slug: 'a-denial-wins',
      probe: 'visitor',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'policy.deny',
    },
    {
      slug: 'egress-forgot-dns',
      probe: 'by name',
      verdict: 'dropped',
      clientSees: 'timeout',
      reason: 'policy.deny',
    },
    { slug: 'egress-forgot-dns', probe: 'by address', verdict: 'delivered', clientSees: 'connected' },
    {
      slug: 'wrong-target-port',
      probe: 'web',
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'socket.no-listener-tcp',
    },
    {
      slug: 'service-without-endpoints',
      probe: 'web',
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'rule.reject',
    },
    {
      slug: 'pod-security-refuses',
      probe: 'the one that was refused',
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'rule.reject',
    },
    {
      slug: 'pod-security-refuses',
      probe: 'the one that lives',
      verdict: 'delivered',
      clientSees: 'http',
      server: /^shop\/api-/,
    },
    {
      slug: 'latest-is-refused',
      probe: 'the one that was refused',
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'rule.reject',
    },
    {
      slug: 'latest-is-refused',
      probe: 'the one that lives',
      verdict: 'delivered',
      clientSees: 'http',
      server: /^shop\/api-/,
    },
    {
      slug: 'a-webhook-that-is-gone',
      probe: 'web',
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'rule.reject',
    },
    {
      slug: 'a-sidecar-nobody-wrote',
      probe: 'web',
      verdict: 'rejected',
      clientSees: 'refused',
      reason: 'rule.reject',
    },
    {
      slug: 'sandboxes-have-their-own-sockets',
      probe: 'runc',
      verdict: 'delivered',
      clientSees: 'http',
      server: /^default\/web-/,
    },
    {
      slug: 'sandboxes-have-their-own-sockets',
      probe: 'gVisor',
      verdict: 'unroutable',
      clientSees: 'timeout',
      reason: 'route.none',
    },
    {
      slug: 'sandboxes-have-their-own-sockets',
      probe: "gVisor, a pod's address",
      verdict: 'delivered',
      clientSees: 'connected',
      server: /^default\/web-/,
    },
    {
      slug: 'study-notes-service',
      probe: 'my-service',
      verdict: 'delivered',
      clientSees: 'http',
      server: /my-app/,
    },
    { slug: 'cluster-ip-out-of-range', probe: 'my-service', verdict: 'delivered', clientSees: 'nxdomain' },
  ];
  test.each(rows)('$slug: $probe', ({ slug, probe, verdict, clientSees, reason, sees, server }) => {
    const simulation = simulate({ files: bySlug(slug).files });
    const spec = simulation.cluster.settings.probes.find((p) => p.name === probe);
    if (spec === undefined) throw new Error(`no probe ${probe}`);
    const trace = walk(simulation, spec);
    expect({ verdict: trace.verdict, clientSees: trace.clientSees }).toEqual({ verdict, clientSees });
    if (reason !== undefined) expect(trace.reason.code).toBe(reason);
    if (sees !== undefined) expect(trace.server?.sees.ip).toBe(sees);
    if (server !== undefined) expect(trace.server?.netns).toMatch(server);
  });

  test('the first scenario picks the endpoint on the other node', () => {
    const simulation = simulate({ files: bySlug('service-to-remote-pod').files });
    const [probe] = simulation.cluster.settings.probes;
    if (probe === undefined) throw new Error('no probe');
    const trace = walk(simulation, probe);
    const pod = simulation.cluster.pods.find((p) => `${p.namespace}/${p.name}` === trace.server?.netns);
    expect(pod?.node).toBe('kind-worker2');
    expect(trace.steps.some((s) => s.kind === 'encap')).toBe(true);
  });
});

test.each([
  [
    'a-webhook-that-is-gone',
    'Internal error occurred: failed calling webhook "pods.image-guard.example.com": failed to call webhook: Post "https://image-guard.image-guard.svc:443/validate?timeout=5s": service "image-guard" not found',
  ],
  [
    'a-sidecar-nobody-wrote',
    'violates PodSecurity "baseline:latest": non-default capabilities (container "istio-init" must not include "NET_ADMIN", "NET_RAW" in securityContext.capabilities.add)',
  ],
])('%s: the ReplicaSet hears why', (slug, why) => {
  const { cluster } = simulate({ files: bySlug(slug).files });
  const [event] = cluster.events.filter(({ reason }) => reason === 'FailedCreate');
  expect(event?.message).toContain(why);
  expect(cluster.pods.filter(({ namespace }) => namespace === 'shop')).toEqual([]);
});
