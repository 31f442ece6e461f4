/**
 * What an L7 proxy was told to do: hosts, ordered routes, filters, backends. An ingress controller, a Gateway or a mesh
 * writes it; `proxy.ts` reads it and knows HTTP alone. Like a chain of rules it is read from the top, and the first route
 * that matches decides: the writer brings its API's precedence into that order.
 */
import type { Cidr, Ip } from '../base/ip.ts';
import type { Origin } from '../base/origin.ts';

export interface L7Listener {
  readonly port: number;
  readonly hosts: readonly VirtualHost[];
  /** What is done with a request for which no host is there. */
  readonly otherwise: L7Action;
}

export interface VirtualHost {
  /** Key of the row, as the proxy's own configuration names it: `server shop.example.com`. */
  readonly id: string;
  /** `*` takes every host. */
  readonly names: readonly HostName[];
  readonly routes: readonly L7Route[];
  /** What is done with a request that no route takes. */
  readonly otherwise: L7Action;
  readonly origin: Origin;
}

/** `*.example.com` stands for one label (Ingress) or for any number of them (Gateway API). */
export interface HostName {
  readonly name: string;
  readonly wildcard: 'one-label' | 'any-labels';
}

export interface L7Route {
  /** Key of the row: `location /api`. */
  readonly id: string;
  readonly match: RouteMatch;
  readonly filters: readonly L7Filter[];
  readonly action: L7Action;
  readonly origin: Origin;
  /** Something that nobody here can read or do: a request that comes here has no known answer. */
  readonly unknown?: { readonly field: string; readonly object: string };
}

/** All that is given has to hold. */
export interface RouteMatch {
  readonly path?: PathMatch;
  readonly method?: string;
  readonly headers?: readonly ValueMatch[];
  readonly cookies?: readonly ValueMatch[];
  readonly query?: readonly ValueMatch[];
}

/**
 * `elements`: whole path elements, a trailing slash of either side ignored (Ingress and Gateway API's prefix). `text`: the
 * path begins with it (nginx' location without a modifier). A `regex` may end anywhere, a `whole-regex` takes all of it.
 */
export interface PathMatch {
  readonly how: 'exact' | 'elements' | 'text' | 'regex' | 'whole-regex';
  readonly value: string;
  /** Of a regular expression. */
  readonly ignoreCase?: boolean;
}

export interface ValueMatch {
  readonly name: string;
  readonly how: 'exact' | 'regex' | 'present';
  readonly value: string;
}

export type L7Filter =
  | {
      readonly kind: 'request-headers' | 'response-headers';
      readonly set: readonly (readonly [string, string])[];
      readonly add: readonly (readonly [string, string])[];
      readonly remove: readonly string[];
      readonly origin: Origin;
    }
  | {
      readonly kind: 'rewrite';
      readonly host?: string;
      readonly path?: PathRewrite;
      readonly origin: Origin;
    }
  | { readonly kind: 'mirror'; readonly to: Backend; readonly origin: Origin };

export type PathRewrite =
  | { readonly how: 'full'; readonly value: string }
  /** Replaces what a prefix match took. */
  | { readonly how: 'prefix'; readonly prefix: string; readonly value: string }
  /** `$1` are the groups of the expression. */
  | {
      readonly how: 'regex';
      readonly pattern: string;
      readonly ignoreCase?: boolean;
      readonly value: string;
    };

export type L7Action =
  | {
      readonly kind: 'backends';
      readonly backends: readonly Backend[];
      /** Where it differs from the program's own. */
      readonly patience?: Partial<Patience>;
      /** For the whole answer, tries included. */
      readonly deadlineMs?: number;
      /** Answers after which another try is made. */
      readonly retryOn?: readonly number[];
      /** Who may ask: the addresses that connect to the proxy. Others get `status`. */
      readonly sources?: Sources;
    }
  | {
      readonly kind: 'respond';
      readonly status: number;
      readonly headers?: readonly (readonly [string, string])[];
      readonly body?: string;
      /** Why, in one word that i18n knows. */
      readonly because: RespondBecause;
      readonly origin?: Origin;
    }
  | {
      readonly kind: 'redirect';
      readonly status: number;
      readonly scheme?: 'http' | 'https';
      readonly host?: string;
      readonly port?: number;
      readonly path?: PathRewrite;
      /** The query is not taken along. */
      readonly dropQuery?: boolean;
      /** The whole address, in place of its parts. */
      readonly to?: string | PathRewrite;
      readonly origin: Origin;
    };

/** How long a proxy waits for a server, and how often it tries in all. */
export interface Patience {
  readonly connectTimeoutMs: number;
  readonly readTimeoutMs: number;
  readonly tries: number;
}

export interface Sources {
  readonly allow: readonly Cidr[];
  readonly status: number;
  readonly origin: Origin;
}

export type RespondBecause =
  | 'no-host'
  | 'no-route'
  | 'no-service'
  | 'no-port'
  | 'no-endpoints'
  | 'resource-backend'
  | 'no-backend'
  | 'invalid-filter'
  | 'denied'
  | 'source-not-allowed'
  | 'invalid-reference';

/** Where a share of the requests goes. */
export interface Backend {
  /** `namespace/name:port` of the Service. */
  readonly service: string;
  /** Share of the requests among the backends of one action. */
  readonly weight: number;
  readonly endpoints: readonly BackendEndpoint[];
  /** What is answered where nobody can be asked. */
  readonly otherwise: Extract<L7Action, { readonly kind: 'respond' }>;
  readonly origin: Origin;
}

export interface BackendEndpoint {
  readonly ip: Ip;
  readonly port: number;
  /** `namespace/name` */
  readonly pod?: string;
}
