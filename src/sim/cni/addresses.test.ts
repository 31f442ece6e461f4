import { describe, expect, it } from 'vitest';
import { cidr } from '../base/ip.ts';
import type { ClusterNode, ClusterState, Pod } from '../k8s/cluster-state.ts';
import { assignCalicoIpam, nodeBlocks } from './calico/ipam.ts';
import { assignHostLocal } from './host-local.ts';

const origin = { object: { kind: 'Node', name: 'n' } };
const nodes = (count: number, length = 24): ClusterNode[] =>
  Array.from({ length: count }, (_, index) => ({
    name: `n${index}`,
    role: 'worker',
    labels: {},
    taints: [],
    unschedulable: false,
    ready: true,
    ips: [`172.18.0.${index + 2}`],
    podCIDRs: [cidr(`10.244.${index}.0/${length}`)],
    index,
    origin,
  }));
const input = (
  count: number,
  pods: readonly { key: string; node: string; given?: readonly string[] }[],
  { podSubnet = '10.244.0.0/16', length = 24 } = {},
) => ({
  cluster: {
    settings: { podSubnets: [cidr(podSubnet)] } as unknown as ClusterState['settings'],
    nodes: nodes(count, length),
  },
  pods,
  options: {},
});
const many = (count: number, node: string) =>
  Array.from({ length: count }, (_, index) => ({ key: `${node}/${index}`, node }));

describe('host-local', () => {
  it('counts from .2 on each node, and keeps given addresses', () => {
    const ips = assignHostLocal(
      input(2, [
        { key: 'a', node: 'n0' },
        { key: 'b', node: 'n1' },
        { key: 'c', node: 'n0', given: ['10.244.0.3'] },
        { key: 'd', node: 'n0' },
      ]),
    );
    expect([...ips]).toEqual(
      expect.arrayContaining([
        ['a', ['10.244.0.2']],
        ['b', ['10.244.1.2']],
        ['c', ['10.244.0.3']],
        ['d', ['10.244.0.4']],
      ]),
    );
  });
  it('runs out: neither network, gateway nor broadcast address is given away', () => {
    const ips = assignHostLocal(input(1, many(7, 'n0'), { length: 29 }));
    expect([...ips.values()]).toEqual([
      ['10.244.0.2'],
      ['10.244.0.3'],
      ['10.244.0.4'],
      ['10.244.0.5'],
      ['10.244.0.6'],
      [],
      [],
    ]);
  });
  it('gives nothing to a pod on an unknown node', () => {
    expect(assignHostLocal(input(1, [{ key: 'a', node: 'other' }])).get('a')).toEqual([]);
  });
});

describe('calico-ipam', () => {
  it('finds the block of a given address in a pool of more blocks than a number can count', () => {
    const ips = assignCalicoIpam(
      input(
        2,
        [
          { key: 'a', node: 'n0', given: ['fd00:10:244:1::2'] },
          { key: 'b', node: 'n0' },
          { key: 'c', node: 'n1' },
        ],
        { podSubnet: 'fd00:10:244::/56' },
      ),
    );
    // n0's tunnel takes the first address of the block that the given one is in, n1's that of the pool's first block.
    expect([...ips.values()]).toEqual([['fd00:10:244:1::2'], ['fd00:10:244:1::1'], ['fd00:10:244::1']]);
  });
  it('gives each node a block in node order, whose first address is the tunnel’s', () => {
    const ips = assignCalicoIpam(
      input(3, [
        { key: 'a', node: 'n2' },
        { key: 'b', node: 'n0' },
        { key: 'c', node: 'n2' },
      ]),
    );
    expect(Object.fromEntries(ips)).toEqual({ a: ['10.244.0.129'], b: ['10.244.0.1'], c: ['10.244.0.130'] });
  });
  it('takes another block when the first is full', () => {
    const ips = [...assignCalicoIpam(input(2, many(65, 'n0'))).values()].flat();
    expect(ips[62]).toBe('10.244.0.63');
    expect(ips[63]).toBe('10.244.0.128');
    expect(new Set(ips).size).toBe(65);
  });
  it('runs out with the pool', () => {
    const ips = [...assignCalicoIpam(input(2, many(64, 'n0'), { podSubnet: '10.244.0.0/25' })).values()];
    expect(ips.filter((own) => own.length === 0)).toHaveLength(1);
  });
  it('keeps given addresses, and their blocks follow them', () => {
    const ips = assignCalicoIpam(
      input(2, [
        { key: 'a', node: 'n1', given: ['10.244.0.5'] },
        { key: 'b', node: 'n1' },
        { key: 'c', node: 'n0' },
      ]),
    );
    expect(Object.fromEntries(ips)).toEqual({ a: ['10.244.0.5'], b: ['10.244.0.1'], c: ['10.244.0.65'] });
  });

  it('finds the same blocks again from the addresses of the pods', () => {
    const asked = [...many(70, 'n0'), ...many(3, 'n2')];
    const { cluster } = input(3, asked);
    const ips = assignCalicoIpam({ cluster, pods: asked, options: {} });
    const pods = asked.map(
      ({ key, node }) =>
        ({
          namespace: node,
          name: key,
          node,
          hostNetwork: false,
          ips: ips.get(key) ?? [],
        }) as unknown as Pod,
    );
    const blocks = nodeBlocks({ ...cluster, pods });
    const text = Object.fromEntries(
      [...blocks].map(([node, own]) => [
        node,
        `${own.tunnel} of ${own.blocks.map((block) => block.ip).join(' ')}`,
      ]),
    );
    expect(text).toEqual({
      n0: '10.244.0.0 of 10.244.0.0 10.244.0.192',
      n1: '10.244.0.64 of 10.244.0.64',
      n2: '10.244.0.128 of 10.244.0.128',
    });
  });
  it('borrows: an address in another node’s block', () => {
    const { cluster } = input(2, []);
    const pod = (name: string, node: string, ip: string) =>
      ({ namespace: 'd', name, node, hostNetwork: false, ips: [ip] }) as unknown as Pod;
    const blocks = nodeBlocks({
      ...cluster,
      pods: [pod('a', 'n0', '10.244.0.1'), pod('b', 'n1', '10.244.0.9')],
    });
    expect(blocks.get('n1')).toMatchObject({ borrowed: ['10.244.0.9'], tunnel: '10.244.0.64' });
  });
});
