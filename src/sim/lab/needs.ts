/**
 * What a lab asks of the kernel before it builds: each kind of device and each kind of table is tried in a namespace of
 * its own. `veth` and `bridge` are asked first and by every lab; without them nothing can be built.
 */
import type { LinkConfig, Match, NetnsConfig, Target } from '../net/config.ts';
import { word } from './shell-text.ts';

export interface Need {
  /** Key in the script's HAVE; also the name of the module that may have to be loaded. */
  readonly id: string;
  /** What is not built without it, for people. */
  readonly what: string;
  /** The dry trial, words of one command. */
  readonly trial: readonly string[];
}

const MAKE = ['ip', 'link', 'add', 'try0', 'type'];

/** Devices that a lab cannot do without are asked by the script itself. */
const DEVICES: Partial<Record<LinkConfig['kind'], readonly string[]>> = {
  dummy: [...MAKE, 'dummy'],
  // A lab has no flows, and a bridge without them would do something else: what hangs on it is left out everywhere.
  openvswitch: ['false'],
  geneve: [...MAKE, 'geneve', 'id', '1', 'remote', '127.0.0.1'],
  ipip: [...MAKE, 'ipip', 'local', '127.0.0.1', 'remote', '127.0.0.2'],
  // Keys are drawn by wg.
  wireguard: ['sh', '-c', 'wg genkey >/dev/null && ip link add try0 type wireguard'],
  vxlan: [...MAKE, 'vxlan', 'id', '1', 'dstport', '8472', 'local', '127.0.0.1'],
};

/** The smallest rule with each match that is an extension of its own. */
const MATCHES: Partial<Record<Match['match'], readonly string[]>> = {
  comment: ['-m', 'comment', '--comment', 'x'],
  multiport: ['-p', 'tcp', '-m', 'multiport', '--dports', '1,2'],
  mark: ['-m', 'mark', '--mark', '1'],
  connmark: ['-m', 'connmark', '--mark', '1'],
  ctstate: ['-m', 'conntrack', '--ctstate', 'NEW'],
  statistic: ['-m', 'statistic', '--mode', 'random', '--probability', '0.5'],
  addrtype: ['-m', 'addrtype', '--dst-type', 'LOCAL'],
  recent: ['-m', 'recent', '--name', 'x', '--rcheck'],
  ipvs: ['-m', 'ipvs', '--ipvs'],
  rpfilter: ['-m', 'rpfilter'],
  physdev: ['-m', 'physdev', '--physdev-is-bridged'],
  socket: ['-m', 'socket', '--transparent'],
};

/** Those that only the way out of a host knows. */
const OUTPUT_MATCHES: Partial<Record<Match['match'], readonly string[]>> = {
  owner: ['iptables', '-t', 'mangle', '-A', 'OUTPUT', '-m', 'owner', '--uid-owner', '0'],
};

/** Targets that are modules of their own, in the table that they are for. */
const TARGETS: Partial<Record<Target['target'], readonly string[]>> = {
  NFLOG: ['mangle', '-A', 'PREROUTING', '-j', 'NFLOG', '--nflog-group', '1'],
  REDIRECT: ['nat', '-A', 'PREROUTING', '-j', 'REDIRECT'],
  TPROXY: ['mangle', '-A', 'PREROUTING', '-p', 'tcp', '-j', 'TPROXY', '--on-port', '1'],
};

/** A chain that allows every match. */
const TRY_RULE = ['iptables', '-t', 'mangle', '-A', 'PREROUTING'];

/** What the namespaces of a lab need, each thing once. */
export function needsOf(configs: Iterable<NetnsConfig>): readonly Need[] {
  const needs = new Map<string, Need>();
  const need = (id: string, what: string, trial: readonly string[]): void => {
    if (!needs.has(id)) needs.set(id, { id, what, trial });
  };
  for (const config of configs) {
    for (const { kind } of config.links) {
      const trial = DEVICES[kind];
      if (trial !== undefined) need(kind, `${kind} devices, and the routes through them`, trial);
    }
    if (config.ipsets.length > 0) {
      need('ip_set', 'ipsets, and the iptables rules that ask them', ['ipset', 'create', 'try', 'hash:net']);
    }
    for (const rules of [config.iptables, config.ip6tables]) {
      if (rules !== undefined) iptablesNeeds(rules, need);
    }
    if ((config.nftables ?? []).length > 0) {
      need('nf_tables', 'nftables rules', [
        'nft',
        'add table ip try; add chain ip try c; add rule ip try c numgen random mod 2 vmap { 0 : accept, 1 : drop }',
      ]);
    }
    if ((config.programs ?? []).length > 0) {
      // The simulator has their meaning and not their code: there is nothing to load.
      need('bpf', 'eBPF programs: packets pass where they would act', ['false']);
    }
    if (config.ipvs !== undefined) need('ip_vs', 'IPVS services', ['ipvsadm', '-Ln']);
    if (config.links.some((link) => link.kind === 'bridge')) {
      need('br_netfilter', 'net.bridge.bridge-nf-call-iptables: bridged packets pass by iptables', [
        'sysctl',
        '-n',
        'net.bridge.bridge-nf-call-iptables',
      ]);
    }
  }
  return [...needs.values()];
}

function iptablesNeeds(
  iptables: NonNullable<NetnsConfig['iptables']>,
  need: (id: string, what: string, trial: readonly string[]) => void,
): void {
  const masquerade = ['iptables', '-t', 'nat', '-A', 'POSTROUTING', '-j', 'MASQUERADE'];
  need('iptable_nat', 'iptables rules', masquerade);
  for (const table of [iptables.raw, iptables.mangle, iptables.nat, iptables.filter]) {
    for (const { rules } of table.values()) {
      for (const rule of rules) {
        const { target } = rule.target;
        const tried = TARGETS[target];
        if (tried !== undefined) {
          need(`xt_${target}`, `iptables rules (the target ${target})`, ['iptables', '-t', ...tried]);
        }
        for (const { match } of rule.matches) {
          const own = MATCHES[match];
          const trial = own === undefined ? OUTPUT_MATCHES[match] : [...TRY_RULE, ...own];
          if (trial !== undefined) need(`xt_${match}`, `iptables rules (the match ${match})`, trial);
        }
      }
    }
  }
}

/** The conditions under which a namespace's iptables rules can be loaded: `has ...` of the script. */
export function iptablesConditions(config: NetnsConfig): readonly string[] {
  return needsOf([config])
    .map(({ id }) => id)
    .filter((id) => id === 'iptable_nat' || id === 'ip_set' || id.startsWith('xt_'));
}

/** The need without which a device is not built; undefined for those that every lab has. */
export function needOfLink(link: LinkConfig): string | undefined {
  return DEVICES[link.kind] === undefined ? undefined : link.kind;
}

/** `ask vxlan 'vxlan devices' ip link add ...` */
export function askLine({ id, what, trial }: Need): string {
  return `ask ${[id, what, ...trial].map(word).join(' ')}`;
}
