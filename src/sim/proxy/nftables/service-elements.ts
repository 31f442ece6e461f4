/**
 * Everything that one Service adds to the table of a family: its elements of the shared sets and maps, and its own
 * chains (service, local, external, firewall; endpoint and affinity with session affinity), in the order in which
 * kube-proxy 1.36 writes them (pkg/proxy/nftables/proxier.go syncProxyRules).
 */
import { cidrContains, cidrText, ipFamily, ipOfFamily, type Ip, type IpFamily } from '../../base/ip.ts';
import type { FieldPath, ObjectRef, Origin } from '../../base/origin.ts';
import type { ClusterNode, EndpointSlice, Service, ServicePort } from '../../k8s/cluster-state.ts';
import type {
  NftChain,
  NftChoice,
  NftElement,
  NftRule,
  NftSet,
  NftStatement,
  NftVerdict,
} from '../../net/nftables/config.ts';
import type { UsableEndpoints } from '../../service/endpoint-choice.ts';
import {
  externallyAccessible,
  loadBalancerVips,
  usableEndpoints,
  usesClusterEndpoints,
  usesLocalEndpoints,
} from '../../service/endpoint-choice.ts';
import type { PortEndpoint } from '../../service/endpoint-list.ts';
import { endpointsOfPort } from '../../service/endpoint-list.ts';
import type { LocalDetector } from './local-detector.ts';
import type { ServiceChains } from './names.ts';
import { endpointNames, serviceChains } from './names.ts';
import { servicePortName } from '../names.ts';
import { drop, goto, gotoVerdict, inSet, is, isNot, mark, WORDS } from './statement.ts';

/** What kube-proxy's own settings and node say about every Service. */
export interface ProxyView {
  readonly family: IpFamily;
  readonly node: Pick<ClusterNode, 'name' | 'labels' | 'ips'>;
  readonly detector: LocalDetector | undefined;
}

export interface ServiceElements {
  readonly clusterIps: readonly NftElement[];
  readonly serviceIps: readonly NftElement[];
  readonly serviceNodePorts: readonly NftElement[];
  readonly firewallIps: readonly NftElement[];
  readonly noEndpointServices: readonly NftElement[];
  readonly noEndpointNodePorts: readonly NftElement[];
  readonly hairpins: readonly NftElement[];
  readonly sets: readonly NftSet[];
  readonly chains: readonly NftChain[];
}

type Output = { readonly [K in keyof ServiceElements]: ServiceElements[K][number][] };

interface PortContext {
  readonly service: Service;
  readonly port: ServicePort;
  readonly index: number;
  /** `tcp` */
  readonly proto: string;
  readonly name: string;
  readonly chains: ServiceChains;
  readonly view: ProxyView;
  readonly usable: UsableEndpoints;
  /** No slice names any endpoint at all: the selector matches nothing. */
  readonly empty: boolean;
  readonly out: Output;
}

/** The elements of a Service; headless and ExternalName Services have none, nor one without an address of the family. */
export function serviceElements(
  whole: Service,
  slices: readonly EndpointSlice[],
  view: ProxyView,
): ServiceElements {
  const out: Output = {
    clusterIps: [],
    serviceIps: [],
    serviceNodePorts: [],
    firewallIps: [],
    noEndpointServices: [],
    noEndpointNodePorts: [],
    hairpins: [],
    sets: [],
    chains: [],
  };
  const clusterIp = ipOfFamily(whole.clusterIPs, view.family);
  if (whole.headless || whole.type === 'ExternalName' || clusterIp === undefined) return out;
  const service = ofFamily(whole, view.family);
  if (service.ports.length > 0) {
    out.clusterIps.push({ key: clusterIp, origin: originAt(service, ['spec', 'clusterIP']) });
  }
  for (const [index, port] of service.ports.entries()) {
    const endpoints = endpointsOfPort(slices, port, view.family);
    writePort(
      {
        service,
        port,
        index,
        proto: port.protocol.toLowerCase(),
        name: servicePortName(service, port),
        chains: serviceChains(service, port),
        view,
        usable: usableEndpoints(service, port, endpoints, view.node),
        empty: endpoints.length === 0,
        out,
      },
      clusterIp,
    );
  }
  return out;
}

/** kube-proxy sees only the addresses of its family (pkg/proxy/serviceport.go). */
function ofFamily(service: Service, family: IpFamily): Service {
  const { externalIPs, loadBalancerIngress, loadBalancerSourceRanges } = service;
  if (
    externalIPs === undefined &&
    loadBalancerIngress === undefined &&
    loadBalancerSourceRanges === undefined
  ) {
    return service;
  }
  return {
    ...service,
    externalIPs: externalIPs?.filter((ip) => ipFamily(ip) === family),
    loadBalancerIngress: loadBalancerIngress?.filter(({ ip }) => ip !== undefined && ipFamily(ip) === family),
    loadBalancerSourceRanges: loadBalancerSourceRanges?.filter((range) => range.family === family),
  };
}

function writePort(c: PortContext, clusterIp: Ip): void {
  const { service, port, chains, usable, out, proto } = c;
  const internalLocal = service.internalTrafficPolicy === 'Local';
  const externalLocal = service.externalTrafficPolicy === 'Local';
  const hasInternal = usable.hasAny && (!internalLocal || usable.local.length > 0);
  const hasExternal = usable.hasAny && (!externalLocal || usable.local.length > 0);
  const vips = loadBalancerVips(service);
  const at = (ip: Ip): string => `${ip} . ${proto} . ${port.port}`;
  const element = (key: string, verdict: NftVerdict, origin: Origin): NftElement => ({
    key,
    verdict,
    origin,
  });
  const outside = gotoVerdict(chains.external);
  const refused = refusal(c, 'externalTrafficPolicy');

  if (hasInternal) {
    const chain = internalLocal ? chains.local : chains.cluster;
    out.serviceIps.push(element(at(clusterIp), gotoVerdict(chain), portOrigin(c, 'port')));
  } else {
    out.noEndpointServices.push({ key: at(clusterIp), ...refusal(c, 'internalTrafficPolicy') });
  }
  for (const ip of service.externalIPs ?? []) {
    if (usable.hasAny)
      out.serviceIps.push(element(at(ip), outside, originAt(service, ['spec', 'externalIPs'])));
    if (!hasExternal) out.noEndpointServices.push({ key: at(ip), ...refused });
  }
  const usesFirewall = vips.length > 0 && (service.loadBalancerSourceRanges?.length ?? 0) > 0;
  for (const ip of vips) {
    if (usable.hasAny) out.serviceIps.push(element(at(ip), outside, portOrigin(c, 'port')));
    if (usesFirewall) {
      const origin = originAt(service, ['spec', 'loadBalancerSourceRanges']);
      out.firewallIps.push(element(at(ip), gotoVerdict(chains.firewall), origin));
    }
    if (!hasExternal) out.noEndpointServices.push({ key: at(ip), ...refused });
  }
  if (port.nodePort !== undefined) {
    const key = `${proto} . ${port.nodePort}`;
    // Node ports are not subject to loadBalancerSourceRanges.
    if (usable.hasAny) out.serviceNodePorts.push(element(key, outside, portOrigin(c, 'nodePort')));
    if (!hasExternal) out.noEndpointNodePorts.push({ key, ...refused });
  }
  for (const e of usable.reachable) {
    out.hairpins.push({ key: `${e.ip} . ${e.ip} . ${proto} . ${e.port}`, origin: endpointOrigin(c, e) });
  }
  writeChains(c, { vips, usesFirewall, hasExternal, externalLocal });
}

function writeChains(
  c: PortContext,
  is: {
    readonly vips: readonly Ip[];
    readonly usesFirewall: boolean;
    readonly hasExternal: boolean;
    readonly externalLocal: boolean;
  },
): void {
  const { service, port, chains, usable, out } = c;
  if (service.sessionAffinity === 'ClientIP') {
    for (const e of usable.reachable) {
      out.chains.push(endpointChain(c, e));
      out.sets.push(affinitySet(c, e));
    }
  }
  if (usable.cluster.length > 0 && usesClusterEndpoints(service, port)) {
    out.chains.push({ name: chains.cluster, rules: choiceRules(c, usable.cluster) });
  }
  if (usable.local.length > 0 && usesLocalEndpoints(service, port)) {
    out.chains.push({ name: chains.local, rules: choiceRules(c, usable.local) });
  }
  if (usable.hasAny && externallyAccessible(service, port)) {
    out.chains.push({ name: chains.external, rules: externalRules(c, is.externalLocal, is.hasExternal) });
  }
  if (is.usesFirewall) out.chains.push({ name: chains.firewall, rules: [firewallRule(c, is.vips)] });
}

/** What happens to traffic that has no endpoint to go to: REJECT if there is none anywhere, else DROP. */
function refusal(
  c: PortContext,
  policy: 'internalTrafficPolicy' | 'externalTrafficPolicy',
): Omit<NftElement, 'key'> {
  if (c.usable.hasAny) {
    return {
      verdict: { verdict: 'drop' },
      comment: c.name,
      origin: originAt(c.service, ['spec', policy]),
      meaning: 'no-local-endpoints',
    };
  }
  const bySelector = c.empty && c.service.selector !== undefined;
  return {
    verdict: gotoVerdict('reject-chain'),
    comment: c.name,
    origin: bySelector ? originAt(c.service, ['spec', 'selector']) : portOrigin(c, 'port'),
    meaning: 'no-endpoints',
  };
}

function externalRules(c: PortContext, externalLocal: boolean, hasExternal: boolean): NftRule[] {
  const { chains, view, port, service } = c;
  const origin = portOrigin(c, port.nodePort === undefined ? 'port' : 'nodePort');
  const rules: NftRule[] = [];
  if (externalLocal) {
    const policy = originAt(service, ['spec', 'externalTrafficPolicy']);
    const toAll = goto(chains.cluster);
    if (view.detector !== undefined) {
      rules.push({
        statements: [view.detector.ifLocal, toAll],
        comment: 'short-circuit pod traffic',
        origin: policy,
      });
    }
    const fromHere = is('fib saddr type', 'local');
    rules.push(
      {
        statements: [fromHere, mark],
        comment: 'masquerade local traffic',
        origin: policy,
        meaning: 'masquerade-mark',
      },
      { statements: [fromHere, toAll], comment: 'short-circuit local traffic', origin: policy },
    );
  } else {
    // The endpoint may be on another node, and the answer must come back through this one.
    rules.push({ statements: [mark], origin, meaning: 'masquerade-mark' });
  }
  if (hasExternal) rules.push({ statements: [goto(externalLocal ? chains.local : chains.cluster)], origin });
  return rules;
}

function firewallRule({ service, view }: PortContext, vips: readonly Ip[]): NftRule {
  const ranges = service.loadBalancerSourceRanges ?? [];
  const nodeIp = ipOfFamily(view.node.ips, view.family);
  // A node that asks the load balancer's address may do so with that very address as its source.
  const own = nodeIp !== undefined && ranges.some((range) => cidrContains(range, nodeIp)) ? vips : [];
  return {
    statements: [isNot(WORDS[view.family].saddr, ...ranges.map(cidrText), ...own), drop],
    origin: originAt(service, ['spec', 'loadBalancerSourceRanges']),
  };
}

/** Known clients first, then a random number: each endpoint has the same chance. */
function choiceRules(c: PortContext, endpoints: readonly PortEndpoint[]): NftRule[] {
  const { service, port, proto, view } = c;
  const origin = portOrigin(c, 'port');
  const n = endpoints.length;
  const choice: NftChoice = {
    service: `${service.namespace}/${service.name}`,
    options: endpoints.map((e) => ({ to: e.address, pod: e.endpoint.pod, probability: 1 / n })),
  };
  if (service.sessionAffinity !== 'ClientIP') {
    const to = endpoints.map((e) => ({ ip: e.ip, port: e.port, origin: endpointOrigin(c, e) }));
    return [{ statements: [is('meta l4proto', proto), { kind: 'numgen-dnat', to, choice }], origin }];
  }
  const { saddr } = WORDS[view.family];
  const names = endpoints.map((e) => endpointNames(service, port, e));
  const known = names.map(
    ({ chain, affinity }): NftRule => ({
      statements: [inSet(affinity, saddr), goto(chain)],
      origin: originAt(service, ['spec', 'sessionAffinity']),
    }),
  );
  const verdicts = names.map(({ chain }) => gotoVerdict(chain));
  return [...known, { statements: [{ kind: 'numgen-vmap', verdicts, choice }], origin }];
}

function endpointChain(c: PortContext, e: PortEndpoint): NftChain {
  const { chain, affinity } = endpointNames(c.service, c.port, e);
  const { saddr } = WORDS[c.view.family];
  const translate: NftStatement = { kind: 'dnat', ip: e.ip, port: e.port };
  return {
    name: chain,
    rules: [
      {
        statements: [{ kind: 'update', set: affinity, fields: [saddr] }],
        origin: originAt(c.service, ['spec', 'sessionAffinity']),
      },
      { statements: [is('meta l4proto', c.proto), translate], origin: endpointOrigin(c, e) },
    ],
  };
}

function affinitySet(c: PortContext, e: PortEndpoint): NftSet {
  return {
    name: endpointNames(c.service, c.port, e).affinity,
    type: [WORDS[c.view.family].addr],
    // nft's own, for a set that a rule updates.
    size: 65535,
    flags: ['dynamic', 'timeout'],
    timeoutSeconds: c.service.sessionAffinityTimeoutSeconds,
    elements: [],
    origin: originAt(c.service, ['spec', 'sessionAffinity']),
  };
}

function endpointOrigin(c: PortContext, e: PortEndpoint): Origin {
  const via: ObjectRef[] = [...(c.service.origin.via ?? [])];
  via.push({ kind: 'EndpointSlice', namespace: e.slice.namespace, name: e.slice.name });
  if (e.endpoint.pod !== undefined) {
    const slash = e.endpoint.pod.indexOf('/');
    via.push({
      kind: 'Pod',
      namespace: e.endpoint.pod.slice(0, slash),
      name: e.endpoint.pod.slice(slash + 1),
    });
  }
  return { ...portOrigin(c, 'targetPort'), via };
}

function originAt(service: Service, path: FieldPath): Origin {
  return { object: service.origin.object, path, via: service.origin.via, by: 'kube-proxy' };
}

function portOrigin(c: PortContext, field: 'port' | 'targetPort' | 'nodePort'): Origin {
  return originAt(c.service, ['spec', 'ports', c.index, field]);
}
