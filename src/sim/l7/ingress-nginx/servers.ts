/**
 * nginx' servers and their locations as Ingresses name them (internal/ingress/controller/controller.go `getBackendServers`), before
 * they become text: the first Ingress with a host makes its server, and has its paths first.
 */
import type { Origin } from '../../base/origin.ts';
import type { Ingress, IngressBackend, IngressPath } from '../../k8s/cluster-state.ts';
import { annotationsOf } from './annotations.ts';

export const CATCH_ALL = '_';

export interface Location {
  readonly path: string;
  readonly type: 'Prefix' | 'Exact';
  readonly ingress: Ingress;
  readonly backend: IngressBackend;
  readonly origin: Origin;
}

export interface Server {
  readonly host: string;
  readonly origin: Origin;
  readonly locations: Location[];
  /** The backend of `/` while no path has taken it; absent: the controller's own, which knows only 404. */
  readonly fallback?: { readonly ingress: Ingress; readonly backend: IngressBackend };
  /** Whose certificate it has, where it has one; `wildcardTls`: where `*.` with its parent has one. */
  tls?: Origin;
  wildcardTls?: Origin;
}

/** The first Ingress with a host makes its server; of one path the first has it. */
export function serversOf(ingresses: readonly Ingress[]): ReadonlyMap<string, Server> {
  const servers = new Map<string, Server>();
  const catchAll = ingresses.find(
    (one) => one.rules.length === 0 && one.defaultBackend?.service !== undefined,
  );
  if (catchAll?.defaultBackend !== undefined) {
    const fallback = { ingress: catchAll, backend: catchAll.defaultBackend };
    const { origin } = catchAll;
    servers.set(CATCH_ALL, { host: CATCH_ALL, origin, locations: [], fallback });
  }
  for (const ingress of ingresses) {
    for (const rule of ingress.rules) {
      const host = rule.host ?? CATCH_ALL;
      let server = servers.get(host);
      if (server === undefined) {
        const { defaultBackend: backend } = ingress;
        const own = host !== CATCH_ALL && backend?.service !== undefined;
        server = {
          host,
          origin: rule.origin,
          locations: [],
          ...(own && { fallback: { ingress, backend } }),
        };
        servers.set(host, server);
      }
      // A certificate that is not there, or is for somebody else, is replaced by the controller's own.
      if (ingress.tls.length > 0 && host !== CATCH_ALL) server.tls ??= server.origin;
      for (const path of rule.paths)
        addPath(server, ingress, path, host === CATCH_ALL && catchAll !== undefined);
    }
  }
  // certificate.lua: of a host without a certificate, that of `*.` and what follows its first label.
  for (const server of servers.values()) {
    const wildcard = servers.get(server.host.replace(/^[^.]+\./, '*.'));
    if (wildcard?.tls !== undefined) server.wildcardTls = wildcard.tls;
  }
  return servers;
}

/** `rootTaken`: an Ingress without rules has the place of the catch-all server's `/`. */
function addPath(server: Server, ingress: Ingress, from: IngressPath, rootTaken: boolean): void {
  if (from.backend.service === undefined) return;
  const path = from.path === '' ? '/' : from.path;
  const type = from.pathType === 'Exact' ? 'Exact' : 'Prefix';
  const taken = server.locations.some((one) => one.path === path && one.type === type);
  if (taken || (rootTaken && path === '/' && type === 'Prefix')) return;
  server.locations.push({ path, type, ingress, backend: from.backend, origin: from.origin });
}

/** The longest first; of one length the last in the alphabet. */
export function byLength(a: { readonly path: string }, b: { readonly path: string }): number {
  return b.path.length - a.path.length || (a.path < b.path ? 1 : a.path > b.path ? -1 : 0);
}

export function isRegex({ ingress, path }: Location): boolean {
  const { rewriteTarget, useRegex } = annotationsOf(ingress);
  return useRegex || (rewriteTarget !== '' && rewriteTarget !== path);
}
