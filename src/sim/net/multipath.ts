/**
 * Routes with several next hops (`fib_select_multipath`): a packet takes the one that the hash of its flow falls on
 * (fib_multipath_hash_policy=1, of both families: addresses, protocol and ports), so a connection keeps its way. The kernel
 * seeds that hash at random; here the chooser decides once for each flow. Leaves out dead next hops, resilient groups
 * and the flow that an ICMP error quotes.
 */
import type { Box, Machine } from './machine.ts';
import type { Route } from './route.ts';
import type { Skb } from './skb.ts';

/** The same route with one next hop. */
export function selectPath(m: Machine, box: Box, skb: Skb, route: Route): Route {
  const { nexthops } = route;
  if (nexthops === undefined) return route;
  const { ip, l4 } = skb.packet;
  const ports = l4 !== undefined && 'sport' in l4 ? `${l4.sport} ${l4.dport}` : '';
  const flow = `${box.id} ${ip?.src ?? ''} ${ip?.dst ?? ''} ${l4?.proto ?? ''} ${ports}`;
  let index = m.paths.get(flow);
  if (index === undefined) {
    index = choose(m, box, route, nexthops);
    m.paths.set(flow, index);
  }
  const hop = nexthops[index] ?? nexthops[0];
  return hop === undefined ? route : { ...route, via: hop.via, dev: hop.dev };
}

function choose(m: Machine, box: Box, route: Route, nexthops: NonNullable<Route['nexthops']>): number {
  const { chooser, forceChoice } = m.options;
  const { balances } = route;
  const total = nexthops.reduce((sum, hop) => sum + (hop.weight ?? 1), 0);
  const options = nexthops.map((hop) => ({
    to: hop.via,
    ...(hop.pods === undefined ? {} : { pods: hop.pods }),
    probability: (hop.weight ?? 1) / total,
  }));
  let index = balances === undefined ? undefined : forceChoice?.(balances, options);
  if (index === undefined) {
    let left = chooser.pick(total, `multipath ${box.id} ${route.prefix}`);
    index = nexthops.findIndex((hop) => (left -= hop.weight ?? 1) < 0);
  }
  if (balances !== undefined) {
    // The step that follows says which way it went.
    m.recorder.choices.push({
      at: box.id,
      service: balances,
      options,
      chosen: index,
      step: m.recorder.steps.length,
    });
  }
  return index;
}
