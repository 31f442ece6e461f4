/**
 * `ss -l` for TCP and UDP. A vxlan device's kernel socket is a listener too. The backlog is what the program asks for:
 * nginx and redis 511, the rest the kernel's maximum as Go programs do.
 */
import { ipFamily } from '../../base/ip.ts';
import type { ListenerConfig, NetnsConfig } from '../config.ts';
import { socketRow } from '../row-key.ts';
import type { ShowLine } from './show.ts';

export interface SocketFilter {
  readonly tcp: boolean;
  readonly udp: boolean;
  readonly sctp?: boolean;
  readonly processes: boolean;
  readonly family?: 4 | 6;
}

const backlogs: Readonly<Record<string, number>> = {
  nginx: 511,
  'redis-server': 511,
  httpd: 511,
  apache2: 511,
};

interface Row {
  readonly cells: readonly string[];
  readonly key?: string;
}

/** Columns of ss: right-aligned address, left-aligned port, no space between the two. */
const alignRight = [false, false, false, false, true, false, true, false, false];
const delimiter = ['', ' ', ' ', ' ', ' ', '', ' ', '', ''];
const titles = [
  'Netid',
  'State',
  'Recv-Q',
  'Send-Q',
  'Local Address:',
  'Port',
  'Peer Address:',
  'Port',
  'Process',
];

export function ssListening(config: NetnsConfig, filter: SocketFilter): ShowLine[] {
  const rows: Row[] = [];
  if (filter.udp) {
    rows.push(...inFamilies(config.listeners, 'udp', filter, kernelSockets(config)));
  }
  if (filter.tcp) rows.push(...inFamilies(config.listeners, 'tcp', filter, []));
  if (filter.sctp === true) rows.push(...inFamilies(config.listeners, 'sctp', filter, []));
  // With one protocol alone there is no Netid column.
  const from = [filter.tcp, filter.udp, filter.sctp === true].filter(Boolean).length > 1 ? 0 : 1;
  const widths = titles.map((title, column) =>
    Math.max(title.length, ...rows.map(({ cells: c }) => (c[column] ?? '').length)),
  );
  // "State" is as wide as its longest word; without rows, as its title.
  const print = (texts: readonly string[]): string => {
    let text = '';
    for (let column = from; column < titles.length; column++) {
      const cell = texts[column] ?? '';
      const width = widths[column] ?? 0;
      if (column > from) text += delimiter[column] ?? '';
      text += alignRight[column] === true ? cell.padStart(width) : cell.padEnd(width);
    }
    return text;
  };
  return [{ text: print(titles) }, ...rows.map(({ cells: c, key }) => ({ text: print(c), key }))];
}

/** The kernel is asked for IPv4 sockets, then for IPv6 ones. */
function inFamilies(
  listeners: readonly ListenerConfig[],
  proto: ListenerConfig['proto'],
  filter: SocketFilter,
  kernel: readonly (Row & { readonly family: 4 | 6 })[],
): Row[] {
  return ([4, 6] as const).flatMap((family) => {
    if (filter.family !== undefined && filter.family !== family) return [];
    const own = listeners.filter((l) => l.proto === proto && ipFamily(l.ip) === family);
    return [...own.map((l) => row(l, filter)), ...kernel.filter((r) => r.family === family)];
  });
}

function kernelSockets(config: NetnsConfig): (Row & { readonly family: 4 | 6 })[] {
  return config.links.flatMap((link) => {
    if (link.up === false) return [];
    if (link.kind === 'wireguard' || link.kind === 'geneve' || (link.kind === 'vxlan' && link.external)) {
      // One socket of each family (wg_socket_init, geneve_open, vxlan_sock_add).
      return ([4, 6] as const).map((family) => {
        const ip = family === 4 ? '0.0.0.0' : '::';
        const key = socketRow('udp', ip, link.port);
        return { family, cells: cells('udp', ip, true, link.port, 0, ''), key };
      });
    }
    if (link.kind !== 'vxlan') return [];
    const family = ipFamily(link.local);
    const ip = family === 4 ? '0.0.0.0' : '::';
    const key = socketRow('udp', ip, link.port);
    // A tunnel's IPv6 socket takes no IPv4: the other family has its own.
    return [{ family, cells: cells('udp', ip, true, link.port, 0, ''), key }];
  });
}

function row(listener: ListenerConfig, filter: SocketFilter): Row {
  const { proto, ip, port, process } = listener;
  const backlog = proto === 'udp' ? 0 : (backlogs[process] ?? 4096);
  const users = filter.processes ? `users:(("${process}"))` : '';
  return {
    cells: cells(proto, ip, listener.v6only === true, port, backlog, users),
    key: socketRow(proto, ip, port),
  };
}

/** `*` is the `::` that takes both families. */
function cells(
  proto: ListenerConfig['proto'],
  ip: string,
  v6only: boolean,
  port: number,
  backlog: number,
  users: string,
): string[] {
  const six = ip.includes(':');
  const any = ip === '::' && !v6only;
  const local = any ? '*:' : six ? `[${ip}]:` : `${ip}:`;
  const peer = any ? '*:' : six ? '[::]:' : '0.0.0.0:';
  return [
    proto,
    proto === 'udp' ? 'UNCONN' : 'LISTEN',
    '0',
    String(backlog),
    local,
    String(port),
    peer,
    '*',
    users,
  ];
}
