/**
 * Everything that one Service adds to a node's tables: its lines in the shared chains (KUBE-SERVICES, KUBE-NODEPORTS,
 * KUBE-EXTERNAL-SERVICES, KUBE-PROXY-FIREWALL) and its own chains (SVC, SVL, EXT, FW, SEP), in the order in which
 * kube-proxy 1.36 writes them (pkg/proxy/iptables/proxier.go syncProxyRules).
 * Leaves out the nfacct counters, which a kernel without xt_nfacct does not get either.
 */
import type { FieldPath, ObjectRef, Origin } from '../../base/origin.ts';
import type { IpFamily } from '../../base/ip.ts';
import { cidrContains, ipOfFamily } from '../../base/ip.ts';
import type { ClusterNode, EndpointSlice, Service, ServicePort } from '../../k8s/cluster-state.ts';
import type { ChainPart, Match, Rule, RuleMeaning, Target } from '../../net/config.ts';
import type { PortEndpoint } from '../../service/endpoint-list.ts';
import { endpointsOfPort } from '../../service/endpoint-list.ts';
import type { UsableEndpoints } from '../../service/endpoint-choice.ts';
import {
  externallyAccessible,
  loadBalancerVips,
  usableEndpoints,
  usesClusterEndpoints,
  usesLocalEndpoints,
} from '../../service/endpoint-choice.ts';
import { serviceOfFamily } from '../../service/by-family.ts';
import type { LocalDetector } from '../local-detector.ts';
import type { ServiceChains } from './names.ts';
import { endpointChain, serviceChains } from './names.ts';
import { servicePortName } from '../names.ts';
import {
  accept,
  anyPort,
  comment,
  dport,
  drop,
  dstIp,
  dstLocal,
  jump,
  markMasq,
  proto,
  reject,
  srcCidr,
  srcIp,
  srcLocal,
  tableOf,
} from './rule.ts';

/** What kube-proxy's own settings and node say about every Service. */
export interface ProxyView {
  /** Which of the two proxiers of a node: each serves its own family. */
  readonly family: IpFamily;
  readonly node: Pick<ClusterNode, 'name' | 'labels' | 'ips'>;
  readonly detector: LocalDetector | undefined;
  readonly masqueradeAll: boolean;
  /** More than 1,000 endpoints: no comments in SVC and SEP rules. */
  readonly large: boolean;
}

export interface ServiceRules {
  readonly natServices: readonly Rule[];
  readonly natNodePorts: readonly Rule[];
  readonly filterServices: readonly Rule[];
  readonly filterExternal: readonly Rule[];
  readonly filterNodePorts: readonly Rule[];
  readonly filterFirewall: readonly Rule[];
  readonly natChains: readonly ChainPart[];
}

interface Output {
  readonly natServices: Rule[];
  readonly natNodePorts: Rule[];
  readonly filterServices: Rule[];
  readonly filterExternal: Rule[];
  readonly filterNodePorts: Rule[];
  readonly filterFirewall: Rule[];
  readonly natChains: ChainPart[];
}

interface PortContext {
  readonly service: Service;
  readonly port: ServicePort;
  readonly index: number;
  readonly name: string;
  readonly chains: ServiceChains;
  readonly view: ProxyView;
  readonly usable: UsableEndpoints;
  /** No slice names any endpoint at all: the selector matches nothing. */
  readonly empty: boolean;
  readonly out: Output;
  /** The same few origins stand on all rules of a port. */
  readonly origins: Map<string, Origin>;
  readonly label: Match;
}

/** The rules of a Service for one family's proxier; headless and ExternalName Services have none. */
export function serviceRules(
  whole: Service,
  slices: readonly EndpointSlice[],
  view: ProxyView,
): ServiceRules {
  const out: Output = {
    natServices: [],
    natNodePorts: [],
    filterServices: [],
    filterExternal: [],
    filterNodePorts: [],
    filterFirewall: [],
    natChains: [],
  };
  const service = serviceOfFamily(whole, view.family);
  const [clusterIp] = service?.clusterIPs ?? [];
  if (service === undefined || clusterIp === undefined) return out;
  for (const [index, port] of service.ports.entries()) {
    const endpoints = endpointsOfPort(slices, port, view.family);
    const name = servicePortName(service, port);
    writePort(
      {
        service,
        port,
        index,
        name,
        chains: serviceChains(name, port.protocol),
        view,
        usable: usableEndpoints(service, port, endpoints, view.node),
        empty: endpoints.length === 0,
        out,
        origins: new Map(),
        label: comment(name),
      },
      clusterIp,
    );
  }
  return out;
}

function writePort(c: PortContext, clusterIp: string): void {
  const { service, port, chains, usable, view, out, name } = c;
  const internalLocal = service.internalTrafficPolicy === 'Local';
  const externalLocal = service.externalTrafficPolicy === 'Local';
  const hasInternal = usable.hasAny && (!internalLocal || usable.local.length > 0);
  const hasExternal = usable.hasAny && (!externalLocal || usable.local.length > 0);
  const usesExternal = usable.hasAny && externallyAccessible(service, port);
  const vips = loadBalancerVips(service);
  const ranges = service.loadBalancerSourceRanges ?? [];
  const usesFirewall = usable.hasAny && vips.length > 0 && ranges.length > 0;
  const internalChain = internalLocal ? chains.local : chains.cluster;

  // The cluster IP.
  const toClusterIp = (text: string): Match[] => [
    dstIp(clusterIp),
    proto(port.protocol),
    comment(text),
    dport(port.protocol, port.port),
  ];
  if (hasInternal) {
    out.natServices.push(rule(toClusterIp(`${name} cluster IP`), jump(internalChain), portOrigin(c, 'port')));
  } else {
    const { text, target, origin } = refusal(c, 'internalTrafficPolicy');
    out.filterServices.push(rule(toClusterIp(text), target, origin));
  }

  // External IPs and load balancer addresses.
  const external = refusal(c, 'externalTrafficPolicy');
  const toVip = (ip: string, text: string): Match[] => [
    dstIp(ip),
    proto(port.protocol),
    comment(text),
    dport(port.protocol, port.port),
  ];
  for (const ip of service.externalIPs ?? []) {
    const origin = serviceOrigin(c, ['spec', 'externalIPs']);
    if (usable.hasAny) {
      out.natServices.push(rule(toVip(ip, `${name} external IP`), jump(chains.external), origin));
    }
    if (!hasExternal)
      out.filterExternal.push(rule(toVip(ip, external.text), external.target, external.origin));
  }
  for (const ip of vips) {
    const origin = portOrigin(c, 'port');
    if (usable.hasAny) {
      const chain = usesFirewall ? chains.firewall : chains.external;
      out.natServices.push(rule(toVip(ip, `${name} loadbalancer IP`), jump(chain), origin));
    }
    if (usesFirewall) {
      const text = `${name} traffic not accepted by ${chains.firewall}`;
      out.filterFirewall.push(
        rule(toVip(ip, text), drop, serviceOrigin(c, ['spec', 'loadBalancerSourceRanges'])),
      );
    }
  }
  if (!hasExternal) {
    for (const ip of vips) {
      out.filterExternal.push(rule(toVip(ip, external.text), external.target, external.origin));
    }
  }

  // Node ports.
  if (port.nodePort !== undefined) {
    if (usable.hasAny) {
      out.natNodePorts.push(
        rule(
          [proto(port.protocol), comment(name), dport(port.protocol, port.nodePort)],
          jump(chains.external),
          portOrigin(c, 'nodePort'),
        ),
      );
    }
    if (!hasExternal) {
      out.filterExternal.push(
        rule(
          [proto(port.protocol), comment(external.text), dstLocal, dport(port.protocol, port.nodePort)],
          external.target,
          external.origin,
        ),
      );
    }
  }
  if (service.healthCheckNodePort !== undefined && externalLocal) {
    out.filterNodePorts.push(
      rule(
        [proto('TCP'), comment(`${name} health check node port`), dport('TCP', service.healthCheckNodePort)],
        accept,
        serviceOrigin(c, ['spec', 'healthCheckNodePort']),
      ),
    );
  }

  // The Service's own chains. Masquerading is decided before an endpoint is picked.
  const masq: Rule[] = [];
  if (hasInternal) {
    const matches = toClusterIp(`${name} cluster IP`);
    if (view.masqueradeAll) masq.push(rule(matches, markMasq, portOrigin(c, 'port')));
    else if (view.detector !== undefined) {
      masq.push(rule(ordered([...matches, view.detector.ifNotLocal]), markMasq, portOrigin(c, 'port')));
    }
  }
  if (usesExternal)
    out.natChains.push(nat(c, chains.external, externalChainRules(c, externalLocal, hasExternal)));
  if (usesFirewall) out.natChains.push(nat(c, chains.firewall, firewallChainRules(c, vips)));
  if (usable.cluster.length > 0 && usesClusterEndpoints(service, port)) {
    out.natChains.push(
      nat(c, chains.cluster, [...(internalLocal ? [] : masq), ...choiceRules(c, usable.cluster)]),
    );
  }
  if (usable.local.length > 0 && usesLocalEndpoints(service, port)) {
    out.natChains.push(
      nat(c, chains.local, [...(internalLocal ? masq : []), ...choiceRules(c, usable.local)]),
    );
  }
  for (const endpoint of usable.reachable) out.natChains.push(endpointChainPart(c, endpoint));
}

/** What happens to traffic that has no endpoint to go to: REJECT if there is none anywhere, else DROP. */
function refusal(
  c: PortContext,
  policy: 'internalTrafficPolicy' | 'externalTrafficPolicy',
): { text: string; target: Target; origin: Origin } {
  if (c.usable.hasAny) {
    return {
      text: `${c.name} has no local endpoints`,
      target: drop,
      origin: serviceOrigin(c, ['spec', policy]),
    };
  }
  const bySelector = c.empty && c.service.selector !== undefined;
  return {
    text: `${c.name} has no endpoints`,
    target: reject[c.view.family],
    origin: bySelector ? serviceOrigin(c, ['spec', 'selector']) : portOrigin(c, 'port'),
  };
}

function externalChainRules(c: PortContext, externalLocal: boolean, hasExternal: boolean): Rule[] {
  const { name, chains, view, port } = c;
  const origin = port.nodePort === undefined ? portOrigin(c, 'port') : portOrigin(c, 'nodePort');
  const rules: Rule[] = [];
  if (externalLocal) {
    const policy = serviceOrigin(c, ['spec', 'externalTrafficPolicy']);
    const to = jump(chains.cluster);
    if (view.detector !== undefined) {
      const text = comment(`pod traffic for ${name} external destinations`);
      rules.push(rule(ordered([text, view.detector.ifLocal]), to, policy));
    }
    rules.push(
      rule(
        [comment(`masquerade LOCAL traffic for ${name} external destinations`), srcLocal],
        markMasq,
        policy,
      ),
      rule([comment(`route LOCAL traffic for ${name} external destinations`), srcLocal], to, policy),
    );
  } else {
    rules.push(rule([comment(`masquerade traffic for ${name} external destinations`)], markMasq, origin));
  }
  if (hasExternal) rules.push(rule([], jump(externalLocal ? chains.local : chains.cluster), origin));
  return rules;
}

function firewallChainRules(c: PortContext, vips: readonly string[]): Rule[] {
  const origin = serviceOrigin(c, ['spec', 'loadBalancerSourceRanges']);
  const text = comment(`${c.name} loadbalancer IP`);
  const to = jump(c.chains.external);
  const ranges = c.service.loadBalancerSourceRanges ?? [];
  const nodeIp = ipOfFamily(c.view.node.ips, c.view.family);
  const rules = ranges.map((range) => rule([srcCidr(range), text], to, origin));
  if (nodeIp !== undefined && ranges.some((range) => cidrContains(range, nodeIp))) {
    for (const ip of vips) rules.push(rule([srcIp(ip), text], to, origin));
  }
  const rest = `other traffic to ${c.name} will be dropped by KUBE-PROXY-FIREWALL`;
  rules.push(rule([comment(rest)], { target: 'none' }, origin));
  return rules;
}

/** Affinity first, then the random choice: rule i of n takes 1/(n-i), the last one everything. */
function choiceRules(c: PortContext, endpoints: readonly PortEndpoint[]): Rule[] {
  const { service, port, name, view } = c;
  const n = endpoints.length;
  const sep = (e: PortEndpoint): string => endpointChain(name, port.protocol, e.address);
  const label = (e: PortEndpoint): Match[] => (view.large ? [] : [comment(`${name} -> ${e.address}`)]);
  const rules: Rule[] = [];
  if (service.sessionAffinity === 'ClientIP') {
    const origin = serviceOrigin(c, ['spec', 'sessionAffinity']);
    for (const e of endpoints) {
      const recent: Match = {
        match: 'recent',
        name: sep(e),
        op: 'rcheck',
        seconds: service.sessionAffinityTimeoutSeconds,
        reap: true,
      };
      rules.push(rule([...label(e), recent], jump(sep(e)), origin));
    }
  }
  const options = endpoints.map((e) => ({ to: e.address, pod: e.endpoint.pod, probability: 1 / n }));
  for (const [index, e] of endpoints.entries()) {
    const left = n - index;
    const chance: Match[] = left > 1 ? [{ match: 'statistic', probability: 1 / left }] : [];
    const meaning: RuleMeaning = {
      kind: 'choice',
      service: `${service.namespace}/${service.name}`,
      options,
      index,
    };
    rules.push({ ...rule([...label(e), ...chance], jump(sep(e)), portOrigin(c, 'port')), meaning });
  }
  return rules;
}

function endpointChainPart(c: PortContext, e: PortEndpoint): ChainPart {
  const { service, port, name, view } = c;
  const chain = endpointChain(name, port.protocol, e.address);
  const label: Match[] = view.large ? [] : [c.label];
  const affinity: Match[] =
    service.sessionAffinity === 'ClientIP' ? [{ match: 'recent', name: chain, op: 'set' }] : [];
  const origin: Origin = { ...portOrigin(c, 'targetPort'), via: endpointVia(service, e) };
  return nat(c, chain, [
    rule([srcIp(e.ip), ...label], markMasq, origin),
    rule(
      [proto(port.protocol), ...label, ...affinity, anyPort(port.protocol)],
      { target: 'DNAT', ip: e.ip, port: e.port },
      origin,
    ),
  ]);
}

function endpointVia(service: Service, e: PortEndpoint): readonly ObjectRef[] {
  const via: ObjectRef[] = [...(service.origin.via ?? [])];
  via.push({ kind: 'EndpointSlice', namespace: e.slice.namespace, name: e.slice.name });
  if (e.endpoint.pod !== undefined) {
    const slash = e.endpoint.pod.indexOf('/');
    via.push({
      kind: 'Pod',
      namespace: e.endpoint.pod.slice(0, slash),
      name: e.endpoint.pod.slice(slash + 1),
    });
  }
  return via;
}

function serviceOrigin(c: PortContext, path: FieldPath): Origin {
  return { object: c.service.origin.object, path, via: c.service.origin.via, by: 'kube-proxy' };
}

function portOrigin(c: PortContext, field: 'port' | 'targetPort' | 'nodePort'): Origin {
  let origin = c.origins.get(field);
  if (origin === undefined) {
    origin = serviceOrigin(c, ['spec', 'ports', c.index, field]);
    c.origins.set(field, origin);
  }
  return origin;
}

function rule(matches: readonly Match[], target: Target, origin: Origin): Rule {
  return { matches, target, origin };
}

function nat({ view }: PortContext, name: string, rules: readonly Rule[]): ChainPart {
  return { ...tableOf(view.family), table: 'nat', name, rules };
}

const rank: Partial<Record<Match['match'], number>> = { src: 0, dst: 1, in: 2, out: 3, proto: 4 };

/** Puts the matches of the IP header first, as the kernel keeps and prints them. */
function ordered(matches: readonly Match[]): readonly Match[] {
  return [...matches].sort((a, b) => (rank[a.match] ?? 9) - (rank[b.match] ?? 9));
}
