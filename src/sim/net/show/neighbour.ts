/**
 * `ip neigh`, `bridge fdb` and `bridge link`. Multicast entries are those of the groups that a device joins by itself; a
 * bridge shows its own address and the ports' once.
 */
import { ipFamily, type Ip, type Mac } from '../../base/ip.ts';
import type { LinkConfig, NetnsConfig } from '../config.ts';
import { groupsOf, multicastMacOf } from '../ip6-address.ts';
import { fdbRow, linkRow, neighbourRow } from '../row-key.ts';
import type { NetnsState } from '../state.ts';
import { linksInOrder, peerSuffix } from './link.ts';
import type { ShowContext, ShowLine } from './show.ts';

interface Row {
  readonly dev: string;
  readonly ip: Ip;
  readonly mac: Mac | undefined;
  readonly state: string;
  readonly isRouter?: boolean;
}

/** IPv4 before IPv6; configured entries first, then what the kernel learnt, in the order in which it learnt it. */
export function ipNeigh(config: NetnsConfig, state: NetnsState | undefined, family?: 4 | 6): ShowLine[] {
  const rows = new Map<string, Row>();
  for (const entry of config.neighbours) rows.set(`${entry.dev} ${entry.ip}`, entry);
  for (const entry of state?.neighbours.values() ?? []) {
    rows.set(`${entry.dev} ${entry.ip}`, {
      dev: entry.dev,
      ip: entry.ip,
      mac: entry.mac,
      state: entry.state,
      isRouter: entry.isRouter,
    });
  }
  // `ip neigh` leaves NOARP out unless asked.
  const shown = [...rows.values()].filter(
    (row) => row.state !== 'NOARP' && (family === undefined || ipFamily(row.ip) === family),
  );
  shown.sort((a, b) => ipFamily(a.ip) - ipFamily(b.ip));
  return shown.map((row) => {
    const known = row.mac !== undefined && row.state !== 'INCOMPLETE' && row.state !== 'FAILED';
    const mac = known ? `lladdr ${row.mac} ` : '';
    const router = row.isRouter === true ? 'router ' : '';
    return {
      text: `${row.ip} dev ${row.dev} ${mac}${router}${row.state} `,
      key: neighbourRow(row.dev, row.ip),
    };
  });
}

/** The groups that every broadcast interface joins when it comes up, and those of its IPv6 addresses. */
function multicast(config: NetnsConfig, link: LinkConfig): ShowLine[] {
  const joined =
    link.kind === 'bridge'
      ? ['33:33:00:00:00:01', '01:00:5e:00:00:6a', '33:33:00:00:00:6a', '01:00:5e:00:00:01']
      : ['33:33:00:00:00:01', '01:00:5e:00:00:01'];
  const groups = new Set([...joined, ...[...groupsOf(config, link)].map(multicastMacOf)]);
  return [...groups].map((mac) => ({ text: `${mac} dev ${link.name} self permanent` }));
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
    if (isOpenvswitch(config, link)) continue;
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
      lines.push(own, ...multicast(config, link));
    } else {
      lines.push(...multicast(config, link));
      if (link.kind === 'bridge') lines.push(own);
    }
  }
  return lines;
}

/** Open vSwitch keeps what it learns to itself (`ovs-appctl fdb/show`). */
function isOpenvswitch(config: NetnsConfig, link: LinkConfig): boolean {
  return (
    link.kind === 'openvswitch' ||
    config.links.find(({ name }) => name === link.master)?.kind === 'openvswitch'
  );
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
    if (link.master === undefined || isOpenvswitch(config, link)) continue;
    const up = link.up !== false;
    const flags = up ? 'BROADCAST,MULTICAST,UP,LOWER_UP' : 'BROADCAST,MULTICAST';
    lines.push({
      text: `${place + 1}: ${link.name}${peerSuffix(config, link, context)}: <${flags}> mtu ${link.mtu} master ${link.master} state ${up ? 'forwarding' : 'disabled'} priority 32 cost 2 `,
      key: linkRow(link.name),
    });
  }
  return lines;
}
