/**
 * CoreDNS as a program: reads the cluster's objects, and asks its upstream over the very network for what it does not
 * own. Models the plugins that decide an answer (see corefile.ts). Leaves out its cache (kubeadm's Corefile does not
 * cache the cluster's names), health checks of upstreams, connections kept open, and the shuffle of answers.
 */
import type { Ip } from '../base/ip.ts';
import { DEFAULT_COREFILE } from '../k8s/built-ins.ts';
import type { ClusterState } from '../k8s/cluster-state.ts';
import type { AppHandler, Process } from '../net/process.ts';
import { reason } from '../trace/reasons.ts';
import { ClusterZone } from './cluster-zone.ts';
import type { HostsPlugin, RewriteRule, ServerBlock } from './corefile.ts';
import { parseCorefile } from './corefile.ts';
import { nodeDns } from '../k8s/pod-dns.ts';
import type { Answer, Question } from './message.ts';
import { exchange, messageOf } from './exchange.ts';
import { failure, fit, found, inZone, normalName, nothing, record, reply } from './message.ts';

export { internetDns } from './internet.ts';

/** forward's read timeout, and how long it goes on trying (plugin/forward). */
const FORWARD_TIMEOUT_MS = 2000;
const FORWARD_DEADLINE_MS = 5000;

/** The Corefile in force: the ConfigMap's, or kubeadm's own. */
function corefileText(cluster: ClusterState): string {
  const map = cluster.configMaps.find((c) => c.namespace === 'kube-system' && c.name === 'coredns');
  return map?.data['Corefile'] ?? DEFAULT_COREFILE.replaceAll('{{domain}}', cluster.settings.dnsDomain);
}

/** The upstream, and the client's own question: `forward` goes on by the protocol that the client came by. */
interface Way {
  readonly upstream: Ip;
  readonly id: number;
  readonly proto: 'tcp' | 'udp';
}

interface Server {
  readonly block: ServerBlock;
  readonly zone: ClusterZone | undefined;
}

/** The program behind port 53 of the coredns pods. */
export function coreDns(cluster: ClusterState): AppHandler {
  let servers: readonly Server[] | undefined;
  // The pod's /etc/resolv.conf is the node's own (dnsPolicy: Default).
  const [upstream = ''] = nodeDns(cluster.settings).nameservers;
  const serverFor = (name: string): Server | undefined => {
    servers ??= parseCorefile(corefileText(cluster)).map((block) => ({
      block,
      zone: block.kubernetes === undefined ? undefined : new ClusterZone(cluster, block.kubernetes),
    }));
    let best: { server: Server; length: number } | undefined;
    for (const server of servers) {
      for (const zone of server.block.zones) {
        if (inZone(name, zone) && (best === undefined || zone.length > best.length)) {
          best = { server, length: zone.length };
        }
      }
    }
    return best?.server;
  };

  return function* (request, _peer, { proto }) {
    if (request.kind !== 'dns' || request.response) return undefined;
    const asked = { name: normalName(request.question.name), type: request.question.type };
    const server = serverFor(asked.name);
    if (server === undefined) return fit(reply(request, failure('REFUSED')), request, proto);
    const rule = server.block.rewrites.find((r) => rewritten(r, asked.name) !== undefined);
    const name = rule === undefined ? asked.name : (rewritten(rule, asked.name) ?? asked.name);
    const answer = yield* resolve(
      server,
      { name, type: asked.type },
      { upstream, id: request.id, proto: proto === 'udp' ? 'udp' : 'tcp' },
    );
    return fit(
      reply(request, name === asked.name ? answer : renamed(answer, name, asked.name)),
      request,
      proto,
    );
  };
}

/** What a rewrite rule makes of a name; undefined where it does not apply. */
function rewritten(rule: RewriteRule, name: string): string | undefined {
  switch (rule.match) {
    case 'exact':
      return name === rule.from ? rule.to : undefined;
    case 'suffix':
      return name.endsWith(rule.from) ? name.slice(0, name.length - rule.from.length) + rule.to : undefined;
    case 'prefix':
      return name.startsWith(rule.from) ? rule.to + name.slice(rule.from.length) : undefined;
    case 'substring':
      return name.includes(rule.from) ? name.replaceAll(rule.from, rule.to) : undefined;
    default:
      return rule.match satisfies never;
  }
}

/** The client sees the name that it asked for. */
function renamed(answer: Answer, from: string, to: string): Answer {
  return { ...answer, answers: answer.answers.map((r) => (r.name === from ? { ...r, name: to } : r)) };
}

/** The chain of plugins, in the order of CoreDNS' plugin.cfg: hosts, kubernetes, forward. */
function* resolve(server: Server, question: Question, way: Way): Process<Answer> {
  const { block, zone } = server;
  if (block.hosts !== undefined) {
    const answer = fromHosts(block.hosts, question);
    if (answer !== undefined) return answer;
  }
  const result = zone?.ask(question) ?? { kind: 'pass' };
  if (result.kind === 'answer') return result.answer;
  if (result.kind === 'chase') {
    const rest = yield* resolve(server, { name: result.target, type: question.type }, way);
    return found([result.cname, ...rest.answers]);
  }
  return yield* forward(block, question, way);
}

function fromHosts(hosts: HostsPlugin, question: Question): Answer | undefined {
  const ips = hosts.entries.filter((e) => e.names.includes(question.name)).map((e) => e.ip);
  const type = question.type;
  const answers = ips
    .filter((ip) => type === (ip.includes(':') ? 'AAAA' : 'A'))
    .map((ip) => record(question.name, type, hosts.ttl, ip));
  if (answers.length > 0) return found(answers);
  if (ips.length > 0) return nothing('NOERROR', undefined);
  return hosts.fallthrough ? undefined : nothing('NXDOMAIN', undefined);
}

function* forward(block: ServerBlock, question: Question, { upstream, id, proto }: Way): Process<Answer> {
  const plugin = block.forwards.find(
    (f) => inZone(question.name, f.zone) && !f.except.some((z) => inZone(question.name, z)),
  );
  if (plugin === undefined || plugin.to.length === 0) return failure('SERVFAIL');
  const addresses = plugin.to.map((to) => (to === 'resolv.conf' ? upstream : to));
  for (let spent = 0, tries = 0; spent < FORWARD_DEADLINE_MS; spent += FORWARD_TIMEOUT_MS, tries++) {
    const ip = addresses[tries % addresses.length] ?? upstream;
    yield {
      call: 'note',
      step: { reason: reason('process.forward-dns', { name: question.name, upstream: `${ip}:53` }) },
    };
    yield { call: 'segment', purpose: 'upstream-dns', label: `${question.type} ${question.name}` };
    const result = yield* exchange(question, ip, { id, proto, timeoutMs: FORWARD_TIMEOUT_MS });
    const message = messageOf(result);
    if (message !== undefined) {
      const { rcode, authoritative, answers, authority } = message;
      return { rcode, authoritative, answers, authority };
    }
    if (result?.ok === false && result.error !== 'timeout' && tries + 1 >= addresses.length) break;
  }
  return failure('SERVFAIL');
}
