/** The kernel at hand has no nfqueue: rules that queue are left out on both sides. Without a policy they match nothing. */
import type { NftTable } from '../../src/sim/net/nftables/config.ts';
import type { World } from '../../src/sim/net/world.ts';

function withoutQueueRules(table: NftTable): NftTable {
  const chains = table.chains.map((chain) => ({
    ...chain,
    rules: chain.rules.filter(({ statements }) => !statements.some(({ kind }) => kind === 'queue')),
  }));
  return { ...table, chains };
}

export function withoutQueues(world: World): World {
  const netns = [...world.netns].map(
    ([id, config]) => [id, { ...config, nftables: config.nftables?.map(withoutQueueRules) }] as const,
  );
  return { ...world, netns: new Map(netns) };
}
