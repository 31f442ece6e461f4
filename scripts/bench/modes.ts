/** The cost of kube-proxy's modes as Services grow: what the simulator takes, and what a kernel would have to evaluate. */
import { seededChooser } from '../../src/sim/base/chooser.ts';
import { createState, run } from '../../src/sim/net/kernel.ts';
import { nc } from '../../src/sim/probe/programs.ts';
import { resolveTarget } from '../../src/sim/probe/target.ts';
import { resolverConfig } from '../../src/sim/dns/resolver.ts';
import { loadAllPlugins, type Simulation, simulate, walk } from '../../src/sim/simulate.ts';
import type { ScenarioFile } from '../../src/sim/scenario.ts';
import { measure, type Row } from './core.ts';
import { scenarioOf } from './scenario.ts';

export const MODES = ['iptables', 'ipvs', 'nftables'] as const;
const SERVICES = [10, 100, 1000, 5000] as const;
const PROBE_LIMIT_MS = { iptables: 10, ipvs: 2, nftables: 2 } as const;
const BUILD_LIMIT_MS = 1500;

export interface ModeCost {
  readonly mode: (typeof MODES)[number];
  readonly services: number;
  readonly buildMs: number;
  readonly probeMs: number;
  /** Rules that the kernel evaluates for the first packet of a connection to a pod of another node, on both nodes, tunnel included. */
  readonly firstPacketRules: number;
  /** The same for a later packet of the client's, whose connection conntrack knows. */
  readonly laterPacketRules: number;
}

/** Four endpoints a Service, 960 pods on nine workers, near the 110 that a kubelet takes; the same pods whatever the Services. */
function filesOf(mode: string, services: number): (round: number) => ScenarioFile[] {
  const base = scenarioOf({ nodes: 10, deployments: 240, replicas: 4, services });
  // Another pod range makes every later stage new while the documents stay parsed.
  return (round) =>
    base.map((f) =>
      f.name === 'cluster.yaml'
        ? {
            name: f.name,
            text: `${f.text}networking: {kubeProxyMode: ${mode}, podSubnet: 10.${100 + round}.0.0/16}\n`,
          }
        : f,
    );
}

function clusterIp({ cluster }: Simulation, name: string): string {
  return cluster.services.find((s) => s.name === name)?.clusterIPs[0] ?? '';
}

function podsByIp(cluster: Simulation['cluster']): (ip: string) => string | undefined {
  const pods = new Map(cluster.pods.flatMap((p) => p.ips.map((ip) => [ip, `${p.namespace}/${p.name}`])));
  return (ip) => pods.get(ip);
}

/** A connection to a Service, opened and closed: the rules that the client's SYN, then its FIN, are held against. */
function rulesWalked({ world, cluster }: Simulation, ip: string): { first: number; later: number } {
  const from = cluster.pods.find((p) => p.name === 'client');
  const spec = { from: 'default/client', tool: 'nc', to: `${ip}:80` } as const;
  const target = resolveTarget(cluster, spec);
  if (from === undefined || 'problem' in target) throw new Error('the bench asks a wrong question');
  const resolver = resolverConfig(cluster, { pod: from });
  const nodeOf = new Map(cluster.pods.map((p) => [`${p.namespace}/${p.name}`, p.node]));
  let first = 0;
  let later = 0;
  run(world, createState(world), 'default/client', nc({ spec, target, resolver }), {
    chooser: seededChooser(1),
    podOf: podsByIp(cluster),
    // Always to another node: the two ways are not to be mixed.
    forceChoice: (_service, options) => options.findIndex((o) => nodeOf.get(o.pod ?? '') !== from.node),
    walked: (packet, rules) => {
      // In the tunnel it is another packet to netfilter, with rules of its own.
      const { l4 } = packet.inner ?? packet;
      if (l4?.proto !== 'tcp' || (l4.dport !== 80 && l4.dport !== 8080)) return;
      if (l4.flags.includes('SYN')) first += rules;
      else if (l4.flags.includes('FIN')) later += rules;
    },
  });
  return { first, later };
}

export async function modeCosts(): Promise<ModeCost[]> {
  await loadAllPlugins();
  const costs: ModeCost[] = [];
  for (const mode of MODES) {
    for (const services of SERVICES) {
      const files = filesOf(mode, services);
      let simulation = simulate({ files: files(0) });
      const buildMs = measure(5, 1, (round) => {
        simulation = simulate({ files: files(round + 10) });
      });
      // Rules are asked in order, so a Service's place matters: the mean over twenty of them, evenly spread.
      const asked = Math.min(20, services);
      const counted = Array.from({ length: asked }, (_, i) =>
        rulesWalked(simulation, clusterIp(simulation, `svc-${Math.floor(((i + 0.5) * services) / asked)}`)),
      );
      const mean = (pick: (c: (typeof counted)[number]) => number): number =>
        counted.reduce((sum, c) => sum + pick(c), 0) / asked;
      const to = `${clusterIp(simulation, `svc-${Math.floor(services * 0.777)}`)}:80`;
      const probe = { from: 'default/client', tool: 'nc', to } as const;
      if (walk(simulation, probe).verdict !== 'delivered')
        throw new Error('the benched walk is not delivered');
      costs.push({
        mode,
        services,
        buildMs,
        probeMs: measure(60, 20, () => walk(simulation, probe)),
        firstPacketRules: mean((c) => c.first),
        laterPacketRules: mean((c) => c.later),
      });
    }
  }
  return costs;
}

/** The rows with limits: the largest size of each mode. */
export function modeRows(costs: readonly ModeCost[]): Row[] {
  return costs
    .filter((c) => c.services === SERVICES.at(-1))
    .flatMap(({ mode, buildMs, probeMs }) => [
      {
        name: `${mode}: 5,000 Services, 20,000 endpoints, 10 nodes, from documents`,
        ms: buildMs,
        limitMs: BUILD_LIMIT_MS,
      },
      { name: '  one probe to a ClusterIP, trace recorded', ms: probeMs, limitMs: PROBE_LIMIT_MS[mode] },
    ]);
}
