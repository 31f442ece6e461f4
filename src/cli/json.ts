/** The JSON documents of CONTRACT: shapes that people script against. */
import type { Diagnostic } from '../sim/base/diagnostic.ts';
import type { LocatedOrigin } from '../sim/base/origin.ts';
import type { Simulation } from '../sim/simulate.ts';
import type { Reason } from '../sim/trace/reasons.ts';
import type { Step, Trace } from '../sim/trace/trace.ts';
import type { NearMiss } from '../sim/policy/near-miss.ts';
import { nearMissJson } from './policy-report.ts';
import type { CliTexts } from './texts.ts';

export function diagnosticJson(d: Diagnostic, texts: CliTexts): object {
  return {
    code: d.code,
    severity: d.severity,
    message: texts.diagnostic(d),
    ...(d.range === undefined
      ? {}
      : {
          file: d.range.file,
          line: d.range.line,
          column: d.range.column,
          endLine: d.range.endLine,
          endColumn: d.range.endColumn,
        }),
    ...(d.object === undefined ? {} : { object: d.object }),
  };
}

function originJson(origin: LocatedOrigin | undefined): object | null {
  if (origin === undefined) return null;
  const { object, range, via, path, by } = origin;
  return {
    object: {
      kind: object.kind,
      ...(object.namespace === undefined ? {} : { namespace: object.namespace }),
      name: object.name,
    },
    ...(path === undefined ? {} : { path: path.join('.') }),
    ...(via === undefined || via.length === 0 ? {} : { via }),
    ...(by === undefined ? {} : { by }),
    ...(range === undefined ? {} : range),
  };
}

function reasonJson(reason: Reason, origin: LocatedOrigin | undefined, texts: CliTexts): object {
  return { code: reason.code, params: reason.params, text: texts.reason(reason), origin: originJson(origin) };
}

function stepJson(step: Step, texts: CliTexts): object {
  const { reason, origin, packet, before, ...rest } = step;
  return {
    ...rest,
    reason: reasonJson(reason, origin, texts),
    ...(packet === undefined ? {} : { packet }),
    ...(before === undefined ? {} : { before }),
  };
}

/** The cloud's load balancer is a place of its own. */
function named<T extends { readonly at: string }>(record: T): T {
  return record.at === 'external/loadbalancer' ? { ...record, at: 'loadbalancer' } : record;
}

/** The document of `walk --json`, without its diagnostics. */
export function walkJson(trace: Trace, texts: CliTexts, near: NearMiss | undefined): Record<string, unknown> {
  const decided = trace.steps[trace.decidedBy];
  return {
    verdict: trace.verdict,
    clientSees: trace.clientSees,
    ...(trace.http === undefined ? {} : { http: trace.http }),
    policy: near === undefined ? trace.policy : { ...trace.policy, nearMiss: nearMissJson(near, texts) },
    reason: reasonJson(trace.reason, decided?.origin, texts),
    decidedBy: trace.decidedBy,
    ...(trace.server === undefined ? {} : { server: trace.server }),
    choices: trace.choices.map(named),
    nat: trace.nat.map(named),
    ...(trace.dns === undefined ? {} : { dns: trace.dns }),
    ...(trace.connections === undefined ? {} : { connections: trace.connections }),
    segments: trace.segments,
    exchanges: trace.exchanges,
    wire: trace.wire,
    steps: trace.steps.map((s) => stepJson(s, texts)),
  };
}

/** The document of `objects --json`, without its diagnostics. */
export function objectsJson({ cluster }: Simulation): Record<string, unknown> {
  return {
    nodes: cluster.nodes.map((n) => ({
      name: n.name,
      ip: n.ips[0] ?? null,
      podCIDR: n.podCIDRs[0] === undefined ? null : `${n.podCIDRs[0].ip}/${n.podCIDRs[0].prefixLength}`,
    })),
    pods: cluster.pods.map((p) => ({
      namespace: p.namespace,
      name: p.name,
      node: p.node ?? null,
      ip: p.ips[0] ?? null,
      ips: p.ips,
      phase: p.phase,
      ready: p.ready,
      listening: p.phase === 'Running' ? p.listening.map((l) => `${l.port}/${l.protocol}`) : [],
    })),
    services: cluster.services.map((s) => ({
      namespace: s.namespace,
      name: s.name,
      type: s.type,
      clusterIPs: s.headless ? ['None'] : s.clusterIPs,
      ...(s.externalIPs === undefined ? {} : { externalIPs: s.externalIPs }),
      ...(s.loadBalancerIngress === undefined ? {} : { loadBalancer: s.loadBalancerIngress }),
      ...(s.healthCheckNodePort === undefined ? {} : { healthCheckNodePort: s.healthCheckNodePort }),
      ports: s.ports.map((p) => ({
        ...(p.name === '' ? {} : { name: p.name }),
        protocol: p.protocol,
        port: p.port,
        targetPort: p.targetPort,
        ...(p.nodePort === undefined ? {} : { nodePort: p.nodePort }),
      })),
      endpoints: cluster.endpointSlices
        .filter((e) => e.namespace === s.namespace && e.service === s.name)
        .flatMap((e) =>
          e.endpoints.flatMap((endpoint) =>
            endpoint.addresses.flatMap((ip) =>
              e.ports.map((p) => ({
                ip,
                port: p.port,
                ...(p.name === '' ? {} : { name: p.name }),
                pod: endpoint.pod ?? null,
                ready: endpoint.ready,
              })),
            ),
          ),
        ),
    })),
    objects: cluster.objects.map((o) => ({
      apiVersion: o.apiVersion,
      kind: o.kind,
      metadata: o.metadata,
      status: o.status ?? null,
    })),
    refused: cluster.refused,
    events: cluster.events,
  };
}
