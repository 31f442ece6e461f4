/** The cluster as network namespaces: who is where, and the script that plugs everything together. */
import { stableMac } from '../../src/sim/base/mac.ts';
import type { Interface } from './rig.ts';

export interface NodeSpec {
  readonly name: string;
  readonly ip: string;
  readonly podCidr: string;
  /** The network address of podCidr. */
  readonly base: string;
}

export interface PodSpec {
  readonly name: string;
  readonly node: string;
  readonly ip: string;
  readonly listen: readonly string[];
}

export const nodes: readonly NodeSpec[] = [0, 1, 2].map((index) => ({
  name: ['kind-control-plane', 'kind-worker', 'kind-worker2'][index] ?? '',
  ip: `172.18.0.${index + 2}`,
  podCidr: `10.244.${index}.0/24`,
  base: `10.244.${index}`,
}));

export const pods: readonly PodSpec[] = [
  { name: 'client', node: 'kind-worker', ip: '10.244.1.2', listen: ['8080/TCP'] },
  { name: 'near', node: 'kind-worker', ip: '10.244.1.3', listen: ['8080/TCP'] },
  { name: 'far', node: 'kind-worker2', ip: '10.244.2.2', listen: ['8080/TCP'] },
  { name: 'answers', node: 'kind-worker2', ip: '10.244.2.3', listen: ['9000/UDP'] },
];

export const GATEWAY = '172.18.0.1';
export const LAPTOP = '172.18.0.100';
/** A host that has routes to pods and Services by way of a node. */
export const ROUTED = '172.18.0.101';
export const INTERNET = '203.0.113.10';

/** A rig while its script is being written: registers every namespace and interface that it names. */
export class HandRig {
  readonly interfaces: Interface[] = [];
  readonly listeners: { readonly place: string; readonly listen: readonly string[] }[] = [];
  readonly places: string[] = [];
  private readonly prefix: string;

  /** `tag` tells rigs of one process apart. */
  constructor(tag: string) {
    this.prefix = `pwk${process.pid.toString(36)}${tag}-`;
  }

  /** The kernel's name of a namespace. */
  netns(place: string): string {
    return this.prefix + place.replace(/^(node|external)\//, '').replaceAll('/', '-');
  }

  place(place: string): string {
    this.places.push(place);
    this.interfaces.push({ place, name: 'lo', mac: '00:00:00:00:00:00' });
    const name = this.netns(place);
    return `ip netns add ${name}
ip netns exec ${name} sysctl -qw net.ipv6.conf.all.disable_ipv6=1 net.ipv6.conf.default.disable_ipv6=1 net.ipv4.conf.all.rp_filter=0 net.ipv4.conf.default.rp_filter=0
ip -n ${name} link set lo up`;
  }

  /** Registers an interface and gives it the address that its place and name lead to. */
  mac(place: string, name: string, peer?: string): string {
    const mac = stableMac(place, name);
    this.interfaces.push({ place, name, mac, peer });
    return mac;
  }

  /** A card plugged into a switch namespace's bridge. */
  card(place: string, name: string, bridge: string, port: string): string {
    const here = this.netns(place);
    const sw = this.netns('external/switch');
    return `ip -n ${here} link add ${name} address ${this.mac(place, name)} type veth peer name ${port} netns ${sw}
ip -n ${sw} link set ${port} master ${bridge} up
ip -n ${here} link set ${name} up`;
  }

  down(): string {
    return this.places.map((place) => `ip netns del ${this.netns(place)} 2>/dev/null || true`).join('\n');
  }
}

/** Switches, gateway, laptop and the internet's one host. */
export function outside(rig: HandRig): string {
  const sw = rig.place('external/switch');
  const name = rig.netns('external/switch');
  const gateway = rig.netns('external/gateway');
  const laptop = rig.netns('external/laptop');
  const routed = rig.netns('external/routed');
  const internet = rig.netns('external/internet');
  rig.listeners.push({ place: 'external/internet', listen: ['80/TCP', '443/TCP', '53/UDP'] });
  return `${sw}
ip -n ${name} link add br0 type bridge
ip -n ${name} link set br0 up
ip -n ${name} link add br1 type bridge
ip -n ${name} link set br1 up
ip netns exec ${name} sysctl -qw net.bridge.bridge-nf-call-iptables=0
${rig.place('external/gateway')}
${rig.card('external/gateway', 'eth0', 'br0', 'gw0')}
${rig.card('external/gateway', 'eth1', 'br1', 'gw1')}
ip -n ${gateway} addr add ${GATEWAY}/16 brd + dev eth0
ip -n ${gateway} addr add 203.0.113.1/24 brd + dev eth1
ip netns exec ${gateway} sysctl -qw net.ipv4.ip_forward=1
${rig.place('external/laptop')}
${rig.card('external/laptop', 'eth0', 'br0', 'laptop')}
ip -n ${laptop} addr add ${LAPTOP}/16 brd + dev eth0
ip -n ${laptop} route add default via ${GATEWAY}
${rig.place('external/routed')}
${rig.card('external/routed', 'eth0', 'br0', 'routed')}
ip -n ${routed} addr add ${ROUTED}/16 brd + dev eth0
ip -n ${routed} route add default via ${GATEWAY}
ip -n ${routed} route add 10.244.0.0/16 via 172.18.0.3
ip -n ${routed} route add 10.96.0.0/16 via 172.18.0.3
${rig.place('external/internet')}
${rig.card('external/internet', 'eth0', 'br1', 'inet')}
ip -n ${internet} addr add ${INTERNET}/24 brd + dev eth0
ip -n ${internet} route add default via 203.0.113.1`;
}

/** A node without a CNI: its card, its default route, forwarding on. */
export function bareNode(rig: HandRig, node: NodeSpec): string {
  const place = `node/${node.name}`;
  const name = rig.netns(place);
  return `${rig.place(place)}
${rig.card(place, 'eth0', 'br0', `n${node.ip.split('.')[3]}`)}
ip -n ${name} addr add ${node.ip}/16 brd + dev eth0
ip -n ${name} route add default via ${GATEWAY}
ip netns exec ${name} sysctl -qw net.ipv4.ip_forward=1 net.bridge.bridge-nf-call-iptables=1 net.ipv4.conf.all.route_localnet=1`;
}
