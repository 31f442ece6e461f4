/** What a person types as source and target of a probe, read the way the tool would read it. */
import { parseIp, type Ip } from '../base/ip.ts';
import { diagnosticOf, type ProbeProblem } from './problem.ts';
import type { ProbeQuestion } from './options.ts';
import type { ClusterState, Pod } from '../k8s/cluster-state.ts';

export interface Source {
  readonly netns: string;
  /** Present for a pod. */
  readonly pod?: Pod;
  readonly kind: 'pod' | 'node' | 'external';
}

export interface Target {
  /** Literal address, or undefined when `host` has to be resolved. */
  readonly ip?: Ip;
  readonly host: string;
  readonly port?: number;
  readonly scheme?: 'http' | 'https';
  readonly path: string;
}

/** `namespace/pod`, `namespace/deployment` (its first pod), a bare pod name of `default`, `node/NAME`, `external/NAME`. */
export function resolveSource(cluster: ClusterState, from: string): Source | ProbeProblem {
  const [first, ...rest] = from.split('/');
  const name = rest.join('/');
  if (first === 'node') {
    return cluster.nodes.some((n) => n.name === name)
      ? { netns: `node/${name}`, kind: 'node' }
      : diagnosticOf('probe/unknown-node', { name });
  }
  if (first === 'external') {
    return cluster.settings.external.some((e) => e.name === name)
      ? { netns: `external/${name}`, kind: 'external' }
      : diagnosticOf('probe/unknown-external', { name });
  }
  const pod = findPod(cluster, from);
  if (pod === undefined) return diagnosticOf('probe/unknown-pod', { name: from });
  if (pod.node === undefined || pod.ips.length === 0 || pod.phase !== 'Running') {
    return diagnosticOf('probe/pod-not-running', {
      name: `${pod.namespace}/${pod.name}`,
      phase: pod.phase,
    });
  }
  return { netns: pod.hostNetwork ? `node/${pod.node}` : `${pod.namespace}/${pod.name}`, kind: 'pod', pod };
}

/** The pod of that name, or the first pod that the named workload owns. */
export function findPod(cluster: ClusterState, name: string): Pod | undefined {
  const slash = name.indexOf('/');
  const namespace = slash < 0 ? 'default' : name.slice(0, slash);
  const own = slash < 0 ? name : name.slice(slash + 1);
  return (
    cluster.pods.find((p) => p.name === own && p.namespace === namespace) ??
    cluster.pods.find((p) => p.namespace === namespace && p.owners.some((o) => o.name === own))
  );
}

/** A name that a resolver would ask for: labels of 1 to 63 characters; one of digits alone at the end is an odd address. */
function isHostName(host: string): boolean {
  const labels = host.replace(/\.$/, '').split('.');
  return (
    host.length <= 254 &&
    labels.every((label) => /^[A-Za-z0-9_-]{1,63}$/.test(label)) &&
    !/^(\d+|0x[0-9a-f]*)$/i.test(labels.at(-1) ?? '')
  );
}

/** Splits `host:port` and `[v6]:port`; a bare address keeps its colons. */
function splitPort(text: string): { readonly host: string; readonly port?: number } | undefined {
  const plain = /^\[([^\]]+)\](?::(\d+))?$/.exec(text) ?? /^([^:]*)(?::(\d+))?$/.exec(text);
  if (plain === null) return parseIp(text) === undefined ? undefined : { host: text };
  const port = plain[2] === undefined ? undefined : Number(plain[2]);
  if (port !== undefined && (port < 1 || port > 65535)) return undefined;
  return { host: plain[1] ?? '', port };
}

/** Reads `to` of a probe: an IP, a name, `host:port`, a URL, `namespace/pod`, `node/NAME`, `external/NAME`. */
export function resolveTarget(cluster: ClusterState, spec: ProbeQuestion): Target | ProbeProblem {
  const to = spec.to.trim();
  const url = /^(https?):\/\/([^/?#]+)([/?][^#]*)?/i.exec(to);
  if (url !== null) {
    const authority = splitPort(url[2] ?? '');
    if (authority === undefined || (parseIp(authority.host) === undefined && !isHostName(authority.host)))
      return diagnosticOf('probe/bad-target', { target: to });
    const scheme = url[1]?.toLowerCase() === 'https' ? 'https' : 'http';
    return {
      host: authority.host,
      ip: parseIp(authority.host),
      port: spec.port ?? authority.port ?? (scheme === 'https' ? 443 : 80),
      scheme,
      path: url[3] === undefined ? '/' : url[3].startsWith('/') ? url[3] : `/${url[3]}`,
    };
  }
  if (/^https?:\/\//i.test(to)) return diagnosticOf('probe/bad-target', { target: to });
  if (/^[a-z]+:\/\//i.test(to)) return diagnosticOf('probe/bad-scheme', { target: to });
  const named = namedPlace(cluster, to);
  if (named !== undefined) {
    if ('problem' in named) return named;
    return { host: named.ip, ip: named.ip, port: spec.port ?? named.port, path: '/' };
  }
  const slash = to.indexOf('/');
  const split = splitPort(slash < 0 ? to : to.slice(0, slash));
  const ip = parseIp(split?.host ?? '');
  // dig also asks for what is no host's name: 10.0.96.10.in-addr.arpa, _http._tcp.web.
  if (split === undefined || (ip === undefined && !isHostName(split.host)))
    return diagnosticOf('probe/bad-target', { target: to });
  if (slash >= 0 && (spec.tool !== 'curl' || cluster.namespaces.some((n) => n.name === split.host)))
    return diagnosticOf('probe/unknown-pod', { name: to });
  return {
    host: split.host,
    ip,
    port: spec.port ?? split.port,
    path: slash < 0 ? '/' : to.slice(slash),
  };
}

/** `namespace/pod[:port]`, `node/NAME[:port]`, `external/NAME[:port]`. Undefined where the text is none of these. */
function namedPlace(
  cluster: ClusterState,
  to: string,
): { readonly ip: Ip; readonly port?: number } | ProbeProblem | undefined {
  const match = /^([a-z0-9.-]+)\/([a-z0-9.-]+)(?::(\d+))?$/.exec(to);
  if (match === null) return undefined;
  const [, space = '', name = '', portText] = match;
  const port = portText === undefined ? undefined : Number(portText);
  if (port !== undefined && (port < 1 || port > 65535))
    return diagnosticOf('probe/bad-target', { target: to });
  let ip: Ip | undefined;
  if (space === 'node') {
    const node = cluster.nodes.find((n) => n.name === name);
    if (node === undefined) return diagnosticOf('probe/unknown-node', { name });
    ip = node.ips[0];
  } else if (space === 'external') {
    const host = cluster.settings.external.find((e) => e.name === name);
    if (host === undefined) return diagnosticOf('probe/unknown-external', { name });
    ip = host.ips[0];
  } else {
    const pod = findPod(cluster, `${space}/${name}`);
    if (pod === undefined) return undefined;
    ip = pod.ips[0];
  }
  return ip === undefined ? diagnosticOf('probe/no-address', { name: `${space}/${name}` }) : { ip, port };
}
