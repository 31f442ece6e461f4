/**
 * What `ip -d link` and `ip -d addr` add to a link: limits, the options of its kind, those of the bridge that it is a port
 * of, and its queues; in the order of iproute2 6.1 and with the values of Linux 6.18, on a machine of two processors.
 * Timers stand at zero, as they do once a port has been up for a while. A network card is virtio-net's.
 */
import type { LinkConfig, NetnsConfig } from '../config.ts';
import { linksInOrder } from './link.ts';

type Master = Extract<LinkConfig, { kind: 'bridge' | 'openvswitch' }>;

export interface LinkDetail {
  /** Behind the link-layer address. */
  readonly limits: string;
  /** Lines of their own: the device's kind, and its master's. Queues follow the last, or the limits where there is none. */
  readonly kinds: readonly string[];
  readonly queues: string;
}

export function linkDetail(config: NetnsConfig, link: LinkConfig, forwarding: boolean): LinkDetail {
  const master = config.links.find((other): other is Master => other.name === link.master && isMaster(other));
  const port = link.kind === 'openvswitch' ? undefined : master;
  const promiscuous =
    port !== undefined || link.kind === 'openvswitch' || (link.kind === 'bridge' && link.promisc === true);
  const [min, max] = mtuRange(link);
  const kind = kindText(link, port);
  return {
    limits: ` promiscuity ${promiscuous ? 1 : 0}  allmulti ${port?.kind === 'bridge' ? 1 : 0} minmtu ${min} maxmtu ${max} `,
    kinds: [
      ...(kind === undefined ? [] : [`    ${kind} `]),
      ...(port === undefined ? [] : [`    ${portText(config, link, port, forwarding)} `]),
    ],
    queues: queueText(config, link),
  };
}

function isMaster(link: LinkConfig): boolean {
  return link.kind === 'bridge' || link.kind === 'openvswitch';
}

/** How a device of the kind makes IPv6 addresses for itself; `ip addr` does not print it. */
export function addressMode(link: LinkConfig): string {
  return `addrgenmode ${link.kind === 'wireguard' ? 'none' : 'eui64'} `;
}

function mtuRange(link: LinkConfig): readonly [number, number] {
  switch (link.kind) {
    case 'loopback':
    case 'dummy':
    case 'ipip':
      return [0, 0];
    // geneve_configure: what an IPv6 packet leaves.
    case 'geneve':
      return [68, link.remote === undefined || link.remote.includes(':') ? 65_465 : 65_485];
    // wg_setup
    case 'wireguard':
      return [0, 2_147_483_552];
    default:
      return [68, 65_535];
  }
}

function kindText(link: LinkConfig, port: Master | undefined): string | undefined {
  // vswitchd allows IPv6 datagrams without a checksum.
  const v6rx = port?.kind === 'openvswitch' ? 'udp6zerocsumrx' : 'noudp6zerocsumrx';
  switch (link.kind) {
    case 'loopback':
    case 'ethernet':
      return undefined;
    case 'veth':
    case 'dummy':
    case 'wireguard':
    case 'openvswitch':
      return link.kind;
    case 'bridge':
      return bridgeText(link);
    case 'vxlan': {
      const ends =
        link.external === true ? 'external id 0' : `id ${link.vni} local ${link.local} dev ${link.dev}`;
      const learning = link.learning ? '' : 'nolearning ';
      return `vxlan ${ends} srcport 0 0 dstport ${link.port} ${learning}ttl auto ageing 300 udpcsum noudp6zerocsumtx ${v6rx}`;
    }
    case 'geneve': {
      const ends = link.external === true ? 'external id 0' : `id ${link.vni} remote ${link.remote ?? ''}`;
      const own =
        link.external === true
          ? ''
          : link.remote?.includes(':') === true
            ? 'noudp6zerocsumtx '
            : 'noudpcsum ';
      return `geneve ${ends} ttl auto dstport ${link.port} ${own}${v6rx}`;
    }
    case 'ipip':
      return 'ipip any remote any local any ttl inherit nopmtudisc';
  }
}

/** ether_ntoa: no byte has a leading zero. */
function bridgeId(link: LinkConfig): string {
  return `8000.${link.mac.replace(/\b0(?=[0-9a-f])/g, '')}`;
}

function bridgeText(link: LinkConfig): string {
  const id = bridgeId(link);
  return [
    'bridge forward_delay 1500 hello_time 200 max_age 2000 ageing_time 30000 stp_state 0 priority 32768 vlan_filtering 0',
    `bridge_id ${id} designated_root ${id} root_port 0 root_path_cost 0 topology_change 0 topology_change_detected 0`,
    `hello_timer ${TIMER} tcn_timer ${TIMER} topology_change_timer ${TIMER} gc_timer ${TIMER}`,
    'group_fwd_mask 0 group_address 01:80:c2:00:00:00 mcast_snooping 1 no_linklocal_learn 0 mcast_vlan_snooping 0',
    'mcast_router 1 mcast_query_use_ifaddr 0 mcast_querier 0 mcast_hash_elasticity 16 mcast_hash_max 4096',
    'mcast_last_member_count 2 mcast_startup_query_count 2 mcast_last_member_interval 100',
    'mcast_membership_interval 26000 mcast_querier_interval 25500 mcast_query_interval 12500',
    'mcast_query_response_interval 1000 mcast_startup_query_interval 3124 mcast_stats_enabled 0 mcast_igmp_version 2',
    'mcast_mld_version 1 nf_call_iptables 0 nf_call_ip6tables 0 nf_call_arptables 0',
  ].join(' ');
}

/** Hundredths of a second behind the point. */
const TIMER = '   0.00';

function portText(config: NetnsConfig, link: LinkConfig, master: Master, forwarding: boolean): string {
  if (master.kind === 'openvswitch') return 'openvswitch_slave';
  const id = bridgeId(master);
  // Ports are numbered as they are added.
  const number = linksInOrder(config)
    .filter((other) => other.master === master.name)
    .indexOf(link);
  const hex = (value: number): string => `0x${value.toString(16)}`;
  // port_cost: by the speed that the device gives, ten gigabits a second for a veth.
  const cost = link.kind === 'veth' ? 2 : 100;
  return [
    `bridge_slave state ${forwarding ? 'forwarding' : 'disabled'} priority 32 cost ${cost}`,
    `hairpin ${link.hairpin === true ? 'on' : 'off'} guard off root_block off fastleave off learning on flood on`,
    `port_id ${hex(0x8001 + number)} port_no ${hex(1 + number)} designated_port ${0x8001 + number} designated_cost 0`,
    `designated_bridge ${id} designated_root ${id}`,
    `hold_timer ${TIMER} message_age_timer ${TIMER} forward_delay_timer ${TIMER}`,
    'topology_change_ack 0 config_pending 0 proxy_arp off proxy_arp_wifi off mcast_router 1 mcast_fast_leave off',
    'mcast_flood on bcast_flood on mcast_to_unicast off neigh_suppress off group_fwd_mask 0 group_fwd_mask_str 0x0',
    'vlan_tunnel off isolated off locked off',
  ].join(' ');
}

/** A queue for each processor where the device has as many; devices that take large sends whole have the greater limit. */
function queueText(config: NetnsConfig, link: LinkConfig): string {
  const below = link.kind === 'vxlan' ? config.links.find((other) => other.name === link.dev) : undefined;
  const queues = link.kind === 'veth' ? 2 : 1;
  const large =
    link.kind === 'loopback' ||
    link.kind === 'veth' ||
    link.kind === 'bridge' ||
    // It takes the limit of the device below it.
    (link.kind === 'vxlan' && link.external !== true && below?.kind === 'veth');
  const bus = link.kind === 'ethernet' ? 'parentbus virtio parentdev virtio0 ' : '';
  return `numtxqueues ${queues} numrxqueues ${queues} gso_max_size 65536 gso_max_segs 65535 tso_max_size ${large ? 524_280 : 65_536} tso_max_segs 65535 gro_max_size 65536 ${bus}`;
}
