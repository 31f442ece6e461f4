/**
 * calico-ipam: a pool for each pod subnet, cut into blocks of 64 addresses; a node takes blocks as it needs them. Real
 * Calico starts at a block that depends on the node's name; here blocks are handed out in node order, so that it can be
 * repeated. A node's first address is that of its tunnel device, if it has one, which exists before any pod does.
 * With host-local the node's pod CIDR stands for its blocks (USE_POD_CIDR).
 * Left out: borrowing from another node's block when the pool is used up.
 */
import type { Cidr, Ip, IpFamily } from '../../base/ip.ts';
import {
  cidr,
  cidrContains,
  cidrOfFamily,
  cidrSize,
  compareIp,
  ipOfFamily,
  nthAddress,
  nthSubnet,
} from '../../base/ip.ts';
import type { ClusterNode, ClusterState, Pod } from '../../k8s/cluster-state.ts';
import type { CniPlugin } from '../../plugin.ts';
import { assignHostLocal } from '../host-local.ts';
import { podKey } from '../place.ts';
import { encapsulationOf, type Encapsulation } from './encapsulation.ts';

/** blockSize of the default pools: 64 addresses of either family. */
const BLOCK_LENGTH: Readonly<Record<IpFamily, number>> = { 4: 26, 6: 122 };

export interface NodeBlocks {
  /** In the order of their addresses. */
  readonly blocks: readonly Cidr[];
  /** The address of its tunnel device; undefined without one, or if the pool has no room for this node. */
  readonly tunnel: Ip | undefined;
  /** Pods on this node whose given address lies in another node's block. */
  readonly borrowed: readonly Ip[];
}

/** Who owns which block of the pool. Blocks go by their first address: an IPv6 pool has more than a number can count. */
class Pool {
  readonly #pool: Cidr;
  readonly #length: number;
  readonly #count: number;
  readonly #owners = new Map<Ip, string>();
  readonly #ownedBy = new Map<string, Cidr[]>();
  readonly taken = new Set<Ip>();
  readonly #searched = new Map<Ip, number>();
  #nextFree = 0;

  constructor(pool: Cidr) {
    this.#pool = pool;
    this.#length = Math.max(BLOCK_LENGTH[pool.family], pool.prefixLength);
    this.#count = 2 ** (this.#length - pool.prefixLength);
  }

  /** Records an address that is in use; its block goes to the node unless another has it. */
  use(node: string, ip: Ip): void {
    this.taken.add(ip);
    if (!cidrContains(this.#pool, ip)) return;
    const block = this.#blockOf(ip);
    if (!this.#owners.has(block.ip)) this.#give(block, node);
  }

  blocksOf(node: string): readonly Cidr[] {
    return (this.#ownedBy.get(node) ?? []).toSorted((a, b) => compareIp(a.ip, b.ip));
  }

  owns(node: string, ip: Ip): boolean {
    return cidrContains(this.#pool, ip) && this.#owners.get(this.#blockOf(ip).ip) === node;
  }

  /** The next block that nobody has. */
  claim(node: string): Cidr | undefined {
    for (; this.#nextFree < this.#count; this.#nextFree++) {
      const block = nthSubnet(this.#pool, this.#length, this.#nextFree);
      if (this.#owners.has(block.ip)) continue;
      this.#give(block, node);
      return block;
    }
    return undefined;
  }

  /** Addresses are only ever taken, so the search goes on where it stopped. */
  firstFree(block: Cidr): Ip | undefined {
    const size = cidrSize(block);
    for (let n = this.#searched.get(block.ip) ?? 0; n < size; n++) {
      const ip = nthAddress(block, n);
      if (this.taken.has(ip)) continue;
      this.#searched.set(block.ip, n);
      return ip;
    }
    this.#searched.set(block.ip, size);
    return undefined;
  }

  #give(block: Cidr, node: string): void {
    this.#owners.set(block.ip, node);
    const own = this.#ownedBy.get(node);
    if (own === undefined) this.#ownedBy.set(node, [block]);
    else own.push(block);
  }

  #blockOf(ip: Ip): Cidr {
    return cidr(`${ip}/${this.#length}`);
  }
}

/** Every node's first block and, where there are tunnels, its address for one, after the addresses in use have claimed theirs. */
function tunnels(
  pool: Pool,
  nodes: ClusterState['nodes'],
  wanted: boolean,
): ReadonlyMap<string, Ip | undefined> {
  return new Map(
    nodes.map((node) => {
      // calico-node asks for its tunnel's address; without a tunnel a block waits for the first pod.
      const block = pool.blocksOf(node.name)[0] ?? (wanted ? pool.claim(node.name) : undefined);
      const ip = block === undefined || !wanted ? undefined : pool.firstFree(block);
      if (ip !== undefined) pool.taken.add(ip);
      return [node.name, ip];
    }),
  );
}

/** Addresses of one pool, for the pods that have none of its family yet. */
function assignFrom(
  range: Cidr,
  nodes: ClusterState['nodes'],
  pods: readonly { readonly key: string; readonly node: string; readonly given?: Ip }[],
  tunnel: boolean,
): ReadonlyMap<string, Ip | undefined> {
  const pool = new Pool(range);
  const result = new Map<string, Ip | undefined>();
  for (const pod of pods) {
    if (pod.given === undefined || pool.taken.has(pod.given)) continue;
    pool.use(pod.node, pod.given);
    result.set(pod.key, pod.given);
  }
  tunnels(pool, nodes, tunnel);
  const blockOf = new Map<string, { blocks: Cidr[]; at: number }>();
  for (const pod of pods) {
    if (result.has(pod.key)) continue;
    let own = blockOf.get(pod.node);
    if (own === undefined) {
      own = { blocks: [...pool.blocksOf(pod.node)], at: 0 };
      blockOf.set(pod.node, own);
    }
    let ip: Ip | undefined;
    while (ip === undefined) {
      const block = own.blocks[own.at] ?? pool.claim(pod.node);
      if (block === undefined) break;
      own.blocks[own.at] = block;
      ip = pool.firstFree(block);
      if (ip === undefined) own.at++;
    }
    if (ip !== undefined) pool.taken.add(ip);
    result.set(pod.key, ip);
  }
  return result;
}

export const assignCalicoIpam: CniPlugin['assignPodIps'] = (input) => {
  const { cluster, pods, options } = input;
  if (options.ipam === 'host-local') return assignHostLocal(input);
  const byPool = cluster.settings.podSubnets.map((range) =>
    assignFrom(
      range,
      cluster.nodes,
      pods.map(({ key, node, given }) => ({ key, node, given: ipOfFamily(given ?? [], range.family) })),
      encapsulationOf(options, range.family).tunnel !== undefined,
    ),
  );
  return new Map(
    pods.map(({ key }) => {
      const found = byPool.map((assigned) => assigned.get(key));
      // ADD fails as a whole where one pool is used up.
      return [key, found.includes(undefined) ? [] : found.filter((ip) => ip !== undefined)];
    }),
  );
};

/** The tunnel's address is the first of the pod CIDR, which host-local leaves out. Felix knows no such blocks for VXLAN. */
function podCidrAsBlock(node: ClusterNode, family: IpFamily, tunnel: Encapsulation['tunnel']): NodeBlocks {
  const block = cidrOfFamily(node.podCIDRs, family);
  const blocks = block === undefined || tunnel === 'vxlan' ? [] : [block];
  const own = blocks[0];
  return {
    blocks,
    tunnel: tunnel === undefined || own === undefined ? undefined : nthAddress(own, 1),
    borrowed: [],
  };
}

/** Blocks and tunnel addresses of one family, as the addresses of the cluster's pods imply them. */
export function nodeBlocks(
  cluster: Pick<ClusterState, 'settings' | 'nodes' | 'pods'>,
  family: IpFamily = 4,
  options: Readonly<Record<string, string>> = {},
): ReadonlyMap<string, NodeBlocks> {
  const { tunnel } = encapsulationOf(options, family);
  if (options.ipam === 'host-local') {
    return new Map(cluster.nodes.map((node) => [node.name, podCidrAsBlock(node, family, tunnel)]));
  }
  const range = cidrOfFamily(cluster.settings.podSubnets, family);
  if (range === undefined) return new Map();
  const pool = new Pool(range);
  const using: { readonly pod: Pod; readonly node: string; readonly ip: Ip }[] = [];
  for (const pod of cluster.pods) {
    const ip = ipOfFamily(pod.ips, family);
    if (!pod.hostNetwork && pod.node !== undefined && ip !== undefined)
      using.push({ pod, node: pod.node, ip });
  }
  // Lowest address first, so that the order of the pods does not matter.
  using.sort((a, b) => compareIp(a.ip, b.ip) || (podKey(a.pod) < podKey(b.pod) ? -1 : 1));
  for (const { node, ip } of using) pool.use(node, ip);
  const tunnelOf = tunnels(pool, cluster.nodes, tunnel !== undefined);
  return new Map(
    cluster.nodes.map((node) => [
      node.name,
      {
        blocks: pool.blocksOf(node.name),
        tunnel: tunnelOf.get(node.name),
        borrowed: using
          .filter((use) => use.node === node.name && !pool.owns(node.name, use.ip))
          .map((use) => use.ip),
      },
    ]),
  );
}
