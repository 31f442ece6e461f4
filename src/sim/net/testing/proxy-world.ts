/**
 * A client, a machine in the middle and a server, with a program in the middle that ends each connection and opens another:
 * what REDIRECT, TPROXY and the matches `owner` and `socket` are for. e2e/kernel builds the same out of namespaces. Used by
 * tests only.
 */
import { cidr } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import type { IptablesConfig, LinkConfig, Match, NetnsConfig, RouteConfig } from '../config.ts';
import type { AppHandler } from '../process.ts';
import type { World } from '../world.ts';
import { netns, SYSCTLS, tables, worldOf } from './world-builder.ts';

export const CLIENT = 'external/client';
export const MIDDLE = 'external/middle';
export const SERVER = 'external/server';
const PROXY_PORT = 15001;
/** The user that the proxy runs as, as Istio's does. */
export const PROXY_UID = 1337;

interface ProxySettings {
  /** Connects with the client's own address and port. */
  readonly asClient: boolean;
}

/** Takes a request, asks whom the client meant, and answers what that answers. */
const proxyApp: AppHandler = function* (request, peer, self) {
  const { asClient } = self.settings as ProxySettings;
  const to = self.originalDst ?? self;
  yield { call: 'segment', purpose: 'upstream', label: `${to.ip}:${to.port}` };
  const connected = yield {
    call: 'connect',
    ip: to.ip,
    port: to.port,
    timeoutMs: 2000,
    ...(asClient && { source: peer.ip, transparent: true }),
  };
  if (connected?.ok !== true || !('socket' in connected)) return undefined;
  const answer = yield { call: 'request', socket: connected.socket, payload: request, timeoutMs: 2000 };
  yield { call: 'close', socket: connected.socket };
  return answer?.ok === true && 'payload' in answer ? answer.payload : undefined;
};

const tcp: Match = { match: 'proto', proto: 'tcp' };
const port80: Match = { match: 'dport', proto: 'tcp', ports: { from: 80, to: 80 } };
const toTproxy = { target: 'TPROXY', port: PROXY_PORT, mark: 1, mask: 1 } as const;

/** `divert` as Documentation/networking/tproxy.rst has it: what belongs to a proxy's socket is for this host. */
const TRANSPARENT = tables({
  mangle: {
    PREROUTING: [
      { matches: [tcp, { match: 'socket', transparent: true }], target: { target: 'jump', chain: 'DIVERT' } },
      { matches: [tcp, port80], target: toTproxy },
    ],
    DIVERT: [{ target: { target: 'MARK', value: 1, mask: 0xffffffff } }, { target: { target: 'ACCEPT' } }],
  },
});
const redirectTo = { target: 'REDIRECT', port: PROXY_PORT } as const;

export interface Way {
  readonly name: string;
  readonly rules: IptablesConfig;
  /** Whose rules these are. */
  readonly at: typeof MIDDLE | typeof CLIENT;
  readonly asClient?: boolean;
  /** The listener has IP_TRANSPARENT. */
  readonly transparent?: boolean;
  /** The mark's rule and its local route. */
  readonly marked?: boolean;
}

export const WAYS = {
  transparent: {
    name: 'TPROXY, and on with the client’s address',
    at: MIDDLE,
    rules: TRANSPARENT,
    asClient: true,
    transparent: true,
    marked: true,
  },
  own: {
    name: 'TPROXY, and on with its own address',
    at: MIDDLE,
    rules: TRANSPARENT,
    transparent: true,
    marked: true,
  },
  redirect: {
    name: 'REDIRECT of what passes',
    at: MIDDLE,
    rules: tables({
      nat: { PREROUTING: [{ matches: [{ match: 'in', iface: 'eth0' }, tcp, port80], target: redirectTo }] },
    }),
  },
  sidecar: {
    name: 'REDIRECT of the host’s own, but for the proxy’s',
    at: CLIENT,
    rules: tables({
      nat: {
        OUTPUT: [
          { matches: [{ match: 'owner', by: 'uid', id: PROXY_UID }], target: { target: 'RETURN' } },
          { matches: [tcp, port80], target: redirectTo },
        ],
      },
    }),
  },
  unrouted: {
    name: 'TPROXY without a rule for its mark',
    at: MIDDLE,
    rules: TRANSPARENT,
    transparent: true,
  },
  opaque: {
    name: 'TPROXY to a socket without IP_TRANSPARENT',
    at: MIDDLE,
    rules: TRANSPARENT,
    marked: true,
  },
} as const satisfies Record<string, Way>;

/** The two networks and what everything is called in each family. */
const FAMILY = {
  4: { client: '10.1.0', server: '10.2.0', host: '.', length: 24, all: '0.0.0.0', tables: 'iptables' },
  6: { client: 'fd00:1', server: 'fd00:2', host: '::', length: 64, all: '::', tables: 'ip6tables' },
} as const;

export function addressOf(side: 'client' | 'server', host: 1 | 2, family: 4 | 6): string {
  return `${FAMILY[family][side]}${FAMILY[family].host}${host}`;
}

function card(id: string, name: string, segment: string): LinkConfig {
  return { kind: 'ethernet', name, mac: stableMac(id, name), mtu: 1500, segment };
}

export function proxyWorld(way: Way, family: 4 | 6 = 4): World {
  const { all, length, tables: command } = FAMILY[family];
  const local: RouteConfig = { to: cidr(`${all}/0`), type: 'local', dev: 'lo', table: 100 };
  const on = (side: 'client' | 'server', host: 1 | 2, dev: string): string =>
    `${addressOf(side, host, family)}/${length} dev ${dev}`;
  const proxied = (config: NetnsConfig): NetnsConfig =>
    config.id !== way.at
      ? config
      : {
          ...config,
          [command]: way.rules,
          ...(way.marked === true && {
            routes: [...config.routes, local],
            rules: [{ priority: 100, family, fwmark: { value: 1, mask: 1 }, lookup: 100 }],
          }),
          listeners: [
            {
              proto: 'tcp',
              ip: all,
              port: PROXY_PORT,
              app: 'own/proxy',
              process: 'proxy',
              transparent: way.transparent,
              owner: { uid: PROXY_UID, gid: PROXY_UID },
              settings: { asClient: way.asClient === true } satisfies ProxySettings,
            },
          ],
        };
  const hosts = [
    netns({
      id: CLIENT,
      links: [card(CLIENT, 'eth0', 'lan1')],
      addresses: [on('client', 2, 'eth0')],
      routes: [`default via ${addressOf('client', 1, family)} dev eth0`],
    }),
    netns({
      id: MIDDLE,
      links: [card(MIDDLE, 'eth0', 'lan1'), card(MIDDLE, 'eth1', 'lan2')],
      addresses: [on('client', 1, 'eth0'), on('server', 1, 'eth1')],
      more: { sysctls: { ...SYSCTLS, ip6Forward: true } },
    }),
    netns({
      id: SERVER,
      links: [card(SERVER, 'eth0', 'lan2')],
      addresses: [on('server', 2, 'eth0')],
      routes: [`default via ${addressOf('server', 1, family)} dev eth0`],
      listeners: [family === 4 ? 'tcp 80 http' : 'tcp [::]:80 http'],
    }),
  ];
  return { ...worldOf(...hosts.map(proxied)), ownApps: { 'own/proxy': proxyApp } };
}
