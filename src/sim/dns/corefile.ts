/**
 * The Corefile of ConfigMap kube-system/coredns, as far as it decides an answer: server blocks, `kubernetes`, `forward`,
 * `hosts` and `rewrite name`. Leaves out everything that only observes, caches or limits.
 */
import { parseIp, type Ip } from '../base/ip.ts';
import { normalName } from './message.ts';

export interface KubernetesPlugin {
  readonly zones: readonly string[];
  readonly pods: 'disabled' | 'insecure' | 'verified';
  readonly ttl: number;
  readonly endpointPodNames: boolean;
  readonly ignoreEmptyService: boolean;
  /** Zones whose unknown names go on to the next plugin; ['.'] for all, [] for none. */
  readonly fallthrough: readonly string[];
}

interface ForwardPlugin {
  readonly zone: string;
  /** Addresses; `resolv.conf` stands for the node's own resolver. */
  readonly to: readonly (Ip | 'resolv.conf')[];
  readonly except: readonly string[];
}

export interface HostsPlugin {
  readonly entries: readonly { readonly ip: Ip; readonly names: readonly string[] }[];
  readonly ttl: number;
  readonly fallthrough: boolean;
}

export interface RewriteRule {
  readonly match: 'exact' | 'suffix' | 'prefix' | 'substring';
  readonly from: string;
  readonly to: string;
}

export interface ServerBlock {
  readonly zones: readonly string[];
  readonly rewrites: readonly RewriteRule[];
  readonly hosts?: HostsPlugin;
  readonly kubernetes?: KubernetesPlugin;
  readonly forwards: readonly ForwardPlugin[];
  /** Plugins that could change an answer and are not modelled. */
  readonly unknown: readonly string[];
}

interface Directive {
  readonly words: readonly string[];
  readonly block: readonly Directive[];
}

/** Plugins that change no answer that a walk can see. */
const HARMLESS = new Set(
  'errors log health ready prometheus cache loop reload loadbalance bufsize debug trace cancel metadata nsid whoami bind pprof any tls timeouts'.split(
    ' ',
  ),
);

/** Lines of words, with the lines between braces below them. Comments begin with `#`. */
function directives(lines: readonly string[][], at: { line: number }): Directive[] {
  const list: Directive[] = [];
  while (at.line < lines.length) {
    const words = lines[at.line++] ?? [];
    if (words[0] === '}') return list;
    if (words.at(-1) === '{') list.push({ words: words.slice(0, -1), block: directives(lines, at) });
    else list.push({ words, block: [] });
  }
  return list;
}

export function parseCorefile(text: string): readonly ServerBlock[] {
  const lines = text
    .split('\n')
    .map((line) => line.replace(/(^|\s)#.*$/, '').trim())
    .filter((line) => line !== '')
    .map((line) => line.split(/\s+/));
  return directives(lines, { line: 0 }).map((d) => serverBlock(d));
}

/** `.:53`, `cluster.local`, `dns://example.org:1053`. */
function zoneOf(text: string): string {
  return normalName(text.replace(/^[a-z]+:\/\//, '').replace(/:\d+$/, '')).replace(/^\.$/, '');
}

function serverBlock(directive: Directive): ServerBlock {
  const zones = directive.words.map((w) => zoneOf(w.replace(/,$/, '')));
  const rewrites: RewriteRule[] = [];
  const forwards: ForwardPlugin[] = [];
  const unknown: string[] = [];
  let hosts: HostsPlugin | undefined;
  let kubernetes: KubernetesPlugin | undefined;
  for (const { words, block } of directive.block) {
    switch (words[0]) {
      case 'kubernetes':
        kubernetes = kubernetesPlugin(words.slice(1), block, zones);
        break;
      case 'forward':
        forwards.push(forwardPlugin(words.slice(1), block));
        break;
      case 'hosts':
        hosts = hostsPlugin(block);
        break;
      case 'rewrite': {
        const rule = rewriteRule(words.slice(1));
        if (rule === undefined) unknown.push(words.join(' '));
        else rewrites.push(rule);
        break;
      }
      default:
        if (words[0] !== undefined && !HARMLESS.has(words[0])) unknown.push(words[0]);
    }
  }
  return {
    zones,
    rewrites,
    ...(hosts === undefined ? {} : { hosts }),
    ...(kubernetes === undefined ? {} : { kubernetes }),
    forwards,
    unknown,
  };
}

function kubernetesPlugin(
  words: readonly string[],
  block: readonly Directive[],
  serverZones: readonly string[],
): KubernetesPlugin {
  const option = (name: string): readonly string[] | undefined =>
    block.find((d) => d.words[0] === name)?.words.slice(1);
  const pods = option('pods')?.[0];
  const through = option('fallthrough');
  return {
    zones: words.length === 0 ? serverZones : words.map(zoneOf),
    pods: pods === 'insecure' || pods === 'verified' ? pods : 'disabled',
    ttl: Number(option('ttl')?.[0] ?? 5),
    endpointPodNames: option('endpoint_pod_names') !== undefined,
    ignoreEmptyService: option('ignore')?.[0] === 'empty_service',
    fallthrough: through === undefined ? [] : through.length === 0 ? ['.'] : through.map(zoneOf),
  };
}

function forwardPlugin(words: readonly string[], block: readonly Directive[]): ForwardPlugin {
  const to = words.slice(1).flatMap((word): (Ip | 'resolv.conf')[] => {
    if (word.startsWith('/')) return ['resolv.conf'];
    const ip = parseIp(word.replace(/^dns:\/\//, '').replace(/:\d+$/, ''));
    return ip === undefined ? [] : [ip];
  });
  const except = block.filter((d) => d.words[0] === 'except').flatMap((d) => d.words.slice(1).map(zoneOf));
  return { zone: zoneOf(words[0] ?? '.'), to, except };
}

function hostsPlugin(block: readonly Directive[]): HostsPlugin {
  const ttl = block.find((d) => d.words[0] === 'ttl')?.words[1];
  return {
    entries: block.flatMap((d) => {
      const ip = parseIp(d.words[0] ?? '');
      return ip === undefined ? [] : [{ ip, names: d.words.slice(1).map(normalName) }];
    }),
    ttl: Number(ttl ?? 3600),
    fallthrough: block.some((d) => d.words[0] === 'fallthrough'),
  };
}

/** `rewrite [continue|stop] name [exact|suffix|prefix|substring] FROM TO`. */
function rewriteRule(all: readonly string[]): RewriteRule | undefined {
  const words = all[0] === 'stop' || all[0] === 'continue' ? all.slice(1) : all;
  if (words[0] !== 'name') return undefined;
  const kind = words[1];
  const named = kind === 'exact' || kind === 'suffix' || kind === 'prefix' || kind === 'substring';
  const [from, to] = named ? words.slice(2) : words.slice(1);
  if (kind === 'regex' || from === undefined || to === undefined) return undefined;
  const clean = kind === 'substring' || kind === 'prefix' ? (t: string) => t.toLowerCase() : normalName;
  return { match: named ? kind : 'exact', from: clean(from), to: clean(to) };
}
