/**
 * The kernel at hand has no Open vSwitch: one switch stands where Weave's datapaths and the tunnels between them are, on both
 * sides. What is compared is all the rest of a node: the bridge, br_netfilter, weave-npc's rules and sets, masquerading.
 */
import type { LinkConfig, NetnsConfig } from '../../src/sim/net/config.ts';
import type { World } from '../../src/sim/net/world.ts';

const ID = 'external/weave-switch';
const BRIDGE = 'joined';

export function withoutDatapaths(world: World): World {
  const netns = new Map(world.netns);
  const ports: LinkConfig[] = [];
  for (const [id, config] of world.netns) {
    const [datapath] = config.datapaths ?? [];
    if (datapath === undefined) continue;
    const cable = config.links.find((link) => link.master === datapath.name && link.kind === 'veth');
    if (cable?.kind !== 'veth') throw new Error(`no cable leads to ${datapath.name} of ${id}`);
    const port = `port${ports.length}`;
    ports.push({ ...cable, name: port, master: BRIDGE, peer: { netns: id, name: cable.peer.name } });
    const links = config.links
      .filter((link) => link.name !== datapath.name && link.master !== datapath.name)
      .map((link) => (link.name === cable.peer.name ? { ...link, peer: { netns: ID, name: port } } : link));
    netns.set(id, { ...config, links, datapaths: undefined });
  }
  const [gateway] = [...world.netns.values()].filter(({ id }) => id.startsWith('external/'));
  if (gateway === undefined) throw new Error('nobody outside');
  const bridge: LinkConfig = { kind: 'bridge', name: BRIDGE, mac: '02:00:00:00:77:01', mtu: 1376 };
  const own: NetnsConfig = {
    ...gateway,
    id: ID,
    links: [...gateway.links.filter(({ kind }) => kind === 'loopback'), bridge, ...ports],
    addresses: gateway.addresses.filter(({ dev }) => dev === 'lo'),
    routes: [],
    listeners: [],
    sysctls: { ipForward: false, bridgeNfCallIptables: false, rpFilterAll: 0, perInterface: {} },
  };
  netns.set(ID, own);
  return { ...world, netns };
}
