/**
 * A look-up in an endpoint's policy map (bpf/lib/policy.h): the longest prefix for the sender's (or target's) identity, and
 * the longest for anybody. A denial goes before what allows, an entry of a proxy before one without, and of two alike the
 * longer prefix. No entry is a refusal.
 * Left open: what a proxy makes of a connection, and addresses that are allowed or denied only once their names are learnt.
 */
import type { Found, PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import type { EndpointValue, PolicyValue, Unresolved } from '../maps.ts';
import { FIRST_CIDR_IDENTITY, isWorld, policyMapName } from '../names.ts';
import { policyEntry, policyKeys, type PolicyQuestion } from '../policy-lookup.ts';
import { portCandidates } from '../policy-ports.ts';
import { dropText, protocolOf } from './common.ts';

type Endpoint = Pick<EndpointValue, 'id' | 'pod' | 'isolatedBy' | 'unresolved'>;

/** `drop`: refused. `proxyPort`: allowed, and the proxy is asked for the rest. Neither: allowed. */
export interface PolicyAnswer {
  readonly drop?: TcVerdict;
  readonly proxyPort?: number;
}

export function policyVerdict(
  ctx: PacketContext,
  program: string,
  endpoint: Endpoint,
  direction: 'ingress' | 'egress',
  identity: number,
): PolicyAnswer {
  const map = { map: policyMapName(endpoint.id) } as { readonly map: string; readonly value?: PolicyValue };
  const question: PolicyQuestion = { direction, identity, ...portAsked(ctx) };
  const [exact = ''] = policyKeys(question);
  const found = ctx.lookup(map, policyEntry((key) => ctx.peek(map, key), question)?.key ?? exact);
  const open = learntLater(endpoint, question, found?.value);
  if (open !== undefined) {
    const why = reason('unknown.field', { field: open.field, object: open.object });
    return { drop: { act: 'shot', why, details: { origin: open.origin } } };
  }
  return found === undefined || found.value.deny === true
    ? { drop: refuse(ctx, program, endpoint, direction, found) }
    : admit(ctx, endpoint, direction, found);
}

function portAsked(ctx: PacketContext): Pick<PolicyQuestion, 'proto' | 'port'> {
  const { l4 } = ctx.packet;
  const proto = protocolOf(ctx.packet) ?? 'ANY';
  if (l4?.proto === 'icmp' || l4?.proto === 'icmpv6') return { proto, port: l4.type };
  return { proto, port: l4?.proto === 'tcp' || l4?.proto === 'udp' ? l4.dport : 0 };
}

/** A rule that may change the answer once it is known whom it means. A denial stands whatever is learnt. */
function learntLater(
  { unresolved }: Endpoint,
  question: PolicyQuestion,
  found: PolicyValue | undefined,
): Unresolved | undefined {
  const outside = isWorld(question.identity) || question.identity >= FIRST_CIDR_IDENTITY;
  const may = unresolved[question.direction];
  if (!outside || may.length === 0 || found?.deny === true) return undefined;
  const ports = portCandidates(question.port, question.proto);
  return may.find(
    (one) => one.deny === (found !== undefined) && one.ports.some((port) => ports.includes(port)),
  );
}

function admit(
  ctx: PacketContext,
  { pod }: Endpoint,
  direction: 'ingress' | 'egress',
  { value, row, origin }: Found<PolicyValue>,
): PolicyAnswer {
  const { rule, open, proxyPort } = value;
  if (open !== undefined) {
    return { drop: { act: 'shot', why: reason('unknown.field', open), details: { rows: [row], origin } } };
  }
  const answer = proxyPort === undefined ? {} : { proxyPort };
  if (rule === undefined) return answer;
  const { policy, index, kind, list } = rule;
  ctx.note(
    'program',
    reason('policy.allow', {
      direction,
      policy,
      rule: index,
      pod,
      ...(kind !== undefined && { kind }),
      ...(list !== undefined && { list }),
    }),
    { rows: [row], origin },
  );
  return answer;
}

function refuse(
  ctx: PacketContext,
  program: string,
  { pod, isolatedBy }: Endpoint,
  direction: 'ingress' | 'egress',
  found: Found<PolicyValue> | undefined,
): TcVerdict {
  const rule = found?.value.rule;
  const code = found === undefined ? 133 : 181;
  ctx.note('program', reason('program.verdict', { program, act: 'shot', to: dropText(code) }));
  if (found !== undefined && rule !== undefined) {
    const { policy, index, kind, list } = rule;
    return {
      act: 'shot',
      why: reason('policy.deny', {
        direction,
        policies: policy,
        pod,
        rule: index,
        ...(kind !== undefined && { kind }),
        ...(list !== undefined && { list }),
      }),
      details: { rows: [found.row], origin: found.origin },
    };
  }
  const by = isolatedBy[direction];
  return {
    act: 'shot',
    why: reason('policy.deny', {
      direction,
      policies: by.map((one) => one.name).join(', '),
      pod,
      ...(by.some((one) => one.kind !== undefined) && {
        kinds: by.map((one) => one.kind ?? 'NetworkPolicy').join(', '),
      }),
    }),
    // No entry: what there is to show is who isolates the pod.
    details: { origin: by[0]?.origin },
  };
}
