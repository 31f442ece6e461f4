/** Where nobody here knows what nginx answers: names that annotations add to servers, paths that are expressions nobody reads. */
import type { Origin } from '../../base/origin.ts';
import type { Ingress } from '../../k8s/cluster-state.ts';
import type { L7Note } from '../../plugin.ts';
import type { L7Action, VirtualHost } from '../config.ts';
import { servedBy, type IngressObjects } from '../ingress/served.ts';
import { regexCode } from '../regex-code.ts';
import { ingressNginxAbout } from './about.ts';
import { annotationsOf } from './annotations.ts';
import { isRegex, serversOf, type Location, type Server } from './servers.ts';

export const NO_HOST: L7Action = { kind: 'respond', status: 404, because: 'no-host' };

/** A host for which nobody here knows the answer, for something in an Ingress. */
export function unknownHost(
  name: string,
  field: string,
  { ingress, origin }: { readonly ingress: Ingress; readonly origin: Origin },
): VirtualHost {
  const unknown = { field, object: ingress.name };
  const route = { id: 'server', match: {}, filters: [], action: NO_HOST, origin, unknown };
  return {
    id: `server ${name}`,
    names: [{ name, wildcard: 'any-labels' }],
    routes: [route],
    otherwise: NO_HOST,
    origin,
  };
}

/** Names that annotations give to servers, where no server has them. */
export function otherNames(
  ingresses: readonly Ingress[],
  servers: ReadonlyMap<string, Server>,
): readonly VirtualHost[] {
  const made = new Map<string, VirtualHost>();
  const add = (host: string, annotation: string, ingress: Ingress): void => {
    // Whom an expression or `www.*` means is not read: it may be anybody that no other name means.
    const name = host.startsWith('~') || host.endsWith('*') ? '*' : host;
    if (servers.has(name) || made.has(name)) return;
    const field = ingressNginxAbout.ingress.annotations + annotation;
    const origin = annotationsOf(ingress).originOf(annotation);
    made.set(name, unknownHost(name, field, { ingress, origin }));
  };
  for (const ingress of ingresses) {
    const { aliases, fromToWww } = annotationsOf(ingress);
    const hosts = ingress.rules.flatMap(({ host }) => host ?? []);
    if (hosts.length > 0) for (const alias of aliases) add(alias, 'server-alias', ingress);
    if (!fromToWww) continue;
    for (const host of hosts) {
      add(host.startsWith('www.') ? host.slice(4) : `www.${host}`, 'from-to-www-redirect', ingress);
    }
  }
  return [...made.values()];
}

interface Expression {
  readonly location: Location;
  /** `wrong`: nginx cannot compile it; `unread`: nginx may, and RE2 cannot. */
  readonly reading: 'wrong' | 'unread';
}

/** The paths that are regular expressions, as far as they cannot be read. */
export function expressionsOf(servers: ReadonlyMap<string, Server>): readonly Expression[] {
  return [...servers.values()].flatMap(({ locations }) => {
    if (!locations.some(isRegex)) return [];
    const { pattern, wrongForPcre } = regexCode.need();
    return locations.flatMap((location): readonly Expression[] => {
      const source = `^${location.path}`;
      if (pattern(source, true) !== undefined) return [];
      return [{ location, reading: wrongForPcre(source) ? 'wrong' : 'unread' }];
    });
  });
}

/** What there is to say of paths. */
export function pathNotes(cluster: IngressObjects): readonly L7Note[] {
  const ingresses = servedBy(cluster, ingressNginxAbout.ingress);
  const servers = serversOf(ingresses.filter((one) => annotationsOf(one).canary === undefined));
  return expressionsOf(servers).map(({ location: { path, ingress, origin }, reading }) => ({
    severity: reading === 'wrong' ? 'error' : 'warning',
    code: reading === 'wrong' ? 'ingress/expression-wrong' : 'ingress/expression-unread',
    params: { path, ingress: ingress.name, controller: ingressNginxAbout.label },
    origin: { ...origin, path: [...(origin.path ?? []), 'path'] },
  }));
}
