/**
 * What fills a namespace once its devices exist: bridge ports, addresses, routes, neighbours and forwarding entries as
 * lines of `ip -batch` and `bridge -batch`, its sysctls, and its tables in the very text that `show` prints.
 */
import { cidr, cidrText } from '../base/ip.ts';
import { objectName, type Origin } from '../base/origin.ts';
import type { IpRuleConfig, LinkConfig, NetnsConfig, RouteConfig } from '../net/config.ts';
import { familyOf, movesLocal } from '../net/policy-rules.ts';
import { linksInOrder } from '../net/show/link.ts';
import { show } from '../net/show/show.ts';
import type { BatchLine } from './links.ts';
import { words } from './links.ts';
import { iptablesConditions, needOfLink } from './needs.ts';
import { commentText, word } from './shell-text.ts';

/** `# Pod default/web`: the object that a line is there for. */
export function because(origin: Origin | undefined): string {
  if (origin === undefined) return '';
  const object = origin.via?.at(-1) ?? origin.object;
  const by = origin.by === undefined ? '' : `${origin.by}, `;
  return `  # ${commentText(`${by}${object.kind} ${objectName(object)}`)}`;
}

/** Which need a line about a device has. */
function needs(config: NetnsConfig): (dev: string | undefined) => string | undefined {
  const links = new Map(config.links.map((link) => [link.name, link]));
  return (dev) => {
    const link: LinkConfig | undefined = dev === undefined ? undefined : links.get(dev);
    return link === undefined ? undefined : needOfLink(link);
  };
}

/** Lines of `ip -batch`, in the order in which they have to come. */
export function ipLines(config: NetnsConfig): BatchLine[] {
  const need = needs(config);
  const lines: BatchLine[] = [];
  for (const link of linksInOrder(config)) {
    const add = (text: string): void => void lines.push({ text, need: need(link.name) });
    if (link.kind === 'bridge' && link.promisc === true) add(words('link set', link.name, 'promisc on'));
    const master = config.links.find((other) => other.name === link.master);
    if (master !== undefined && master.kind !== 'openvswitch') {
      add(words('link set', link.name, 'master', master.name));
    }
    if (link.up !== false) add(words('link set', link.name, link.noarp === true ? 'arp off' : '', 'up'));
  }
  for (const { dev, ip, prefixLength, scope, connectedRoute, origin } of config.addresses) {
    if (dev === 'lo' && (ip === '127.0.0.1' || ip === '::1')) continue;
    const broadcast = !ip.includes(':') && scope !== 'host' && prefixLength < 31 ? 'brd +' : '';
    // The kernel ends duplicate address detection in a moment of its own, even where it is off: a route that names the
    // address as its source may come too early.
    const nodad = ip.includes(':') ? 'nodad' : '';
    const text = words('addr add', `${ip}/${prefixLength}`, broadcast, 'dev', dev, 'scope', scope, nodad);
    lines.push({ text: text + because(origin), need: need(dev) });
    if (connectedRoute === false) {
      const subnet = cidrText(cidr(`${ip}/${prefixLength}`));
      // IPv6's connected routes name no source.
      const source = ip.includes(':') ? '' : words('src', ip);
      lines.push({ text: words('route del', subnet, 'dev', dev, 'proto kernel', source), need: need(dev) });
    }
  }
  const indirect = ({ via, nexthops }: RouteConfig): boolean => via !== undefined || nexthops !== undefined;
  // A gateway must be reachable before a route can name it.
  const routes = [...config.routes].sort((a, b) => Number(indirect(a)) - Number(indirect(b)));
  for (const route of routes) {
    lines.push({
      text: routeText(route) + because(route.origin),
      need: need(route.dev ?? route.nexthops?.[0]?.dev),
    });
  }
  for (const rule of config.rules ?? []) {
    lines.push({ text: ruleText(rule) + because(rule.origin) });
    // Linux' own first rule, moved: it is there again, and may go from its place.
    if (movesLocal(rule)) lines.push({ text: words(familyWord(rule), 'rule del priority 0') });
  }
  for (const { dev, ip, origin } of config.proxyNeighbours ?? []) {
    lines.push({ text: words('neigh add proxy', ip, 'dev', dev) + because(origin), need: need(dev) });
  }
  for (const { dev, ip, mac, state, origin } of config.neighbours) {
    const text = words('neigh replace', ip, 'lladdr', mac, 'dev', dev, 'nud', state.toLowerCase());
    lines.push({ text: text + because(origin), need: need(dev) });
  }
  return lines;
}

function ruleText(rule: IpRuleConfig): string {
  const prefix = (name: string, to: IpRuleConfig['to']): readonly string[] =>
    to === undefined ? [] : [name, `${to.ip}/${to.prefixLength}`];
  return words(
    familyWord(rule),
    'rule add priority',
    rule.priority,
    ...prefix('from', rule.from),
    ...prefix('to', rule.to),
    ...(rule.iif === undefined ? [] : ['iif', rule.iif]),
    ...(rule.fwmark === undefined
      ? []
      : ['fwmark', `0x${rule.fwmark.value.toString(16)}/0x${rule.fwmark.mask.toString(16)}`]),
    'lookup',
    rule.lookup,
  );
}

function familyWord(rule: IpRuleConfig): string {
  return familyOf(rule) === 6 ? '-6' : '';
}

function routeText(route: RouteConfig): string {
  return words(
    'route replace',
    route.type === undefined || route.type === 'unicast' ? '' : route.type,
    `${route.to.ip}/${route.to.prefixLength}`,
    ...(route.via === undefined ? [] : ['via', route.via]),
    ...(route.dev === undefined ? [] : ['dev', route.dev]),
    ...(route.src === undefined ? [] : ['src', route.src]),
    ...(route.protocol === undefined ? [] : ['proto', route.protocol]),
    ...(route.scope === undefined ? [] : ['scope', route.scope]),
    ...(route.table === undefined ? [] : ['table', route.table]),
    ...(route.metric === undefined ? [] : ['metric', route.metric]),
    ...(route.mtu === undefined ? [] : ['mtu', route.mtu]),
    route.onlink === true ? 'onlink' : '',
    ...(route.nexthops ?? []).flatMap(({ via, dev, weight, onlink }) => [
      'nexthop via',
      via,
      'dev',
      dev,
      ...(weight === undefined ? [] : ['weight', weight]),
      onlink === true ? 'onlink' : '',
    ]),
  );
}

/** Lines of `bridge -batch`. */
export function bridgeLines(config: NetnsConfig): BatchLine[] {
  const need = needs(config);
  const lines: BatchLine[] = [];
  for (const link of config.links) {
    if (link.hairpin !== true) continue;
    lines.push({ text: words('link set dev', link.name, 'hairpin on'), need: need(link.name) });
  }
  for (const { dev, mac, dst, origin } of config.fdb) {
    const text = words('fdb replace', mac, 'dev', dev, 'dst', dst, 'self permanent');
    lines.push({ text: text + because(origin), need: need(dev) });
  }
  return lines;
}

export interface Setting {
  /** As `sysctl` takes it: `net.ipv4.conf.eth0.rp_filter=1`. */
  readonly text: string;
  readonly need?: string;
}

function hasIpv6({ sysctls }: NetnsConfig): boolean {
  return sysctls.disableIpv6 !== true;
}

/** Switches that are set before any device is there, so that each device begins with them. */
export function firstSettings(config: NetnsConfig): readonly string[] {
  const six = hasIpv6(config);
  return [
    ...['all', 'default'].map((at) => `net.ipv6.conf.${at}.disable_ipv6=${six ? 0 : 1}`),
    // An IPv6 address can be used at once, and nobody asks for routers.
    ...(six ? ['net.ipv6.conf.default.accept_dad=0', 'net.ipv6.conf.default.accept_ra=0'] : []),
    ...['all', 'default'].map((at) => `net.ipv4.conf.${at}.rp_filter=0`),
  ];
}

/** Switches that are set once the devices exist. */
export function settings(config: NetnsConfig): readonly Setting[] {
  const need = needs(config);
  const { sysctls } = config;
  const found: Setting[] = [];
  const set = (key: string, value: string | number | undefined, needed?: string): void => {
    if (value !== undefined) found.push({ text: `${key}=${value}`, need: needed });
  };
  const flag = (on: boolean | undefined): number | undefined => (on === undefined ? undefined : Number(on));
  set('net.ipv4.ip_forward', Number(sysctls.ipForward));
  set('net.ipv4.conf.all.rp_filter', sysctls.rpFilterAll);
  set('net.ipv4.conf.all.arp_ignore', sysctls.arpIgnoreAll);
  set('net.ipv4.conf.all.arp_announce', sysctls.arpAnnounceAll);
  set('net.ipv4.vs.conntrack', flag(sysctls.vsConntrack), 'ip_vs');
  set('net.ipv4.vs.expire_nodest_conn', flag(sysctls.vsExpireNodestConn), 'ip_vs');
  set('net.ipv4.vs.expire_quiescent_template', flag(sysctls.vsExpireQuiescentTemplate), 'ip_vs');
  set('net.ipv4.conf.all.route_localnet', flag(sysctls.routeLocalnetAll));
  set('net.netfilter.nf_conntrack_tcp_be_liberal', flag(sysctls.tcpBeLiberal));
  set('net.netfilter.nf_conntrack_tcp_timeout_established', sysctls.conntrackTcpEstablishedSeconds);
  set('net.netfilter.nf_conntrack_tcp_timeout_close_wait', sysctls.conntrackTcpCloseWaitSeconds);
  if (hasIpv6(config)) set('net.ipv6.conf.all.forwarding', flag(sysctls.ip6Forward));
  if (config.links.some(({ kind }) => kind === 'bridge')) {
    const six = flag(sysctls.bridgeNfCallIp6tables ?? sysctls.bridgeNfCallIptables);
    set('net.bridge.bridge-nf-call-ip6tables', six, 'br_netfilter');
    set('net.bridge.bridge-nf-call-iptables', Number(sysctls.bridgeNfCallIptables), 'br_netfilter');
  }
  for (const [dev, own] of Object.entries(sysctls.perInterface)) {
    // sysctl writes a dot in an interface's name as a slash.
    const name = dev.replaceAll('.', '/');
    const of = need(dev);
    set(`net.ipv4.conf.${name}.rp_filter`, own.rpFilter, of);
    set(`net.ipv4.conf.${name}.proxy_arp`, flag(own.proxyArp), of);
    set(`net.ipv4.conf.${name}.route_localnet`, flag(own.routeLocalnet), of);
    set(`net.ipv4.conf.${name}.accept_local`, flag(own.acceptLocal), of);
    set(`net.ipv4.conf.${name}.forwarding`, flag(own.forwarding), of);
    if (hasIpv6(config)) {
      set(`net.ipv6.conf.${name}.disable_ipv6`, flag(own.disableIpv6), of);
      set(`net.ipv6.conf.${name}.forwarding`, flag(own.forwarding6), of);
      set(`net.ipv6.conf.${name}.proxy_ndp`, flag(own.proxyNdp), of);
      const delay = own.proxyNdpDelayMs === undefined ? undefined : own.proxyNdpDelayMs / 10;
      set(`net.ipv6.neigh.${name}.proxy_delay`, delay, of);
    }
    if (own.proxyDelayMs !== undefined) {
      set(`net.ipv4.neigh.${name}.proxy_delay`, own.proxyDelayMs / 10, of);
    }
  }
  return found;
}

/** A table that one command prints and another loads again. */
export interface LoadedTable {
  readonly load: string;
  readonly mark: string;
  readonly lines: readonly string[];
  readonly needs: readonly string[];
}

/** Each kind of table: the command that `show` prints, the one that takes its text, and when there is something in it. */
const TABLES: readonly {
  readonly shown: string;
  readonly load: string;
  readonly mark: string;
  readonly present: (config: NetnsConfig) => boolean;
  readonly needs: (config: NetnsConfig) => readonly string[];
}[] = [
  {
    shown: 'ipset save',
    load: 'ipset restore',
    mark: 'SETS',
    present: ({ ipsets }) => ipsets.length > 0,
    needs: () => ['ip_set'],
  },
  {
    // Before iptables: of two hooks with equal priority the one registered later runs first.
    shown: 'nft list ruleset',
    load: 'nft -f -',
    mark: 'NFT',
    present: ({ nftables }) => nftables !== undefined,
    needs: () => ['nf_tables'],
  },
  {
    shown: 'iptables-save',
    load: 'iptables-restore',
    mark: 'RULES',
    present: ({ iptables }) => iptables !== undefined,
    needs: iptablesConditions,
  },
  {
    shown: 'ip6tables-save',
    load: 'ip6tables-restore',
    mark: 'RULES6',
    present: ({ ip6tables }) => ip6tables !== undefined,
    needs: iptablesConditions,
  },
  {
    shown: 'ipvsadm -S -n',
    load: 'ipvsadm -R',
    mark: 'SERVICES',
    present: ({ ipvs }) => ipvs !== undefined,
    needs: () => ['ip_vs'],
  },
];

export function tables(config: NetnsConfig): readonly LoadedTable[] {
  return TABLES.filter(({ present }) => present(config)).map(({ shown, load, mark, needs: needed }) => {
    const printed = show(config, undefined, shown, { netns: () => undefined });
    if ('error' in printed) throw new Error(`show does not print ${shown}`);
    return { load, mark, lines: printed.lines.map((line) => line.text), needs: needed(config) };
  });
}

/** What listens in a namespace: `tcp http 0.0.0.0 80`, words for the script's `listen_in`. */
export function listenerWords(config: NetnsConfig): readonly string[] {
  return config.listeners.map(({ proto, app, ip, port }) => word(`${proto},${app},${ip},${port}`));
}
