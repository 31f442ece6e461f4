/**
 * The tables that `cilium-dbg` prints in a node's agent (cilium-dbg/cmd, pkg/maps): load balancing, connection tracking,
 * NAT, ipcache, endpoints and policies. Counters, flags of packets seen and the time since boot are not modelled: bytes
 * and packets print as 0, what expires in seconds of the simulator's clock.
 */
import { ipPort } from '../../base/ip.ts';
import type { MapConfig, NetnsConfig } from '../../net/config.ts';
import type { ToolCommand } from '../../net/world.ts';
import {
  ANY_NODE,
  backends as backendsOf,
  CT_MAPS,
  FAMILIES,
  IPCACHE,
  LXC,
  reverseNatMap,
  services as servicesOf,
  snatMap,
  type BackendValue,
  type CtValue,
  type EndpointValue,
  type IpcacheValue,
  type NatValue,
  type PolicyValue,
  type RevNatValue,
  type ServiceValue,
} from './maps.ts';

type Runtime = Parameters<ToolCommand['print']>[1];
type Lines = ReturnType<ToolCommand['print']>;

interface Row {
  readonly cells: readonly string[];
  readonly key?: string;
}

/** Go's tabwriter with three spaces between columns: a cell that ends in a tab is as wide as its column. */
function columns(title: readonly string[], rows: readonly Row[]): Lines {
  const all: readonly Row[] = [{ cells: title }, ...rows];
  const widths = title.map((_, i) => Math.max(5, ...all.map((row) => (row.cells[i] ?? '').length + 3)));
  return all.map(({ cells, key }) => {
    const text = cells.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('');
    return { text: text.trimEnd(), ...(key !== undefined && { key }) };
  });
}

function entriesOf<V extends object>(config: NetnsConfig, map: string): readonly (readonly [string, V])[] {
  const found: MapConfig | undefined = config.maps?.find((one) => one.name === map);
  return [...(found?.entries ?? [])].map(([key, entry]) => [key, entry.value as V]);
}

/** What programs wrote and has not run out, oldest first. */
function written<V extends object>(
  runtime: Runtime,
  map: string,
): readonly { readonly key: string; readonly value: V; readonly leftS: number }[] {
  if (runtime === undefined) return [];
  return [...(runtime.state.maps.get(map) ?? [])]
    .filter(([, entry]) => entry.expiresAtMs > runtime.clockMs)
    .map(([key, entry]) => ({
      key,
      value: entry.value as V,
      leftS: Math.ceil(entry.expiresAtMs / 1000),
    }));
}

const row = (map: string, key: string): string => `bpf/${map}/${key}`;

function lbList(config: NetnsConfig): Lines {
  const rows = FAMILIES.flatMap((family) => {
    const any = ANY_NODE[family];
    const map = servicesOf(any).map;
    const backends = new Map(entriesOf<BackendValue>(config, backendsOf(any).map));
    return entriesOf<ServiceValue>(config, map).map(([key, value]): Row => {
      const backend = backends.get(`${value.backendId}`);
      const text =
        value.slot === 0
          ? `${ipPort(any, 0)} (${value.revNat}) (0) [${value.flags.join(', ')}]`
          : `${ipPort(backend?.ip ?? '', backend?.port ?? 0)}/${backend?.proto ?? ''} (${value.revNat}) (${value.slot})`;
      return { cells: [key, text], key: row(map, key) };
    });
  }).toSorted((a, b) => ((a.cells[0] ?? '') < (b.cells[0] ?? '') ? -1 : 1));
  return columns(['SERVICE ADDRESS', 'BACKEND ADDRESS (REVNAT_ID) (SLOT)'], rows);
}

function revNatList(config: NetnsConfig): Lines {
  const rows = FAMILIES.flatMap((family) => {
    const { map } = reverseNatMap(ANY_NODE[family]);
    return entriesOf<RevNatValue>(config, map).map(([key, value]): Row => {
      return { cells: [key, ipPort(value.ip, value.port)], key: row(map, key) };
    });
  });
  return columns(['ID', 'BACKEND ADDRESS (REVNAT_ID) (SLOT)'], rows);
}

function ctList(_config: NetnsConfig, runtime: Runtime): Lines {
  return CT_MAPS.flatMap((map) =>
    written<CtValue>(runtime, map.map).map(({ key, value, leftS }) => {
      const flags = [
        value.loopback === true ? 'LBLoopback ' : '',
        value.nodePort === true ? 'NodePort ' : '',
      ].join('');
      const bits = (value.loopback === true ? 0x8 : 0) | (value.nodePort === true ? 0x20 : 0);
      const backend = value.backendId === undefined ? 0 : value.backendId;
      return {
        text: `${key} expires=${leftS} Packets=0 Bytes=0 Flags=0x${bits.toString(16).padStart(4, '0')} [ ${flags}] RevNAT=${value.revNat} SourceSecurityID=${value.sourceIdentity} BackendID=${backend}`,
        key: row(map.map, key),
      };
    }),
  );
}

function natList(_config: NetnsConfig, runtime: Runtime): Lines {
  return FAMILIES.flatMap((family) => {
    const { map } = snatMap(ANY_NODE[family]);
    return written<NatValue>(runtime, map).map(({ key, value }) => ({
      text: `${key} XLATE_${value.xlate} ${value.ip}:${value.port}`,
      key: row(map, key),
    }));
  });
}

function ipcacheList(config: NetnsConfig): Lines {
  const rows = entriesOf<IpcacheValue>(config, IPCACHE.map)
    .map(([key, value]): Row => {
      const flags = value.tunnelEndpoint === undefined ? '<none>' : 'hastunnel';
      return {
        cells: [
          key,
          `identity=${value.identity} encryptkey=0 tunnelendpoint=${value.tunnelEndpoint ?? '0.0.0.0'} flags=${flags}`,
        ],
        key: row(IPCACHE.map, key),
      };
    })
    .toSorted((a, b) => ((a.cells[0] ?? '') < (b.cells[0] ?? '') ? -1 : 1));
  return columns(['IP PREFIX/ADDRESS', 'IDENTITY'], rows);
}

function bpfEndpointList(config: NetnsConfig): Lines {
  const order = ['lo', ...config.links.filter((l) => l.kind !== 'loopback').map((l) => l.name)];
  const rows = entriesOf<EndpointValue>(config, LXC.map)
    .map(([ip, value]): Row => {
      const index = order.indexOf(value.ifindexName) + 1;
      const text = value.host
        ? '(localhost)'
        : `id=${String(value.id).padEnd(5)} sec_id=${String(value.identity).padEnd(5)} flags=0x0000 ifindex=${String(index).padEnd(3)} mac=${value.mac.toUpperCase()} nodemac=${value.nodeMac.toUpperCase()} parent_ifindex=0`;
      return { cells: [ip, text], key: row(LXC.map, ip) };
    })
    .toSorted((a, b) => ((a.cells[0] ?? '') < (b.cells[0] ?? '') ? -1 : 1));
  return columns(['IP ADDRESS', 'LOCAL ENDPOINT INFO'], rows);
}

/** `-n`: identities as numbers. */
function policyList(config: NetnsConfig): Lines {
  const lines: { text: string; key?: string }[] = [];
  for (const map of config.maps ?? []) {
    const id = /^cilium_policy_v2_0*(\d+)$/.exec(map.name)?.[1];
    if (id === undefined) continue;
    lines.push(
      { text: `Endpoint ID: ${id}` },
      { text: `Path: /sys/fs/bpf/tc/globals/${map.name}` },
      { text: '' },
    );
    const rows = entriesOf<PolicyValue>(config, map.name)
      .toSorted((a, b) => a[1].identity - b[1].identity)
      .map(([key, value]): Row => {
        const cells = [
          value.deny === true ? 'Deny' : 'Allow',
          value.direction,
          `${value.identity}`,
          value.port,
          value.l7 === undefined ? 'NONE' : `${value.proxyPort ?? '<proxy>'}`,
          'disabled',
          '0',
          '0',
        ];
        return { cells, key: row(map.name, key) };
      });
    const title = [
      'POLICY',
      'DIRECTION',
      'IDENTITY',
      'PORT/PROTO',
      'PROXY PORT',
      'AUTH TYPE',
      'BYTES',
      'PACKETS',
    ];
    lines.push(...columns(title, rows), { text: '' }, { text: '' });
  }
  return lines;
}

function endpointList(config: NetnsConfig): Lines {
  const all = entriesOf<EndpointValue>(config, LXC.map).filter(([, value]) => !value.host);
  // An endpoint with an address of each family is one line.
  const first = new Map(all.toReversed().map(([ip, value]) => [value.id, { ip, value }]));
  const rows = [...first.values()]
    .toSorted((a, b) => a.value.id - b.value.id)
    .flatMap(({ ip, value }): readonly Row[] => {
      const { ingress, egress } = value.enforced;
      const enforced = (on: boolean): string => (on ? 'Enabled' : 'Disabled');
      const [label = '', ...rest] = value.labels;
      const head = [`${value.id}`, enforced(ingress), enforced(egress), `${value.identity}`];
      const ips = all.filter(([, one]) => one.id === value.id).map(([own]) => own);
      const six = ips.find((one) => one.includes(':')) ?? '';
      const four = ips.find((one) => !one.includes(':')) ?? '';
      const key = row(LXC.map, ip);
      return [
        { cells: [...head, label, six, four, 'ready'], key },
        ...rest.map((text) => ({ cells: ['', '', '', '', text, '', '', ''], key })),
      ];
    });
  const title = [
    ['ENDPOINT', 'POLICY (ingress)', 'POLICY (egress)', 'IDENTITY'],
    ['LABELS (source:key[=value])', 'IPv6', 'IPv4', 'STATUS'],
  ].flat();
  return columns(title, [{ cells: ['', 'ENFORCEMENT', 'ENFORCEMENT', '', '', '', '', ''] }, ...rows]);
}

export const ciliumCommands: readonly ToolCommand[] = [
  { command: 'cilium-dbg bpf lb list', print: lbList },
  { command: 'cilium-dbg bpf lb list --revnat', print: revNatList },
  { command: 'cilium-dbg bpf ct list global', print: ctList },
  { command: 'cilium-dbg bpf nat list', print: natList },
  { command: 'cilium-dbg bpf ipcache list', print: ipcacheList },
  { command: 'cilium-dbg bpf endpoint list', print: bpfEndpointList },
  { command: 'cilium-dbg bpf policy get --all -n', print: policyList },
  { command: 'cilium-dbg endpoint list', print: endpointList },
];
