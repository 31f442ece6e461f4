/**
 * THE TABLE: every cluster that the kernel suite builds, and what is asked of it. A row is a name, the YAML and the
 * probes; the lab's script builds it, each probe is walked and sent for real, and every header is compared. See README.md.
 */
import { readFileSync } from 'node:fs';
import { scenarioEntries } from '../../src/content/scenarios/registry.ts';
import type { ScenarioFile } from '../../src/sim/scenario.ts';
import type { World } from '../../src/sim/net/world.ts';
import type { Simulation } from '../../src/sim/simulate.ts';
import { faultShapes } from './faults.ts';
import { flannelByHand } from './flannel-by-hand.ts';
import type { KernelProbe } from './probes.ts';
import { nftablesProbes, policyProbes, probes } from './probes.ts';
import { kernelProbe, ownQuestions } from './question.ts';
import { withoutQueues } from './queues.ts';
import type { Rig } from './rig.ts';
import { shapes } from './shapes.ts';
import { shapes6 } from './shapes6.ts';
import { withoutDatapaths } from './weave-switch.ts';
import { subnetShapes } from './subnets.ts';

export interface Variant {
  readonly name: string;
  /** Unique; the folder under observed/. */
  readonly id: string;
  readonly files: readonly ScenarioFile[];
  /** From the simulated cluster to the probes. */
  readonly probes: (simulation: Simulation) => readonly KernelProbe[];
  /** What no YAML says: a host's own setting. Both sides get it. */
  readonly alter?: (world: World) => World;
  /** Built otherwise than by the lab. */
  readonly build?: () => Rig;
  /** A bridge that overhears what passes between its ports; when, depends on the moment. */
  readonly promiscuous?: string;
}

function read(name: string): string {
  return readFileSync(new URL(`./${name}`, import.meta.url), 'utf8');
}

/** scenario.yaml with another CNI, as the Playground document writes it. */
export function baseCluster(cni: string, extra?: string): readonly ScenarioFile[] {
  const base = { name: 'scenario.yaml', text: read('scenario.yaml').replace('cni: flannel', `cni: ${cni}`) };
  return extra === undefined ? [base] : [base, { name: extra, text: read(extra) }];
}

/** The document that chooses how kube-proxy works. */
export function proxyMode(mode: string): ScenarioFile {
  const text = `apiVersion: kubeproxy.config.k8s.io/v1alpha1\nkind: KubeProxyConfiguration\nmode: ${mode}\n`;
  return { name: 'proxy.yaml', text };
}

/** What differs from one way of routing to the other. */
const core = probes.filter(({ id }) =>
  [
    'pod-same-node',
    'pod-cross-node',
    'clusterip-remote',
    'clusterip-local',
    'hairpin',
    'nodeport-remote',
    'nodeport-local',
    'pod-outside',
    'pod-node',
    'closed-port',
    'empty-service',
    'udp-clusterip',
    'ping-cross-node',
    'node-clusterip',
    'routed-pod-elsewhere',
  ].includes(id),
);

/** Without the probe whose answer takes another way than its question: what conntrack keeps of it is open. */
const symmetric = core.filter(({ id }) => id !== 'routed-pod-elsewhere');

/** kind-worker has its run of addresses at 172.18.17.0, kind-worker2 at 172.18.18.0; the second card's begin at .32. */
const VPC: Readonly<Record<string, string>> = {
  '10.244.1.2': '172.18.17.33',
  '10.244.1.3': '172.18.17.1',
  '10.244.2.2': '172.18.18.33',
  '10.244.2.3': '172.18.18.1',
};

/** The same with other addresses. */
function readdressed<T>(thing: T, addresses: Readonly<Record<string, string>>): T {
  let text = JSON.stringify(thing);
  for (const [from, to] of Object.entries(addresses)) text = text.replaceAll(from, to);
  return JSON.parse(text) as T;
}

const hostGw = '{name: flannel, options: {backend: host-gw}}';

/** The base cluster with one CNI after another. */
const networks: readonly Variant[] = [
  {
    name: 'flannel with vxlan, set up by hand',
    id: 'flannel',
    files: baseCluster('flannel'),
    build: flannelByHand,
    probes: () => probes,
  },
  { name: 'calico with VXLAN', id: 'calico', files: baseCluster('calico'), probes: () => probes },
  {
    name: 'calico with policies',
    id: 'calico-policies',
    files: baseCluster('calico', 'policies.yaml'),
    probes: () => policyProbes,
  },
  { name: 'flannel with vxlan', id: 'flannel-lab', files: baseCluster('flannel'), probes: () => core },
  {
    name: 'flannel with kube-proxy in nftables mode',
    id: 'flannel-nftables',
    files: baseCluster('flannel', 'nftables.yaml'),
    probes: () => nftablesProbes,
  },
  { name: 'kubenet', id: 'kubenet', files: baseCluster('kubenet'), promiscuous: 'cbr0', probes: () => core },
  { name: 'flannel with host-gw', id: 'flannel-host-gw', files: baseCluster(hostGw), probes: () => core },
  {
    name: 'kindnet',
    id: 'kindnet',
    files: baseCluster('kindnet'),
    alter: withoutQueues,
    probes: () => symmetric,
  },
  {
    name: 'bridge with static routes',
    id: 'bridge',
    files: baseCluster('{name: bridge, options: {routes: static}}'),
    probes: () => symmetric,
  },
  {
    name: 'weave, a switch in the datapath’s place',
    id: 'weave',
    files: baseCluster('weave'),
    alter: withoutDatapaths,
    probes: () => core,
  },
  {
    name: 'weave with policies, a switch in the datapath’s place',
    id: 'weave-policies',
    files: baseCluster('weave', 'policies.yaml'),
    alter: withoutDatapaths,
    probes: () => policyProbes,
  },
  {
    name: 'AWS VPC CNI, pods on the second card',
    id: 'aws-vpc',
    files: readdressed(baseCluster('aws-vpc'), VPC),
    probes: () => readdressed(core, VPC),
  },
];

/** Clusters that show one thing each, with their own YAML and questions. */
const shaped: readonly Variant[] = [...shapes, ...shapes6, ...faultShapes, ...subnetShapes].map(
  ({ name, id, yaml, ask, alter, again, promiscuous }) => ({
    name,
    id,
    alter,
    files: [{ name: `${id}.yaml`, text: yaml }],
    promiscuous,
    probes: (simulation) =>
      ask.map(({ title, ...question }) => {
        const probe = kernelProbe(simulation, title, question);
        return again?.includes(title) === true ? { ...probe, repeats: true } : probe;
      }),
  }),
);

/** Scenarios that cannot be built as they are: they open broken, or need eBPF programs or proxies, which the lab does not write. */
const NOT_BUILT = [
  'a-denial-wins',
  'a-policy-that-reads-http',
  'a-sidecar-nobody-wrote',
  'a-webhook-that-is-gone',
  'canary-through-ingress',
  'cluster-ip-out-of-range',
  'ingress-hosts-and-paths',
  'ingress-without-a-controller',
  'gateway-canary',
  'latest-is-refused',
  'pod-security-refuses',
  'policy-shuts-out-the-controller',
  'sandboxes-have-their-own-sockets',
  'study-notes-service',
  'socket-load-balancer',
];

/** The scenarios that people open, each with its own probes. */
const opened: readonly Variant[] = scenarioEntries
  .filter(({ slug }) => !NOT_BUILT.includes(slug))
  // Questions and captures of the suite are of IPv4.
  .filter(({ files }) => !files.some((file) => /^ *ipFamily: (ipv6|dual)$/m.test(file.text)))
  .map((entry) => ({
    name: `the scenario ${entry.slug}`,
    id: entry.slug,
    files: entry.files,
    probes: (simulation) =>
      ownQuestions(simulation).map(({ title, question }) => kernelProbe(simulation, title, question)),
  }));

export const variants: readonly Variant[] = [...networks, ...shaped, ...opened];
