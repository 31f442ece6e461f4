/** `sysctl NAME...` for the switches that the box models; any other name is unknown to it and says so. */
import type { NetnsConfig } from '../config.ts';
import type { ShowLine } from './show.ts';

/** Undefined: the box does not model it. */
export function sysctlValue(config: NetnsConfig, name: string): string | undefined {
  const { sysctls } = config;
  switch (name) {
    case 'net.ipv4.ip_forward':
      return flag(sysctls.ipForward);
    case 'net.bridge.bridge-nf-call-iptables':
      return flag(sysctls.bridgeNfCallIptables);
    case 'net.bridge.bridge-nf-call-ip6tables':
      return flag(sysctls.bridgeNfCallIp6tables ?? sysctls.bridgeNfCallIptables);
    case 'net.netfilter.nf_conntrack_tcp_be_liberal':
      return flag(sysctls.tcpBeLiberal);
    case 'net.netfilter.nf_conntrack_tcp_timeout_established':
      return String(sysctls.conntrackTcpEstablishedSeconds ?? 432_000);
    case 'net.netfilter.nf_conntrack_tcp_timeout_close_wait':
      return String(sysctls.conntrackTcpCloseWaitSeconds ?? 60);
    case 'net.ipv4.conf.all.arp_ignore':
      return String(sysctls.arpIgnoreAll ?? 0);
    case 'net.ipv4.conf.all.arp_announce':
      return String(sysctls.arpAnnounceAll ?? 0);
  }
  // The module brings its switches along.
  const vs = config.ipvs === undefined ? undefined : vsValue(config, name);
  if (vs !== undefined) return vs;
  return name.startsWith('net.ipv6.') ? ipv6Value(config, name) : ipv4Value(config, name);
}

/** The interface and switch that a name asks for; undefined where there is no such interface. */
function ofInterface(
  config: NetnsConfig,
  name: string,
  pattern: RegExp,
): { readonly link: string; readonly key: string } | undefined {
  const [, iface, key] = pattern.exec(name) ?? [];
  if (iface === undefined || key === undefined) return undefined;
  // sysctl writes a dot in an interface's name as a slash.
  const link = iface.replaceAll('/', '.');
  const known = ['all', 'default', 'lo'].includes(link) || config.links.some((l) => l.name === link);
  return known ? { link, key } : undefined;
}

const flag = (on: boolean | undefined): string => (on === true ? '1' : '0');

function ipv6Value(config: NetnsConfig, name: string): string | undefined {
  const asked = ofInterface(
    config,
    name,
    /^net\.ipv6\.(?:conf|neigh)\.(.+)\.(disable_ipv6|forwarding|proxy_ndp|proxy_delay)$/,
  );
  if (asked === undefined) return undefined;
  const { sysctls } = config;
  const own = sysctls.perInterface[asked.link];
  switch (asked.key) {
    case 'disable_ipv6':
      return flag(own?.disableIpv6 ?? sysctls.disableIpv6);
    case 'forwarding':
      return flag(own?.forwarding6 ?? sysctls.ip6Forward);
    case 'proxy_ndp':
      return flag(own?.proxyNdp);
    default:
      return String((own?.proxyNdpDelayMs ?? 800) / 10);
  }
}

function ipv4Value(config: NetnsConfig, name: string): string | undefined {
  const { sysctls } = config;
  const asked = ofInterface(
    config,
    name,
    /^net\.ipv4\.(?:conf|neigh)\.(.+)\.(rp_filter|route_localnet|accept_local|proxy_arp|forwarding|proxy_delay)$/,
  );
  if (asked === undefined) return undefined;
  const { link, key } = asked;
  const own = sysctls.perInterface[link];
  const all = link === 'all';
  switch (key) {
    case 'rp_filter':
      return String(all ? sysctls.rpFilterAll : (own?.rpFilter ?? 0));
    case 'route_localnet':
      return flag(all ? sysctls.routeLocalnetAll : own?.routeLocalnet);
    case 'accept_local':
      return flag(own?.acceptLocal);
    case 'proxy_arp':
      return flag(own?.proxyArp);
    case 'forwarding':
      return flag(all ? sysctls.ipForward : (own?.forwarding ?? sysctls.ipForward));
    default:
      // Jiffies of 10 ms, as the kernel counts for user space; its default is 80.
      return String((own?.proxyDelayMs ?? 800) / 10);
  }
}

function vsValue({ sysctls }: NetnsConfig, name: string): string | undefined {
  const flag = (on: boolean | undefined): string => (on === true ? '1' : '0');
  switch (name) {
    case 'net.ipv4.vs.conntrack':
      return flag(sysctls.vsConntrack);
    case 'net.ipv4.vs.expire_nodest_conn':
      return flag(sysctls.vsExpireNodestConn);
    case 'net.ipv4.vs.expire_quiescent_template':
      return flag(sysctls.vsExpireQuiescentTemplate);
    case 'net.ipv4.vs.conn_reuse_mode':
    case 'net.ipv4.vs.snat_reroute':
      return '1';
    default:
      return undefined;
  }
}

const vsNames = [
  'conn_reuse_mode',
  'conntrack',
  'expire_nodest_conn',
  'expire_quiescent_template',
  'snat_reroute',
];

export function sysctl(config: NetnsConfig, names: readonly string[]): ShowLine[] {
  return names.map((name) => {
    const value = sysctlValue(config, name);
    if (value !== undefined) return { text: `${name} = ${value}` };
    return {
      text: `sysctl: cannot stat /proc/sys/${name.replaceAll('.', '/')}: No such file or directory`,
    };
  });
}

/** Every switch that the box models, in the order of `sysctl -a`. */
export function sysctlNames(config: NetnsConfig): string[] {
  const names = ['net.bridge.bridge-nf-call-ip6tables', 'net.bridge.bridge-nf-call-iptables'];
  const six: string[] = [];
  for (const iface of ['all', 'default', ...config.links.map((link) => link.name)].sort()) {
    const dotted = iface.replaceAll('.', '/');
    if (iface === 'all') names.push('net.ipv4.conf.all.arp_announce', 'net.ipv4.conf.all.arp_ignore');
    for (const key of ['forwarding', 'proxy_arp', 'route_localnet', 'rp_filter']) {
      names.push(`net.ipv4.conf.${dotted}.${key}`);
    }
    for (const key of ['disable_ipv6', 'forwarding', 'proxy_ndp']) {
      six.push(`net.ipv6.conf.${dotted}.${key}`);
    }
  }
  names.push('net.ipv4.ip_forward');
  if (config.ipvs !== undefined) names.push(...vsNames.map((name) => `net.ipv4.vs.${name}`));
  names.push(
    ...six,
    'net.netfilter.nf_conntrack_tcp_be_liberal',
    'net.netfilter.nf_conntrack_tcp_timeout_close_wait',
    'net.netfilter.nf_conntrack_tcp_timeout_established',
  );
  return names;
}
