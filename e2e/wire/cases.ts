/** What is exported and dissected: every scenario with each of its probes, and each CNI with each proxy mode. */
import { readFileSync } from 'node:fs';
import type { AnswerOptions } from '../../src/cli/answers.ts';
import { scenarioEntries } from '../../src/content/scenarios/registry.ts';
import { cniRegistry } from '../../src/sim/cni/registry.ts';
import { proxyPlugins } from '../../src/sim/proxy/registry.ts';
import type { ScenarioFile } from '../../src/sim/scenario.ts';
import { simulate, type Simulation } from '../../src/sim/simulate.ts';

export interface WireCase {
  readonly name: string;
  readonly simulation: Simulation;
  readonly questions: readonly { readonly title: string; readonly question: AnswerOptions }[];
}

/** One of each kind of exchange, over the kernel suite's cluster. */
const QUESTIONS: readonly { readonly title: string; readonly question: AnswerOptions }[] = [
  { title: 'TCP across nodes', question: { from: 'default/client', to: '10.244.2.2', port: 8080 } },
  {
    title: 'HTTP through a ClusterIP by name',
    question: { from: 'default/client', to: 'http://far/', tool: 'curl' },
  },
  {
    title: 'UDP through a ClusterIP',
    question: { from: 'default/client', to: '10.96.20.25', port: 9000, proto: 'udp' },
  },
  { title: 'ping across nodes', question: { from: 'default/client', to: '10.244.2.2', tool: 'ping' } },
  {
    title: 'outside through a NodePort',
    question: { from: 'external/laptop', to: '172.18.0.3', port: 30080 },
  },
  { title: 'a closed port', question: { from: 'default/client', to: '10.244.2.2', port: 9999 } },
  {
    title: 'a closed UDP port: ICMP quotes it',
    question: { from: 'default/client', to: '10.244.2.2', port: 9999, proto: 'udp' },
  },
  // No eBPF program and no flow table follows fragments here: `unknown`, but what was on the wire is exported.
  {
    title: 'a datagram in fragments',
    question: { from: 'default/client', to: '10.244.2.2', port: 9000, proto: 'udp', bytes: 4000 },
  },
  { title: 'an address that nobody has', question: { from: 'default/client', to: '10.244.2.99', port: 80 } },
  { title: 'TTL runs out', question: { from: 'default/client', to: '10.244.2.2', tool: 'ping', ttl: 1 } },
  {
    title: 'dig',
    question: { from: 'default/client', to: 'far.default.svc.cluster.local', type: 'A', tool: 'dig' },
  },
  { title: 'a pod itself, over loopback', question: { from: 'default/client', to: '127.0.0.1', port: 8080 } },
];

function base(cni: string, mode: string): readonly ScenarioFile[] {
  const text = readFileSync(new URL('../kernel/scenario.yaml', import.meta.url), 'utf8');
  const proxy = `\n---\napiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ${mode}\n`;
  return [{ name: 'scenario.yaml', text: text.replace('cni: flannel', `cni: ${cni}`) + proxy }];
}

/** Each value of each option alone, the others at their defaults. */
function optionsOf(plugin: (typeof cniRegistry)[number]): readonly string[] {
  const alone = plugin.options.flatMap(({ name, values, default: usual }) =>
    values
      .filter((value) => value !== usual)
      .map((value) => `{name: ${plugin.id}, options: {${name}: ${JSON.stringify(value)}}}`),
  );
  return [plugin.id, ...alone];
}

export function wireCases(): readonly WireCase[] {
  const opened = scenarioEntries.map((entry) => {
    const simulation = simulate({ files: entry.files });
    const questions = simulation.cluster.settings.probes.map((probe) => ({
      title: probe.name ?? `${probe.tool} ${probe.to}`,
      question: { ...probe },
    }));
    return { name: `scenario ${entry.slug}`, simulation, questions };
  });
  const registered = cniRegistry.flatMap((plugin) =>
    optionsOf(plugin).flatMap((cni) =>
      proxyPlugins.map(({ id }) => ({
        name: `${cni} with kube-proxy ${id}`,
        simulation: simulate({ files: base(cni, id) }),
        questions: QUESTIONS,
      })),
    ),
  );
  // A combination that the settings refuse has no packets to export.
  return [...opened, ...registered].filter(
    ({ simulation }) => !simulation.diagnostics.some(({ code }) => code.startsWith('playground/')),
  );
}
