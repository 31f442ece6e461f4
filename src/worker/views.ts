/** What the page is told of a simulation: small, plain, ready to show. */
import { chosenCni } from '../sim/cluster/assemble.ts';
import { cidrText } from '../sim/base/ip.ts';
import { cniRegistry } from '../sim/cni/registry.ts';
import { proxyPlugins } from '../sim/proxy/registry.ts';
import type { Simulation } from '../sim/simulate.ts';
import { LENSES, shownSteps } from '../sim/scene/lens.ts';
import type { Trace } from '../sim/trace/trace.ts';
import type { ClusterDetail, ClusterView, WalkResult } from './protocol.ts';

export function shownByLens(trace: Trace): WalkResult['shown'] {
  return Object.fromEntries(LENSES.map((lens) => [lens, shownSteps(trace, lens)])) as WalkResult['shown'];
}

export function viewOf({ cluster }: Simulation): ClusterView {
  const { settings } = cluster;
  const chosen = chosenCni(cluster);
  const cni = chosen?.plugin;
  return {
    nodes: cluster.nodes.map((n) => ({
      name: n.name,
      role: n.role,
      ip: n.ips[0] ?? '',
      podCIDR: n.podCIDRs[0] === undefined ? '' : cidrText(n.podCIDRs[0]),
    })),
    pods: cluster.pods.map((p) => ({
      namespace: p.namespace,
      name: p.name,
      shortName: p.shortName,
      node: p.node,
      ip: p.ips[0],
      ready: p.ready,
      phase: p.phase,
      builtIn: p.origin.by === 'built-in',
      listening:
        p.phase === 'Running' ? p.listening.map((l) => ({ port: l.port, protocol: l.protocol })) : [],
    })),
    services: cluster.services.map((s) => ({
      namespace: s.namespace,
      name: s.name,
      type: s.type,
      clusterIP: s.clusterIPs[0],
      ports: s.ports.map((p) => ({ name: p.name, port: p.port, protocol: p.protocol, nodePort: p.nodePort })),
      outsideIps: [...(s.loadBalancerIngress ?? []).flatMap((i) => i.ip ?? []), ...(s.externalIPs ?? [])],
      builtIn: s.origin.by === 'built-in',
    })),
    loadBalancer: cluster.services.some((s) => s.loadBalancerIngress?.some((i) => i.ip !== undefined)),
    external: settings.external.map((e) => ({ name: e.name, ips: e.ips, dnsNames: e.dnsNames })),
    namespaces: cluster.namespaces.map((n) => n.name),
    policies: cluster.networkPolicies.map((p) => ({ namespace: p.namespace, name: p.name })),
    probes: settings.probes,
    settings: {
      cni: settings.cni.name,
      cniLabel: cni?.label ?? settings.cni.name,
      cniOptions: chosen?.options ?? {},
      enforcesPolicy: cni?.enforcesNetworkPolicy ?? false,
      tools: cni?.commands,
      kubeProxyMode: settings.kubeProxy.mode,
      ...(settings.compare === undefined
        ? {}
        : {
            compare: { cni: settings.compare.cni?.name, kubeProxyMode: settings.compare.kubeProxyMode },
          }),
      faults: (settings.faults ?? []).map((f) => ({ kind: f.fault, node: f.node })),
      podSubnet: settings.podSubnets.map(cidrText).join(),
      serviceSubnet: settings.serviceSubnets.map(cidrText).join(),
      dnsDomain: settings.dnsDomain,
      families: settings.ipFamilies.map((family) => `IPv${family}`).join(', '),
      seed: settings.seed,
      offered: {
        cnis: cniRegistry.map((c) => ({
          id: c.id,
          label: c.label,
          enforcesPolicy: c.enforcesNetworkPolicy,
          fidelity: c.fidelity,
          sources: c.sources,
          options: c.options.map(({ name, values }) => ({ name, values })),
        })),
        kubeProxyModes: proxyPlugins.map(({ id, label, deprecated, fidelity, sources }) => ({
          id,
          label,
          deprecated: deprecated !== undefined,
          fidelity,
          sources,
        })),
      },
    },
  };
}

export function clusterDetail({ cluster, parsed }: Simulation): ClusterDetail {
  return {
    objects: cluster.objects.map((o) => {
      const ref = {
        apiVersion: o.apiVersion,
        kind: o.kind,
        ...(o.metadata.namespace === undefined ? {} : { namespace: o.metadata.namespace }),
        name: o.metadata.name,
      };
      return {
        ref,
        object: o,
        source: o.source,
        via: o.origin.via ?? [],
        cause: o.origin.object,
        range: parsed.locate({ object: ref }) ?? parsed.locate(o.origin),
      };
    }),
    events: cluster.events,
    refused: cluster.refused,
  };
}
