/**
 * `Playground.nodeSubnets`: the networks that nodes are plugged into. Without it there is one, kind's docker network. A
 * family that an entry leaves out gets the next of docker's networks.
 */
import {
  cidr,
  cidrOfFamily,
  cidrOverlaps,
  cidrSize,
  cidrText,
  nthAddress,
  parseCidrStrict,
  type Cidr,
  type Ip,
  type IpFamily,
} from '../../base/ip.ts';
import type { FieldPath, ObjectRef, Origin } from '../../base/origin.ts';
import type { ClusterSettings, NodeNetwork, StaticRoute } from '../cluster-state.ts';
import type { Manifest } from '../manifest.ts';
import type { UpstreamPlayground } from '../upstream.ts';
import type { Report } from './report.ts';

/** As many as docker has room for from kind's on: 172.18.0.0/16 to 172.31.0.0/16. */
const MAX_NETWORKS = 14;

/** The switch of the n-th network. */
const segmentName = (n: number): string => (n === 0 ? 'underlay' : `underlay${n + 1}`);

/** What docker gives to the n-th network beside kind's own. */
function dockerSubnet(family: IpFamily, n: number): Cidr {
  return family === 4
    ? cidr(`172.${18 + n}.0.0/16`)
    : cidr(`fc00:f853:ccd:${(0xe793 + n).toString(16)}::/64`);
}

/** The router, two addresses of nodes, the load balancer and the broadcast address. */
const LEAST_ADDRESSES = 8;

export type NodeNetworks = Pick<
  ClusterSettings,
  'nodeNetworks' | 'nodeSubnets' | 'gateways' | 'gatewayRoutes'
>;

export function readNodeNetworks(
  play: UpstreamPlayground,
  playground: Manifest | undefined,
  families: readonly IpFamily[],
  builtIn: Origin,
  report: Report,
): NodeNetworks {
  const all = play.nodeSubnets ?? [];
  if (playground !== undefined && all.length > MAX_NETWORKS) {
    const params = { subnets: all.length, limit: MAX_NETWORKS };
    const path = ['nodeSubnets', MAX_NETWORKS];
    report.say('warning', 'cluster/too-many-subnets', params, playground.ref, path);
  }
  const entries = all.length > 0 ? all.slice(0, MAX_NETWORKS) : undefined;
  const nodeNetworks = (entries ?? [{}]).map((entry, n): NodeNetwork => {
    const path: FieldPath = ['nodeSubnets', n, 'cidr'];
    const origin: Origin =
      playground === undefined || entries === undefined ? builtIn : { object: playground.ref, path };
    const written = readSubnets(entry.cidr, families, { object: origin.object, path }, report);
    const subnets = families.map((family) => cidrOfFamily(written, family) ?? dockerSubnet(family, n));
    return {
      segment: segmentName(n),
      subnets,
      gateways: subnets.map((subnet) => nthAddress(subnet, 1)),
      nodes: entry.nodes ?? [],
      origin,
    };
  });
  nodeNetworks.forEach((network, n) => {
    for (const other of nodeNetworks.slice(0, n)) sayOverlaps(network, other, n, report);
  });
  return {
    nodeNetworks,
    nodeSubnets: nodeNetworks.flatMap(({ subnets }) => subnets),
    gateways: nodeNetworks.flatMap(({ gateways }) => gateways),
    gatewayRoutes: readRoutes(play, playground),
  };
}

function sayOverlaps(network: NodeNetwork, other: NodeNetwork, n: number, report: Report): void {
  for (const subnet of network.subnets) {
    const theirs = cidrOfFamily(other.subnets, subnet.family);
    if (theirs === undefined || !cidrOverlaps(subnet, theirs)) continue;
    const params = {
      a: `nodeSubnets[${n}]`,
      aCidr: cidrText(subnet),
      b: 'nodeSubnets',
      bCidr: cidrText(theirs),
    };
    report.say('error', 'cluster/overlap', params, network.origin.object, network.origin.path);
  }
}

/** One prefix of a family, or one of each with a comma, as in kind's `podSubnet`. */
function readSubnets(
  text: string | undefined,
  families: readonly IpFamily[],
  at: { readonly object: ObjectRef; readonly path: FieldPath },
  report: Report,
): readonly Cidr[] {
  if (text === undefined || text === '') return [];
  const parts = text.split(',');
  const parsed = parts.flatMap((part) => parseCidrStrict(part.trim())?.cidr ?? []);
  const given = new Set(parsed.map((c) => c.family));
  if (
    parsed.length < parts.length ||
    given.size < parsed.length ||
    parsed.some((c) => !families.includes(c.family))
  ) {
    const family = families.map((f) => `IPv${f}`).join(', ');
    report.say('error', 'cluster/bad-subnet', { text, family }, at.object, at.path);
    return [];
  }
  const small = parsed.find((c) => cidrSize(c) < LEAST_ADDRESSES);
  if (small === undefined) return parsed;
  const params = { subnet: cidrText(small), least: small.family === 4 ? 29 : 125 };
  report.say('error', 'cluster/node-subnet-too-small', params, at.object, at.path);
  return parsed.filter((c) => cidrSize(c) >= LEAST_ADDRESSES);
}

function readRoutes(play: UpstreamPlayground, playground: Manifest | undefined): readonly StaticRoute[] {
  if (playground === undefined) return [];
  return (play.gateway?.routes ?? []).flatMap(({ to, via }, i): StaticRoute[] => {
    // The parser leaves out what is no CIDR.
    const range = parseCidrStrict(to ?? '')?.cidr;
    if (range === undefined || via === undefined) return [];
    return [{ to: range, via, origin: { object: playground.ref, path: ['gateway', 'routes', i] } }];
  });
}

/** The address of a family that a machine without one of its own takes: the n-th, or from half of a small subnet on. */
export function hostAddress(subnet: Cidr, n: number): Ip {
  return nthAddress(subnet, cidrSize(subnet) > 256 ? n : Math.floor(cidrSize(subnet) / 2) + n - 100);
}
