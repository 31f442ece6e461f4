/** The devices of a namespace as lines of `ip -batch`, and the ports of the switch that its cards are plugged into. */
import type { LinkConfig, NetnsConfig, NetnsId } from '../net/config.ts';
import { ifindex } from '../net/show/link.ts';
import { batchWord } from './shell-text.ts';
import { labName, SWITCH } from './names.ts';

/** One line for `ip -n NETNS -batch`, and the need without which it is left out. */
export interface BatchLine {
  readonly text: string;
  readonly need?: string;
}

export function words(...parts: readonly (string | number | undefined)[]): string {
  return parts
    .filter((part) => part !== undefined && part !== '')
    .map((part) => String(part).split(' ').map(batchWord).join(' '))
    .join(' ');
}

/** A namespace's name as the script writes it inside a here-document that expands variables: `$LAB-node.kind-worker`. */
export function labVariable(name: string): string {
  return `$LAB-${batchWord(name)}`;
}

/** What is known while the devices of all namespaces are written down. */
export class Devices {
  /** The switch's ends of the cards' cables, `port1`, ...: where each is, and the segment that it belongs to. */
  readonly ports: { readonly name: string; readonly segment: string; readonly card: string }[] = [];
  private readonly made = new Set<string>();
  private readonly world: ReadonlyMap<NetnsId, NetnsConfig>;

  constructor(world: ReadonlyMap<NetnsId, NetnsConfig>) {
    this.world = world;
  }

  /** `link add` for one device; undefined where the other end of a veth pair makes it. */
  line(config: NetnsConfig, link: LinkConfig): string | undefined {
    if (link.kind === 'loopback' || this.made.has(`${config.id} ${link.name}`)) return undefined;
    this.made.add(`${config.id} ${link.name}`);
    const base = words('link add', ...identity(config, link));
    switch (link.kind) {
      case 'ethernet': {
        const port = `port${this.ports.length + 1}`;
        this.ports.push({ name: port, segment: link.segment, card: `${config.id} ${link.name}` });
        return `${base} type veth peer name ${port} netns ${labVariable(SWITCH)}`;
      }
      case 'bridge':
        return `${base} type bridge`;
      // Its flows are no part of the lab: a plain bridge would do something else.
      case 'openvswitch':
        return undefined;
      case 'dummy':
        return words(base, link.qlen === undefined ? '' : words('txqueuelen', link.qlen), 'type dummy');
      case 'geneve': {
        const to = link.external === true ? 'external' : `id ${link.vni} remote ${link.remote ?? ''}`;
        return `${base} ${words(`type geneve ${to} dstport`, link.port)}`;
      }
      case 'ipip':
        // The module makes tunl0 in each namespace by itself: it is there once the kernel was asked for ipip.
        return words('link set', link.name, 'mtu', link.mtu);
      case 'wireguard':
        return words(
          'link add',
          link.name,
          'index',
          ifindex(config, link.name) ?? 2,
          'mtu',
          link.mtu,
          'type wireguard',
        );
      case 'vxlan':
        if (link.external === true) {
          return `${base} ${words('type vxlan external dstport', link.port, link.learning ? '' : 'nolearning')}`;
        }
        return `${base} ${words('type vxlan id', link.vni, 'local', link.local, 'dev', link.dev, 'dstport', link.port, link.learning ? '' : 'nolearning')}`;
      case 'veth': {
        const there = this.world.get(link.peer.netns);
        const peer = there?.links.find((other) => other.name === link.peer.name);
        if (there === undefined || peer === undefined) return undefined;
        this.made.add(`${there.id} ${peer.name}`);
        const end = words('type veth peer name', ...identity(there, peer));
        return `${base} ${end} netns ${labVariable(labName(there.id))}`;
      }
    }
  }
}

function identity(config: NetnsConfig, link: LinkConfig): readonly (string | number)[] {
  const mtu = Math.max(link.mtu, tunnelNeeds(config, link));
  return [link.name, 'index', ifindex(config, link.name) ?? 2, 'address', link.mac, 'mtu', mtu];
}

/** What the VXLAN devices on a card take with their headers: the kernel lets none be made that the card cannot carry. */
export function tunnelNeeds({ links }: NetnsConfig, card: LinkConfig): number {
  const on = links.filter(
    (link) => link.kind === 'vxlan' && link.external !== true && link.dev === card.name,
  );
  return Math.max(0, ...on.map((link) => link.mtu + ('local' in link && link.local.includes(':') ? 70 : 50)));
}
