/**
 * Each table of a network namespace as its real command prints it. Commands that exist in Linux and whose tables the
 * box lacks answer with the message of a machine that lacks them too; what nobody modelled is an error, not a guess.
 */
import type { NetnsConfig, TableName } from '../config.ts';
import type { NetnsState } from '../state.ts';
import { openvswitch } from '../ovs/module.ts';
import type { ToolCommand } from '../world.ts';
import type { RowKey } from '../../trace/trace.ts';
import { conntrackList } from './conntrack.ts';
import { ipvsadm } from './ipvsadm.ts';
import { ipsetList, ipsetNames, ipsetSave } from './ipset.ts';
import { iptablesSave } from './iptables-save.ts';
import { ipBrief, ipLink } from './link.ts';
import { bridgeFdb, bridgeLink, ipNeigh } from './neighbour.ts';
import { nft } from './nft.ts';
import { ip6Route, ip6RouteLocal } from './route6.ts';
import { ipRouteCache } from './route-cache.ts';
import { ipRoute, ipRouteAll, ipRouteLocal, ipRouteTable, ipRule } from './route.ts';
import { ssListening } from './socket.ts';
import { sysctl, sysctlNames } from './sysctl.ts';
import { wg } from './wireguard.ts';

export interface ShowLine {
  readonly text: string;
  readonly key?: RowKey;
  /** More rows that this line prints. */
  readonly also?: readonly RowKey[];
}

/** What changes while packets move; absent, the tables as they stand before any. */
export interface ShowRuntime {
  readonly state: NetnsState;
  readonly clockMs: number;
}

export interface ShowContext {
  /** The other namespaces: `ip link` names a veth's peer by its number there. */
  readonly netns: (id: string) => NetnsConfig | undefined;
  /** Tools that the namespace's configurators brought along. */
  readonly commands?: readonly ToolCommand[];
  /** As iptables-save writes it; the simulator's clock begins with the epoch. */
  readonly date?: string;
}

export type ShowErrorCode =
  /** No such command, or options that it does not have here. */
  | 'show/unknown-command'
  /** The command exists and the simulator does not model its table. */
  | 'show/not-modelled';

export type ShowOutput =
  | { readonly lines: readonly ShowLine[] }
  | { readonly error: { readonly code: ShowErrorCode; readonly params: { readonly command: string } } };

/** The commands to offer for a namespace, the most telling first. */
export const showCommands: readonly string[] = [
  'iptables-save',
  'iptables-save -t nat',
  'iptables-save -t filter',
  'nft list ruleset',
  'ip route',
  'ip addr',
  'ip link',
  'ip -d link',
  'ip neigh',
  'bridge fdb',
  'bridge link',
  'wg show',
  'ss -lntu',
  'conntrack -L',
  'ipset list',
  'ipvsadm -Ln',
  'ip rule',
  'ip route show table local',
  'ip -6 route',
  'ip6tables-save',
  'ip -6 addr',
  'ip -6 neigh',
  'sysctl -a',
];

const epoch = 'Thu Jan  1 00:00:00 1970';

export function show(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  command: string,
  context: ShowContext,
): ShowOutput {
  const words = command.trim().split(/\s+/);
  const tool = context.commands?.find((one) => one.command === words.join(' '));
  const lines = tool?.print(config, runtime) ?? run(config, runtime, words, context);
  if (lines === undefined) {
    const known = notModelled.has(words[0] ?? '');
    return {
      error: { code: known ? 'show/not-modelled' : 'show/unknown-command', params: { command } },
    };
  }
  return { lines };
}

/** Real commands whose tables this simulator does not have. */
const notModelled = new Set([
  'tc',
  'ovs-ofctl',
  'ovs-vsctl',
  'ovs-dpctl',
  'ovs-appctl',
  'cilium',
  'bpftool',
  'ebtables',
]);

function run(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  [program = '', ...args]: readonly string[],
  context: ShowContext,
): readonly ShowLine[] | undefined {
  switch (program) {
    case 'iptables-save':
    case 'iptables-nft-save': {
      const table = tableArgument(args);
      if (table === 'bad') return undefined;
      return iptablesSave(config, table, context.date ?? epoch);
    }
    case 'ip6tables-save':
    case 'ip6tables-nft-save': {
      const table = tableArgument(args);
      if (table === 'bad') return undefined;
      return iptablesSave(config, table, context.date ?? epoch, 'ip6tables');
    }
    case 'nft':
      return nft(config, runtime, args);
    case 'ip':
      return ip(config, runtime, args, context);
    case 'bridge':
      return bridge(config, runtime, args, context);
    case 'ipset':
      return ipset(config, args);
    case 'ss':
      return ss(config, args);
    case 'conntrack':
      return conntrack(runtime, args);
    case 'sysctl': {
      if (args.length === 0) return undefined;
      return sysctl(config, args.join(' ') === '-a' ? sysctlNames(config) : args);
    }
    case 'ipvsadm':
    case 'ipvsadm-save':
      return ipvsadm(config, runtime, program === 'ipvsadm-save' ? ['-S', ...args] : args);
    case 'wg':
      return wg(config, runtime, args);
    case 'ovs-ofctl':
    case 'ovs-vsctl':
      return config.switches === undefined ? undefined : openvswitch().ovs(config, runtime, program, args);
    case 'ovs-dpctl':
      return config.datapaths === undefined ? undefined : openvswitch().ovs(config, runtime, program, args);
    default:
      return undefined;
  }
}

/** `conntrack -L`, and of one family alone with `-f ipv4` or `-f ipv6`. */
function conntrack(
  runtime: ShowRuntime | undefined,
  args: readonly string[],
): readonly ShowLine[] | undefined {
  const asked = args.filter((arg) => arg !== '-L' && arg !== '--dump').join(' ');
  const family = /^(?:-f|--family) (ipv4|ipv6)$/.exec(asked)?.[1];
  if (args.length - (family === undefined ? 0 : 2) !== 1 || (family === undefined && asked !== '')) {
    return undefined;
  }
  const wanted = family === undefined ? undefined : family === 'ipv6' ? 6 : 4;
  return conntrackList(runtime?.state, runtime?.clockMs ?? 0, wanted);
}

function tableArgument(args: readonly string[]): TableName | 'bad' | undefined {
  if (args.length === 0) return undefined;
  const [option, table, ...rest] = args;
  const known = ['raw', 'mangle', 'nat', 'filter'].includes(table ?? '');
  return (option === '-t' || option === '--table') && known && rest.length === 0
    ? (table as TableName)
    : 'bad';
}

/** Whether `word` abbreviates `full`, as iproute2 allows. */
function means(word: string | undefined, ...full: readonly string[]): boolean {
  return word !== undefined && word !== '' && full.some((name) => name.startsWith(word));
}

function ip(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  args: readonly string[],
  context: ShowContext,
): readonly ShowLine[] | undefined {
  let family: 4 | 6 | undefined;
  let brief = false;
  let details = false;
  let at = 0;
  for (; args[at]?.startsWith('-') === true; at++) {
    const option = args[at];
    if (option === '-4') family = 4;
    else if (option === '-6') family = 6;
    else if (option === '-br' || option === '-brief') brief = true;
    else if (option === '-d' || option === '-details') details = true;
    else if (option !== '-n') return undefined;
  }
  const object = args[at];
  let rest = args.slice(at + 1);
  if (means(rest[0], 'show', 'list', 'lst')) rest = rest.slice(1);
  const dev = rest[0] === 'dev' ? rest[1] : rest[0];
  if (means(object, 'address') || means(object, 'link')) {
    if (rest.length > 2) return undefined;
    const addresses = means(object, 'address');
    if (dev !== undefined && dev !== 'lo' && !config.links.some((link) => link.name === dev)) {
      return [{ text: `Device "${dev}" does not exist.` }];
    }
    if (brief) return ipBrief(config, context, addresses);
    return ipLink(config, context, { addresses, dev, family: addresses ? family : undefined, details });
  }
  if (means(object, 'route')) {
    if (details && rest.some((word) => word === 'all' || means(word, 'cache'))) return undefined;
    if (rest.length === 1 && means(rest[0], 'cache')) return ipRouteCache(config, runtime, family ?? 4);
    const table = rest[0] === 'table' ? rest[1] : 'main';
    if (rest.length > 0 && rest[0] !== 'table') return undefined;
    if (table === 'local') return family === 6 ? ip6RouteLocal(config, details) : ipRouteLocal(config);
    if (table === 'main' || table === '254') {
      return family === 6 ? ip6Route(config, undefined, details) : ipRoute(config, details);
    }
    if (table === 'all') return ipRouteAll(config, family);
    // The table `default` exists and is empty.
    if (table === 'default' || table === '253') return [];
    return /^[1-9]\d{0,9}$/.test(table ?? '')
      ? ipRouteTable(config, Number(table), family ?? 4, details)
      : undefined;
  }
  if (means(object, 'rule')) return ipRule(config, family ?? 4, details);
  if (means(object, 'neighbour', 'neighbor')) {
    const all = ipNeigh(config, runtime?.state, family);
    if (rest.length === 0) return all;
    return dev === undefined ? undefined : all.filter((line) => line.key?.startsWith(`neigh/${dev}/`));
  }
  return undefined;
}

function bridge(
  config: NetnsConfig,
  runtime: ShowRuntime | undefined,
  args: readonly string[],
  context: ShowContext,
): readonly ShowLine[] | undefined {
  const [object, verb, ...rest] = args;
  if (verb !== undefined && !means(verb, 'show', 'list')) return undefined;
  if (means(object, 'fdb')) {
    const [key, name] = rest;
    if (key === 'dev') return bridgeFdb(config, runtime?.state, { dev: name });
    if (key === 'br') return bridgeFdb(config, runtime?.state, { bridge: name });
    return rest.length === 0 ? bridgeFdb(config, runtime?.state, {}) : undefined;
  }
  return means(object, 'link') && rest.length === 0 ? bridgeLink(config, context) : undefined;
}

function ipset(config: NetnsConfig, args: readonly string[]): readonly ShowLine[] | undefined {
  const [verb, ...rest] = args;
  if (verb === 'save' && rest.length === 0) return ipsetSave(config);
  if (verb !== 'list' && verb !== '-L') return undefined;
  if (rest.join(' ') === '-n' || rest.join(' ') === '-name') return ipsetNames(config);
  const [name] = rest;
  return ipsetList(config, name) ?? [{ text: 'ipset v7.17: The set with the given name does not exist' }];
}

/** `ss -lntu` and its letters in any order; only listening sockets are known before a probe. */
function ss(config: NetnsConfig, args: readonly string[]): readonly ShowLine[] | undefined {
  const letters = args.join('').replaceAll('-', '');
  if (args.some((arg) => !arg.startsWith('-')) || !/^[lntup46]*$/.test(letters) || !letters.includes('l')) {
    return undefined;
  }
  const tcp = letters.includes('t');
  const udp = letters.includes('u');
  const family = letters.includes('6') ? 6 : letters.includes('4') ? 4 : undefined;
  const processes = letters.includes('p');
  return ssListening(config, { tcp: tcp || !udp, udp: udp || !tcp, processes, family });
}
