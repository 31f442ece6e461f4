import type { Messages } from '../../i18n/en.ts';
import type { ProbeSpec, ProbeTool } from '../../sim/k8s/cluster-state.ts';
import type { ClusterView } from '../../worker/protocol.ts';
import type { Choice } from '../kit/Combobox.tsx';

/** Who can send: pods by namespace (one's own first), nodes, hosts outside. */
export function fromChoices(cluster: ClusterView, t: Messages['probe']): readonly Choice[] {
  const namespaces = [...new Set(cluster.pods.map((p) => p.namespace))];
  const own = (ns: string): boolean => cluster.pods.some((p) => p.namespace === ns && !p.builtIn);
  namespaces.sort((a, b) => Number(own(b)) - Number(own(a)) || rank(a) - rank(b) || a.localeCompare(b));
  return [
    ...namespaces.flatMap((ns) =>
      cluster.pods
        .filter((p) => p.namespace === ns)
        .map(
          (p): Choice => ({
            value: `${ns}/${p.name}`,
            label: p.name,
            note: p.ip ?? p.phase,
            group: t.namespace({ name: ns }),
            icon: 'pod',
            also: `${ns} ${p.shortName}`,
          }),
        ),
    ),
    ...cluster.nodes.map(
      (n): Choice => ({ value: `node/${n.name}`, label: n.name, note: n.ip, group: t.nodes, icon: 'node' }),
    ),
    ...cluster.external.map(
      (e): Choice => ({
        value: `external/${e.name}`,
        label: e.name,
        note: e.ips[0] ?? '',
        group: t.outside,
        icon: 'outside',
        also: e.dnsNames.join(' '),
      }),
    ),
  ];
}

function rank(namespace: string): number {
  return namespace === 'default' ? 0 : 1;
}

/** The namespace from which short Service names resolve. */
function namespaceOf(from: string): string | undefined {
  const slash = from.indexOf('/');
  const first = slash < 0 ? '' : from.slice(0, slash);
  return first === 'node' || first === 'external' || first === '' ? undefined : first;
}

/** How a tool names a port of a host. */
function address(tool: ProbeTool, host: string, port: number | undefined): string {
  if (tool === 'ping' || tool === 'dig') return host;
  if (tool === 'curl')
    return port === undefined || port === 80 ? `http://${host}/` : `http://${host}:${port}/`;
  return port === undefined ? host : `${host}:${port}`;
}

/** TLS is not modelled: nobody is offered plain HTTP to a port that expects a handshake. */
function speaksTls(port: { readonly name?: string; readonly port: number }): boolean {
  return port.port === 443 || port.port === 6443 || port.name === 'https';
}

/** What a tool can sensibly be pointed at from this sender, as that sender would type it. */
export function targetChoices(
  cluster: ClusterView,
  probe: ProbeSpec,
  t: Messages['probe'],
): readonly Choice[] {
  const { tool, from } = probe;
  const home = namespaceOf(from);
  const domain = cluster.settings.dnsDomain;
  const services: Choice[] = [];
  const fqdns: Choice[] = [];
  const ips: Choice[] = [];
  for (const s of [...cluster.services].sort((a, b) => Number(a.builtIn) - Number(b.builtIn))) {
    const note = `${s.namespace}/${s.name}`;
    const short = s.namespace === home ? s.name : `${s.name}.${s.namespace}`;
    const ports =
      tool === 'ping' || tool === 'dig'
        ? [undefined]
        : s.ports.filter((p) => p.protocol === 'TCP' && !(tool === 'curl' && speaksTls(p)));
    for (const p of ports) {
      // Outside the cluster nobody asks the cluster's DNS.
      if (home !== undefined || tool === 'dig') {
        services.push({ value: address(tool, short, p?.port), note, group: t.services, icon: 'service' });
        fqdns.push({
          value: address(tool, `${s.name}.${s.namespace}.svc.${domain}`, p?.port),
          note,
          group: t.names,
          icon: 'service',
        });
      }
      if (s.clusterIP !== undefined && s.clusterIP !== 'None' && tool !== 'dig') {
        ips.push({
          value: address(tool, s.clusterIP, p?.port),
          note,
          group: t.addresses,
          icon: 'service',
          also: s.name,
        });
      }
      for (const ip of tool === 'dig' ? [] : s.outsideIps) {
        ips.push({
          value: address(tool, ip, p?.port),
          note,
          group: t.addresses,
          icon: 'outside',
          also: `${s.name} LoadBalancer`,
        });
      }
      if (p?.nodePort !== undefined) {
        for (const n of cluster.nodes) {
          ips.push({
            value: address(tool, n.ip, p.nodePort),
            note: `${n.name}, ${s.name}`,
            group: t.addresses,
            icon: 'node',
            also: 'nodePort',
          });
        }
      }
    }
  }
  if (tool === 'dig') return unique([...services, ...fqdns, ...outsideNames(cluster, tool, t)]);
  const pods = [...cluster.pods]
    .sort((a, b) => Number(a.builtIn) - Number(b.builtIn))
    .flatMap((p): Choice[] => {
      if (p.ip === undefined || `${p.namespace}/${p.name}` === from) return [];
      const tcp = p.listening.filter((l) => l.protocol === 'TCP' && !(tool === 'curl' && speaksTls(l)));
      const ports = tool === 'ping' || p.listening.length === 0 ? [undefined] : tcp.map((l) => l.port);
      return ports.map((port) => ({
        value: address(tool, p.ip ?? '', port),
        note: `${p.namespace}/${p.shortName}`,
        group: t.pods,
        icon: 'pod',
        also: p.name,
      }));
    });
  const localhost: Choice[] = [
    { value: address(tool, 'localhost', undefined), group: t.addresses, icon: 'dot', note: 'lo' },
  ];
  return unique([...services, ...pods, ...fqdns, ...ips, ...localhost, ...outsideNames(cluster, tool, t)]);
}

function outsideNames(cluster: ClusterView, tool: ProbeTool, t: Messages['probe']): Choice[] {
  return cluster.external.flatMap((e) =>
    [...(tool === 'dig' ? [] : e.ips), ...e.dnsNames].map(
      (host): Choice => ({
        value: address(tool, host, undefined),
        note: e.name,
        group: t.outside,
        icon: 'outside',
      }),
    ),
  );
}

function unique(choices: readonly Choice[]): readonly Choice[] {
  const seen = new Set<string>();
  return choices.filter((c) => !seen.has(c.value) && seen.add(c.value) !== undefined);
}

/** The same target for another tool: `http://web:8080/` is `web:8080` for nc and `web` for ping and dig. */
export function retarget(to: string, tool: ProbeTool): string {
  if (to === '') return to;
  const url = /^https?:\/\/(\[[^\]]+\]|[^:/]+)(?::(\d+))?/.exec(to);
  const plain = /^(\[[^\]]+\]|[^:/]+)(?::(\d+))?$/.exec(to);
  const host = url?.[1] ?? plain?.[1];
  if (host === undefined) return to;
  const port =
    url?.[2] ??
    plain?.[2] ??
    (url !== null && to.startsWith('https') ? '443' : url !== null ? '80' : undefined);
  if (tool === 'nc') return port === undefined ? host : `${host}:${port}`;
  if (tool === 'ping' || tool === 'dig') return host.replace(/^\[|\]$/g, '');
  return url !== null ? to : address('curl', host, port === undefined ? undefined : Number(port));
}
