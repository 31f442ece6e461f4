/** The faults that the picture offers, with fields that make sense in this cluster. */
import type { FaultSpec, ProbeSpec } from '../../sim/k8s/cluster-state.ts';
import type { Scene, SceneService } from '../../sim/scene/scene.ts';
import type { ClusterView } from '../../worker/protocol.ts';

export type FaultKind = FaultSpec['fault'];

/** What is written into `Playground.faults`. */
export type FaultEntry = Readonly<
  Record<string, string | number | boolean | readonly string[] | undefined>
> & {
  readonly fault: FaultKind;
};

export interface Offer {
  readonly kind: FaultKind;
  readonly entry?: FaultEntry;
  /** Why it cannot be switched on as things are. */
  readonly lacks?: 'needsNode' | 'needsService' | 'needsTunnel' | 'needsUdp';
  /** A probe that shows it, where the present one would not. */
  readonly probe?: Partial<ProbeSpec>;
}

export interface Situation {
  readonly cluster: ClusterView;
  readonly scene: Scene;
  /** Undefined: every node. */
  readonly node: string | undefined;
  readonly service: string | undefined;
  readonly probe: ProbeSpec;
}

/** A port that a client may well have kept. */
const KEPT_PORT = 40000;
const FAR_IN_THE_RANGE = 250;

export function offersFor(situation: Situation): readonly Offer[] {
  const { node } = situation;
  const at = node === undefined ? {} : { node };
  const tunnelPort = situation.scene.tunnels.find((t) => t.port !== undefined)?.port;
  return [
    { kind: 'mtu', entry: { fault: 'mtu', ...at, mtu: 1500 }, probe: muchData(situation) },
    { kind: 'icmp-blocked', entry: { fault: 'icmp-blocked', ...at }, probe: muchData(situation) },
    tunnelPort === undefined
      ? { kind: 'port-blocked', lacks: 'needsTunnel' }
      : {
          kind: 'port-blocked',
          entry: { fault: 'port-blocked', ...at, protocol: 'UDP', port: tunnelPort },
        },
    missingRoute(situation),
    { kind: 'rp-filter', entry: { fault: 'rp-filter', ...at, value: 1 } },
    { kind: 'bridge-nf-off', entry: { fault: 'bridge-nf-off', ...at } },
    { kind: 'ip-forward-off', entry: { fault: 'ip-forward-off', ...at } },
    staleRules(situation),
    rememberedFlow(situation),
    node === undefined
      ? { kind: 'ports-exhausted', lacks: 'needsNode' }
      : { kind: 'ports-exhausted', entry: { fault: 'ports-exhausted', node } },
    node === undefined
      ? { kind: 'node-down', lacks: 'needsNode' }
      : { kind: 'node-down', entry: { fault: 'node-down', node } },
  ];
}

/** The same question with more data than a tunnel's packet holds: a ping just too large, an upload of a few segments. */
function muchData({ probe }: Situation): Partial<ProbeSpec> | undefined {
  if (probe.tool === 'ping') return { bytes: 1450 };
  return probe.tool === 'curl' ? { bytes: 4000 } : undefined;
}

function missingRoute({ cluster, node }: Situation): Offer {
  const other = cluster.nodes.find((n) => n.name !== node && n.role === 'worker' && n.podCIDR !== '');
  const to = other?.podCIDR.split(',')[0];
  if (node === undefined || to === undefined) return { kind: 'route-missing', lacks: 'needsNode' };
  return { kind: 'route-missing', entry: { fault: 'route-missing', node, to } };
}

/** The Service that is selected, or asked for, or else the first of the user's that has endpoints. */
function serviceOf(
  { scene, service, probe }: Situation,
  fits: (s: SceneService) => boolean,
): SceneService | undefined {
  const asked = /^(?:[a-z]+:\/\/)?([a-z0-9-]+)/.exec(probe.to)?.[1];
  const known = scene.services.filter(fits);
  return (
    known.find((s) => s.id === service) ??
    known.find((s) => s.name === asked) ??
    known.find((s) => !s.builtIn) ??
    known[0]
  );
}

/** An address in the same range as an endpoint, where no pod is. */
function goneNear(ip: string): string {
  const dot = ip.lastIndexOf('.');
  return dot < 0 ? `[${ip.slice(0, ip.lastIndexOf(':'))}:fa]` : `${ip.slice(0, dot)}.${FAR_IN_THE_RANGE}`;
}

function staleRules(situation: Situation): Offer {
  const { node } = situation;
  const service = serviceOf(situation, (s) => s.ports.some((p) => p.endpoints.length > 0));
  const endpoint = service?.ports.flatMap((p) => p.endpoints)[0];
  if (service === undefined || endpoint === undefined) {
    return { kind: 'kube-proxy-stopped', lacks: 'needsService' };
  }
  return {
    kind: 'kube-proxy-stopped',
    entry: {
      fault: 'kube-proxy-stopped',
      ...(node === undefined ? {} : { node }),
      service: service.id,
      endpoints: [`${goneNear(endpoint.ip)}:${endpoint.port}`],
    },
  };
}

function rememberedFlow(situation: Situation): Offer {
  const { probe, cluster } = situation;
  const isUdp = (s: SceneService): boolean =>
    s.ip !== undefined && s.ports.some((p) => p.protocol === 'UDP' && p.endpoints.length > 0);
  const service = serviceOf(situation, isUdp);
  const port = service?.ports.find((p) => p.protocol === 'UDP');
  const endpoint = port?.endpoints[0];
  const client = cluster.pods.find((p) => `${p.namespace}/${p.name}` === probe.from && p.node !== undefined);
  if (service === undefined || port === undefined || endpoint === undefined || client === undefined) {
    return { kind: 'conntrack-remembers', lacks: 'needsUdp' };
  }
  return {
    kind: 'conntrack-remembers',
    entry: {
      fault: 'conntrack-remembers',
      from: probe.from,
      sport: KEPT_PORT,
      service: service.id,
      endpoint: `${goneNear(endpoint.ip)}:${endpoint.port}`,
    },
    probe: {
      tool: 'nc',
      proto: 'udp',
      to: `${service.name}.${service.namespace}:${port.port}`,
      port: undefined,
      sport: KEPT_PORT,
    },
  };
}
