/** What a person types as source and target of a probe, read the way the tool would read it. */
import { parseIp, type Ip } from '../base/ip.ts';
import { diagnosticOf, type ProbeProblem } from './problem.ts';
import type { ClusterState, Pod, ProbeSpec } from '../k8s/cluster-state.ts';

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
    return diagnosticOf('probe/pod-not-running', { name: `${pod.namespace}/${pod.name}` });
  }
  return { netns: pod.hostNetwork ? `node/${pod.node}` : `${pod.namespace}/${pod.name}`, kind: 'pod', pod };
}

/** The pod of that name, or the first pod that the named workload owns. */
export function findPod(cluster: ClusterState, name: string): Pod | undefined {
  const slash = name.indexOf('/');
  const namespace = slash < 0 ? 'default' : name.slice(0, slash);
  const own = slash < 0 ? name : name.slice(slash + 1);
  const inNamespace = cluster.pods.filter((p) => p.namespace === namespace);
  return (
    inNamespace.find((p) => p.name === own) ?? inNamespace.find((p) => p.owners.some((o) => o.name === own))
  );
}

/** Splits `host:port` and `[v6]:port`; a bare address keeps its colons. */
function splitPort(text: string): { readonly host: string; readonly port?: number } | undefined {
  const v6 = /^\[([^\]]+)\](?::(\d+))?$/.exec(text);
  const plain =
    v6 ?? (parseIp(text) === undefined ? /^([^:]*)(?::(\d+))?$/.exec(text) : [text, text, undefined]);
  if (plain === null) return undefined;
  const port = plain[2] === undefined ? undefined : Number(plain[2]);
  if (port !== undefined && (port < 1 || port > 65535)) return undefined;
  return { host: plain[1] ?? '', port };
}

/** Reads `to` of a probe: an IP, a name, `host:port`, a URL, `namespace/pod`, `node/NAME`, `external/NAME`. */
export function resolveTarget(cluster: ClusterState, spec: ProbeSpec): Target | ProbeProblem {
  const to = spec.to.trim();
  const url = /^(https?):\/\/([^/?#]+)([/?][^#]*)?/i.exec(to);
  if (url !== null) {
    const authority = splitPort(url[2] ?? '');
    if (authority === undefined || authority.host === '')
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
  if (/^[a-z]+:\/\//i.test(to)) return diagnosticOf('probe/bad-scheme', { target: to });
  const named = namedPlace(cluster, to);
  if (named !== undefined) {
    if (named.ip === undefined) return diagnosticOf('probe/no-address', { name: to });
    return { host: named.ip, ip: named.ip, port: spec.port ?? named.port, path: '/' };
  }
  const slash = to.indexOf('/');
  const split = splitPort(slash < 0 ? to : to.slice(0, slash));
  if (split === undefined || !/^[A-Za-z0-9._:-]+$/.test(split.host))
    return diagnosticOf('probe/bad-target', { target: to });
  if (slash >= 0 && spec.tool !== 'curl') return diagnosticOf('probe/unknown-pod', { name: to });
  return {
    host: split.host,
    ip: parseIp(split.host),
    port: spec.port ?? split.port,
    path: slash < 0 ? '/' : to.slice(slash),
  };
}

/** `namespace/pod[:port]`, `node/NAME[:port]`, `external/NAME[:port]`, as far as such a thing exists. */
function namedPlace(
  cluster: ClusterState,
  to: string,
): { readonly ip?: Ip; readonly port?: number } | undefined {
  const match = /^([a-z0-9.-]+)\/([a-z0-9.-]+)(?::(\d+))?$/.exec(to);
  if (match === null) return undefined;
  const [, space, name, portText] = match;
  const port = portText === undefined ? undefined : Number(portText);
  if (space === 'node') {
    const node = cluster.nodes.find((n) => n.name === name);
    return node === undefined ? undefined : { ip: node.ips[0], port };
  }
  if (space === 'external') {
    const host = cluster.settings.external.find((e) => e.name === name);
    return host === undefined ? undefined : { ip: host.ip, port };
  }
  const pod = findPod(cluster, `${space}/${name}`);
  return pod === undefined ? undefined : { ip: pod.ips[0], port };
}
