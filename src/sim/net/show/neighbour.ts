/**
 * `ip neigh`, `bridge fdb` and `bridge link`. Multicast entries are those of a namespace with IPv4 alone; a bridge
 * shows its own address and the ports' once.
 */
import type { Ip, Mac } from '../../base/ip.ts';
import type { LinkConfig, NetnsConfig } from '../config.ts';
import { fdbRow, linkRow, neighbourRow } from '../row-key.ts';
import type { NetnsState } from '../state.ts';
import { ifindex, linksInOrder } from './link.ts';
import type { ShowContext, ShowLine } from './show.ts';

interface Row {
  readonly dev: string;
  readonly ip: Ip;
  readonly mac: Mac | undefined;
  readonly state: string;
}

/** Configured entries first, then what the kernel learnt, in the order in which it learnt it. */
export function ipNeigh(config: NetnsConfig, state: NetnsState | undefined): ShowLine[] {
  const rows = new Map<string, Row>();
  for (const entry of config.neighbours) rows.set(`${entry.dev} ${entry.ip}`, entry);
  for (const entry of state?.neighbours.values() ?? []) {
    rows.set(`${entry.dev} ${entry.ip}`, {
      dev: entry.dev,
      ip: entry.ip,
      mac: entry.mac,
      state: entry.state,
    });
  }
  // `ip neigh` leaves NOARP out unless asked.
  const shown = [...rows.values()].filter((row) => row.state !== 'NOARP');
  return shown.map((row) => {
    const known = row.mac !== undefined && row.state !== 'INCOMPLETE' && row.state !== 'FAILED';
    const mac = known ? `lladdr ${row.mac} ` : '';
    return { text: `${row.ip} dev ${row.dev} ${mac}${row.state} `, key: neighbourRow(row.dev, row.ip) };
  });
}

/** The groups that every broadcast interface joins when it comes up. */
function multicast(link: LinkConfig): ShowLine[] {
  const groups =
    link.kind === 'bridge'
      ? ['33:33:00:00:00:01', '01:00:5e:00:00:6a', '33:33:00:00:00:6a', '01:00:5e:00:00:01']
      : ['33:33:00:00:00:01', '01:00:5e:00:00:01'];
  return groups.map((mac) => ({ text: `${mac} dev ${link.name} self permanent` }));
}

export function bridgeFdb(
  config: NetnsConfig,
  state: NetnsState | undefined,
  filter: { readonly dev?: string; readonly bridge?: string },
): ShowLine[] {
  const lines: ShowLine[] = [];
  for (const link of linksInOrder(config)) {
    if (link.kind === 'loopback' || (filter.dev !== undefined && link.name !== filter.dev)) continue;
    if (filter.bridge !== undefined && link.master !== filter.bridge && link.name !== filter.bridge) continue;
    if (link.kind === 'vxlan') {
      lines.push(...vxlanEntries(config, link, state));
      continue;
    }
    const own: ShowLine = {
      text: `${link.mac} dev ${link.name} master ${link.kind === 'bridge' ? link.name : link.master} permanent`,
      key: fdbRow(link.name, link.mac),
    };
    if (link.master !== undefined) {
      for (const mac of learntOn(state, link)) {
        lines.push({ text: `${mac} dev ${link.name} master ${link.master} `, key: fdbRow(link.name, mac) });
      }
      lines.push(own, ...multicast(link));
    } else {
      lines.push(...multicast(link));
      if (link.kind === 'bridge') lines.push(own);
    }
  }
  return lines;
}

function vxlanEntries(config: NetnsConfig, link: LinkConfig, state: NetnsState | undefined): ShowLine[] {
  const written = config.fdb.filter((entry) => entry.dev === link.name);
  const lines = written.map((entry) => ({
    text: `${entry.mac} dev ${link.name} dst ${entry.dst} self permanent`,
    key: fdbRow(link.name, entry.mac),
  }));
  for (const entry of state?.fdb.get(link.name)?.values() ?? []) {
    if (entry.dst === undefined || written.some((w) => w.mac === entry.mac)) continue;
    lines.push({
      text: `${entry.mac} dev ${link.name} dst ${entry.dst} self `,
      key: fdbRow(link.name, entry.mac),
    });
  }
  return lines;
}

function learntOn(state: NetnsState | undefined, link: LinkConfig): Mac[] {
  if (state === undefined || link.master === undefined) return [];
  const macs: Mac[] = [];
  for (const entry of state.fdb.get(link.master)?.values() ?? []) {
    if (entry.dev === link.name && entry.mac !== link.mac) macs.push(entry.mac);
  }
  return macs;
}

export function bridgeLink(config: NetnsConfig, context: ShowContext): ShowLine[] {
  const lines: ShowLine[] = [];
  const links = linksInOrder(config);
  for (const [place, link] of links.entries()) {
    if (link.master === undefined) continue;
    const up = link.up !== false;
    const flags = up ? 'BROADCAST,MULTICAST,UP,LOWER_UP' : 'BROADCAST,MULTICAST';
    lines.push({
      text: `${place + 1}: ${link.name}${peerSuffix(links, link, context)}: <${flags}> mtu ${link.mtu} master ${link.master} state ${up ? 'forwarding' : 'disabled'} priority 32 cost 2 `,
      key: linkRow(link.name),
    });
  }
  return lines;
}

/** iproute2's `bridge` looks the peer's number up among its own interfaces, and so often prints a wrong name. */
function peerSuffix(links: readonly LinkConfig[], link: LinkConfig, context: ShowContext): string {
  if (link.kind !== 'veth') return '';
  const netns = context.netns(link.peer.netns);
  const index = netns === undefined ? 2 : (ifindex(netns, link.peer.name) ?? 2);
  return `@${links[index - 1]?.name ?? `if${index}`}`;
}
