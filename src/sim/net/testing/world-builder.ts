/** Small worlds for tests, written as one would type the commands. Used by tests only. */
import { cidr } from '../../base/ip.ts';
import { stableMac } from '../../base/mac.ts';
import { seededChooser } from '../../base/chooser.ts';
import type {
  AddressConfig,
  AppId,
  Chain,
  IptablesConfig,
  LinkConfig,
  ListenerConfig,
  Match,
  NetnsConfig,
  RouteConfig,
  Rule,
  SysctlConfig,
  TableName,
} from '../config.ts';
import { createState, run, type WorldState } from '../kernel.ts';
import type { AppHandler, PmtuDiscovery, Process, SyscallResult } from '../process.ts';
import type { RunOptions, RunResult, World } from '../world.ts';

const web: AppHandler = function* (request, peer, self) {
  const body = `${self.netns} to ${peer.ip}\n`;
  if (request.kind !== 'http-request') return request;
  return {
    kind: 'http-response',
    status: 200,
    reasonPhrase: 'OK',
    headers: [['Content-Length', String(body.length)]],
    body,
  };
};
const silent: AppHandler = function* () {
  return undefined;
};
const echo: AppHandler = function* (request) {
  return request;
};

export const APPS: Record<AppId, AppHandler> = {
  http: web,
  echo,
  dns: silent,
  'tcp-accept': silent,
  'udp-sink': silent,
  'kube-proxy-health': silent,
};

export const SYSCTLS: SysctlConfig = {
  ipForward: true,
  bridgeNfCallIptables: true,
  rpFilterAll: 0,
  perInterface: {},
};

/** `10.0.0.1/24 dev eth0` */
export function address(text: string): AddressConfig {
  const [prefix, , dev] = text.split(' ');
  const [ip, length] = (prefix ?? '').split('/');
  return {
    dev: dev ?? '',
    ip: ip ?? '',
    prefixLength: Number(length ?? (ip?.includes(':') === true ? 128 : 32)),
    scope: dev === 'lo' ? 'host' : 'global',
  };
}

/** `default via 10.0.0.1 dev eth0`, `10.0.0.0/8 dev x onlink`, `blackhole 10.0.0.0/26` */
export function route(text: string): RouteConfig {
  const words = text.split(' ');
  const blackhole = words[0] === 'blackhole';
  if (blackhole) words.shift();
  const after = (word: string): string | undefined =>
    words.includes(word) ? words[words.indexOf(word) + 1] : undefined;
  const everything = after('via')?.includes(':') === true ? '::/0' : '0.0.0.0/0';
  const to = words[0] === 'default' ? everything : (words[0] ?? '');
  return {
    to: cidr(to),
    type: blackhole ? 'blackhole' : 'unicast',
    via: after('via'),
    dev: after('dev'),
    src: after('src'),
    scope: after('scope') === 'link' ? 'link' : undefined,
    onlink: words.includes('onlink'),
  };
}

/** `tcp 80 http`, `udp 10.0.0.1:53 echo`, `tcp [::]:80 http` */
export function listener(text: string): ListenerConfig {
  const [proto, at, app] = text.split(' ');
  const colon = at?.lastIndexOf(':') ?? -1;
  const ip = colon < 0 ? '0.0.0.0' : at?.slice(0, colon).replace(/^\[|\]$/g, '');
  const port = at?.slice(colon + 1);
  return {
    proto: proto === 'udp' ? 'udp' : 'tcp',
    ip: ip ?? '',
    port: Number(port),
    app: (app ?? 'http') as AppId,
    process: app ?? 'http',
  };
}

export interface NetnsInput {
  readonly id: string;
  readonly links: readonly LinkConfig[];
  readonly addresses?: readonly string[];
  readonly routes?: readonly string[];
  readonly listeners?: readonly string[];
  readonly more?: Partial<NetnsConfig>;
}

export function netns(input: NetnsInput): NetnsConfig {
  return {
    id: input.id,
    links: [{ kind: 'loopback', name: 'lo', mac: '00:00:00:00:00:00', mtu: 65536 }, ...input.links],
    addresses: [address('127.0.0.1/8 dev lo'), ...(input.addresses ?? []).map(address)],
    routes: (input.routes ?? []).map(route),
    neighbours: [],
    fdb: [],
    sysctls: SYSCTLS,
    ipsets: [],
    listeners: (input.listeners ?? []).map(listener),
    ...input.more,
  };
}

export function worldOf(...parts: readonly NetnsConfig[]): World {
  return { netns: new Map(parts.map((n) => [n.id, n])), apps: APPS };
}

/** A pod with one veth, on the bridge `cni0` of its node. */
export function bridgedPod(
  node: string,
  id: string,
  ip: string,
  listeners: readonly string[] = [],
): { readonly pod: NetnsConfig; readonly port: LinkConfig } {
  const host = `veth${id.split('/')[1] ?? id}`;
  const gateway = ip.replace(/\d+$/, '1');
  return {
    pod: netns({
      id,
      links: [
        {
          kind: 'veth',
          name: 'eth0',
          mac: stableMac(id, 'eth0'),
          mtu: 1450,
          peer: { netns: node, name: host },
        },
      ],
      addresses: [`${ip}/24 dev eth0`],
      routes: [`default via ${gateway} dev eth0`],
      listeners,
      more: { sysctls: { ...SYSCTLS, ipForward: false, bridgeNfCallIptables: false } },
    }),
    port: {
      kind: 'veth',
      name: host,
      mac: stableMac(node, host),
      mtu: 1450,
      master: 'cni0',
      hairpin: true,
      peer: { netns: id, name: 'eth0' },
    },
  };
}

type RuleInput = { readonly matches?: readonly Match[]; readonly target: Rule['target'] } & Pick<
  Rule,
  'meaning' | 'origin'
>;

/** Tables from chains; the built-in ones accept unless told otherwise. */
export function tables(
  chains: Partial<Record<TableName, Readonly<Record<string, readonly RuleInput[]>>>>,
  policies: Readonly<Record<string, 'ACCEPT' | 'DROP'>> = {},
): IptablesConfig {
  const builtIn: Record<TableName, readonly string[]> = {
    raw: ['PREROUTING', 'OUTPUT'],
    mangle: ['PREROUTING', 'INPUT', 'FORWARD', 'OUTPUT', 'POSTROUTING'],
    nat: ['PREROUTING', 'INPUT', 'OUTPUT', 'POSTROUTING'],
    filter: ['INPUT', 'FORWARD', 'OUTPUT'],
  };
  const table = (name: TableName): ReadonlyMap<string, Chain> => {
    const out = new Map<string, Chain>();
    for (const chain of builtIn[name]) {
      out.set(chain, {
        policy: policies[`${name} ${chain}`] ?? 'ACCEPT',
        rules: rulesOf(chains[name]?.[chain]),
      });
    }
    for (const [chain, rules] of Object.entries(chains[name] ?? {})) {
      if (!out.has(chain)) out.set(chain, { rules: rulesOf(rules) });
    }
    return out;
  };
  return { raw: table('raw'), mangle: table('mangle'), nat: table('nat'), filter: table('filter') };
}

function rulesOf(rules: readonly RuleInput[] | undefined): readonly Rule[] {
  return (rules ?? []).map((r) => ({ ...r, matches: r.matches ?? [] }));
}

/** A node of a flannel-like cluster: eth0 on the underlay, cni0, flannel.1. */
export function flannelNode(
  index: number,
  others: readonly number[],
  ports: readonly LinkConfig[],
  more: Partial<NetnsConfig> = {},
  listeners: readonly string[] = [],
): NetnsConfig {
  const id = `node/n${index}`;
  const vx = (n: number): string => stableMac(`node/n${n}`, 'flannel.1');
  return netns({
    id,
    links: [
      { kind: 'ethernet', name: 'eth0', mac: stableMac(id, 'eth0'), mtu: 1500, segment: 'underlay' },
      { kind: 'bridge', name: 'cni0', mac: stableMac(id, 'cni0'), mtu: 1450 },
      {
        kind: 'vxlan',
        name: 'flannel.1',
        mac: vx(index),
        mtu: 1450,
        vni: 1,
        port: 8472,
        local: `172.18.0.${index + 1}`,
        dev: 'eth0',
        learning: false,
      },
      ...ports,
    ],
    addresses: [
      `172.18.0.${index + 1}/16 dev eth0`,
      `10.244.${index}.1/24 dev cni0`,
      `10.244.${index}.0/32 dev flannel.1`,
    ],
    routes: [
      'default via 172.18.0.1 dev eth0',
      ...others.map((n) => `10.244.${n}.0/24 via 10.244.${n}.0 dev flannel.1 onlink`),
    ],
    listeners,
    more: {
      neighbours: others.map((n) => ({
        dev: 'flannel.1',
        ip: `10.244.${n}.0`,
        mac: vx(n),
        state: 'PERMANENT',
      })),
      fdb: others.map((n) => ({ dev: 'flannel.1', mac: vx(n), dst: `172.18.0.${n + 1}` })),
      ...more,
    },
  });
}

/** curl, in short: handshake, one request, close. */
export function* fetchOnce(ip: string, port: number, timeoutMs = 5000): Process<string> {
  yield { call: 'segment', purpose: 'probe', label: `${ip}:${port}` };
  const connected = yield { call: 'connect', ip, port, timeoutMs };
  if (connected === undefined || !connected.ok) return failure(connected);
  if (!('socket' in connected)) return 'no socket';
  const answer = yield {
    call: 'request',
    socket: connected.socket,
    payload: { kind: 'http-request', method: 'GET', path: '/', headers: [['Host', ip]] },
    timeoutMs,
  };
  yield { call: 'close', socket: connected.socket };
  if (answer?.ok !== true || !('payload' in answer)) return failure(answer);
  return answer.payload.kind === 'http-response' ? answer.payload.body.trim() : answer.payload.kind;
}

export function* pingOnce(
  ip: string,
  options: {
    readonly bytes?: number;
    readonly ttl?: number;
    readonly source?: string;
    readonly pmtudisc?: PmtuDiscovery;
  } = {},
): Process<string> {
  yield { call: 'segment', purpose: 'probe', label: ip };
  const answer = yield {
    call: 'ping',
    ip,
    bytes: options.bytes ?? 56,
    ttl: options.ttl,
    source: options.source,
    timeoutMs: 2500,
    pmtudisc: options.pmtudisc ?? 'do',
  };
  return answer?.ok === true ? 'answered' : failure(answer);
}

export function* sendOnce(ip: string, port: number, timeoutMs = 5000): Process<string> {
  yield { call: 'segment', purpose: 'probe', label: `${ip}:${port}` };
  const answer = yield { call: 'datagram', ip, port, payload: { kind: 'bytes', length: 6 }, timeoutMs };
  return answer?.ok === true ? 'answered' : failure(answer);
}

function failure(result: SyscallResult | undefined): string {
  return result === undefined || result.ok ? 'nothing' : result.error;
}

export function runIn<R>(
  world: World,
  place: string,
  program: Process<R>,
  state: WorldState = createState(world),
  options: Partial<RunOptions> = {},
): RunResult<R> {
  return run(world, state, place, program, { chooser: seededChooser(1), ...options });
}

/** nc -z, in short: handshake and close. */
export function* probePort(ip: string, port: number, timeoutMs = 5000): Process<string> {
  yield { call: 'segment', purpose: 'probe', label: `${ip}:${port}` };
  const connected = yield { call: 'connect', ip, port, timeoutMs };
  if (connected === undefined || !connected.ok) return failure(connected);
  if (!('socket' in connected)) return 'no socket';
  yield { call: 'close', socket: connected.socket };
  return 'connected';
}
