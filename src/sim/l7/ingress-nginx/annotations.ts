/**
 * What the annotations of one Ingress ask of ingress-nginx (internal/ingress/annotations): those that people use most. Values
 * that it cannot read it leaves aside, as the controller does, which falls back to its default; a list of addresses that it cannot
 * read closes the location.
 * Others of its annotations either make no difference to one request here, or are told of and make the answer unknown.
 */
import { cidr, cidrText, parseCidrStrict, parseIp, type Cidr } from '../../base/ip.ts';
import type { Origin } from '../../base/origin.ts';
import type { Ingress } from '../../k8s/cluster-state.ts';
import type { L7Plugin } from '../../plugin.ts';
import type { Patience } from '../config.ts';
import { ingressNginxAbout } from './about.ts';

const PREFIX = ingressNginxAbout.ingress.annotations;

export interface Canary {
  readonly header?: string;
  readonly headerValue?: string;
  readonly headerPattern?: string;
  readonly cookie?: string;
  readonly weight: number;
  readonly total: number;
  /** Of the annotation by name. */
  readonly origin: (name: string) => Origin;
}

export interface Annotations {
  readonly rewriteTarget: string;
  readonly useRegex: boolean;
  readonly sslRedirect: boolean;
  readonly forceSslRedirect: boolean;
  /** `denied`: a list that cannot be read. */
  readonly allow?: { readonly ranges: readonly Cidr[] | 'denied'; readonly origin: Origin };
  readonly patience?: Partial<Patience>;
  /** Where to send whoever asks for anything, and with which status. */
  readonly redirect?: { readonly to: string; readonly status: number; readonly origin: Origin };
  readonly appRoot?: { readonly to: string; readonly origin: Origin };
  readonly upstreamVhost?: string;
  readonly forwardedPrefix?: string;
  readonly canary?: Canary;
  /** `server-alias`: other names of its hosts, a regular expression after `~`. */
  readonly aliases: readonly string[];
  readonly fromToWww: boolean;
  /** The first that makes the answer unknown here. */
  readonly unknown?: string;
  readonly originOf: (name: string) => Origin;
}

/** For one request alone, and for what of a message is modelled, these make no difference. */
const NO_DIFFERENCE: ReadonlySet<string> = new Set(
  `affinity affinity-canary-behavior affinity-mode client-body-buffer-size connection-proxy-header cors-allow-credentials cors-allow-headers cors-allow-methods cors-allow-origin cors-expose-headers cors-max-age enable-access-log enable-cors enable-opentelemetry enable-opentracing enable-rewrite-log http2-push-preload limit-burst-multiplier limit-connections limit-rate limit-rate-after limit-rpm limit-rps limit-whitelist limit-allowlist load-balance opentelemetry-trust-incoming-span preserve-trailing-slash proxy-body-size proxy-buffer-size proxy-buffering proxy-buffers-number proxy-busy-buffers-size proxy-cookie-domain proxy-cookie-path proxy-http-version proxy-max-temp-file-size proxy-request-buffering proxy-send-timeout session-cookie-change-on-failure session-cookie-conditional-samesite-none session-cookie-domain session-cookie-expires session-cookie-max-age session-cookie-name session-cookie-path session-cookie-samesite session-cookie-secure ssl-ciphers ssl-prefer-server-ciphers use-port-in-redirects`.split(
    ' ',
  ),
);
const READ: ReadonlySet<string> = new Set(
  `allowlist-source-range app-root canary canary-by-cookie canary-by-header canary-by-header-pattern canary-by-header-value canary-weight canary-weight-total force-ssl-redirect permanent-redirect permanent-redirect-code proxy-connect-timeout proxy-next-upstream-tries proxy-read-timeout rewrite-target ssl-redirect temporal-redirect temporal-redirect-code upstream-vhost use-regex whitelist-source-range x-forwarded-prefix`.split(
    ' ',
  ),
);

/** What becomes of an annotation, by its name without the prefix. */
export function standingOf(name: string, value: string): ReturnType<NonNullable<L7Plugin['annotation']>> {
  if (READ.has(name)) return 'read';
  if (NO_DIFFERENCE.has(name)) return 'no-difference';
  return name === 'backend-protocol' && value.toUpperCase() === 'HTTP' ? 'no-difference' : 'unknown';
}

const known = new WeakMap<Ingress, Annotations>();

export function annotationsOf(ingress: Ingress): Annotations {
  let read = known.get(ingress);
  if (read === undefined) known.set(ingress, (read = readAnnotations(ingress)));
  return read;
}

function readAnnotations({ annotations, origin }: Ingress): Annotations {
  const text = (name: string): string | undefined => annotations[PREFIX + name];
  // One for each name: what comes from one line is known by it.
  const origins = new Map<string, Origin>();
  const originOf = (name: string): Origin => {
    const found = origins.get(name) ?? { ...origin, path: ['metadata', 'annotations', PREFIX + name] };
    origins.set(name, found);
    return found;
  };
  const flag = (name: string, otherwise = false): boolean => boolean(text(name)) ?? otherwise;
  const allowName = text('allowlist-source-range') === undefined ? 'whitelist' : 'allowlist';
  const allowed = text(`${allowName}-source-range`);
  const rewriteTarget = text('rewrite-target') ?? '';
  const own = Object.entries(annotations).filter(([key]) => key.startsWith(PREFIX));
  const strange = own.find(([key, value]) => standingOf(key.slice(PREFIX.length), value) === 'unknown');
  // nginx has variables of its own: $host, $request_uri.
  const variable = /\$(?![0-9])/.test(rewriteTarget) ? `${PREFIX}rewrite-target` : undefined;
  const unknown = strange?.[0] ?? variable;
  const vhost = text('upstream-vhost');
  const forwarded = text('x-forwarded-prefix');
  const root = text('app-root');
  return {
    rewriteTarget,
    useRegex: flag('use-regex'),
    sslRedirect: flag('ssl-redirect', true),
    forceSslRedirect: flag('force-ssl-redirect'),
    ...(allowed !== undefined && {
      allow: { ranges: rangesOf(allowed), origin: originOf(`${allowName}-source-range`) },
    }),
    ...patienceOf(text),
    ...redirectOf(text, originOf),
    ...(root !== undefined && { appRoot: { to: root, origin: originOf('app-root') } }),
    ...(vhost !== undefined && { upstreamVhost: vhost }),
    ...(forwarded !== undefined && { forwardedPrefix: forwarded }),
    ...(flag('canary') && { canary: canaryOf(text, originOf) }),
    aliases: (text('server-alias') ?? '').split(',').flatMap((name) => name.trim() || []),
    fromToWww: flag('from-to-www-redirect'),
    ...(unknown !== undefined && { unknown }),
    originOf,
  };
}

type Text = (name: string) => string | undefined;

/** As Go reads it. */
function boolean(text: string | undefined): boolean | undefined {
  if (text === undefined) return undefined;
  if (/^(?:1|t|T|true|TRUE|True)$/.test(text)) return true;
  return /^(?:0|f|F|false|FALSE|False)$/.test(text) ? false : undefined;
}

function whole(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}

function rangesOf(list: string): readonly Cidr[] | 'denied' {
  const ranges: Cidr[] = [];
  for (const item of list.split(',')) {
    const one = item.trim();
    const ip = parseIp(one);
    const range =
      ip === undefined ? parseCidrStrict(one)?.cidr : cidr(`${ip}/${ip.includes(':') ? 128 : 32}`);
    if (range === undefined) return 'denied';
    ranges.push(range);
  }
  return ranges.toSorted((a, b) => (cidrText(a) < cidrText(b) ? -1 : 1));
}

function patienceOf(text: Text): { readonly patience?: Partial<Patience> } {
  const connect = whole(text('proxy-connect-timeout'));
  const read = whole(text('proxy-read-timeout'));
  const tries = whole(text('proxy-next-upstream-tries'));
  if (connect === undefined && read === undefined && tries === undefined) return {};
  return {
    patience: {
      ...(connect !== undefined && { connectTimeoutMs: connect * 1000 }),
      ...(read !== undefined && { readTimeoutMs: read * 1000 }),
      // 0 takes away the limit; here a try for every endpoint and some more.
      ...(tries !== undefined && { tries: tries === 0 ? 10 : tries }),
    },
  };
}

/** A temporal redirect goes before a permanent one. */
function redirectOf(text: Text, originOf: (name: string) => Origin): Pick<Annotations, 'redirect'> {
  const of = (name: string, otherwise: number): Pick<Annotations, 'redirect'> | undefined => {
    const to = text(name);
    if (to === undefined || to === '') return undefined;
    const code = whole(text(`${name}-code`)) ?? otherwise;
    const status = code >= 300 && code <= 308 ? code : otherwise;
    return { redirect: { to, status, origin: originOf(name) } };
  };
  return of('temporal-redirect', 302) ?? of('permanent-redirect', 301) ?? {};
}

function canaryOf(text: Text, origin: (name: string) => Origin): Canary {
  const optional = <K extends string>(key: K, value: string | undefined): { readonly [P in K]?: string } =>
    value === undefined || value === '' ? {} : ({ [key]: value } as { readonly [P in K]?: string });
  const total = whole(text('canary-weight-total')) ?? 100;
  return {
    ...optional('header', text('canary-by-header')),
    ...optional('headerValue', text('canary-by-header-value')),
    ...optional('headerPattern', text('canary-by-header-pattern')),
    ...optional('cookie', text('canary-by-cookie')),
    weight: whole(text('canary-weight')) ?? 0,
    // What is below 100 counts as 100.
    total: Math.max(100, total),
    origin,
  };
}
