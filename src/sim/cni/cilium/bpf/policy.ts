/**
 * A look-up in an endpoint's policy map (bpf/lib/policy.h): the longest prefix for the sender's (or target's) identity, and
 * the longest for anybody. A denial goes before what allows, an entry of a proxy before one without, and of two alike the
 * longer prefix. No entry is a refusal.
 * Left open: what a proxy makes of a connection, and addresses that are allowed or denied only once their names are learnt.
 */
import type { Found, PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import type { EndpointValue, PolicyValue } from '../maps.ts';
import { isIcmp, policyKey } from '../maps.ts';
import { FIRST_CIDR_IDENTITY, ID, isWorld, policyMapName } from '../names.ts';
import { portCandidates } from '../policy-map.ts';
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
  const side = direction === 'ingress' ? 'Ingress' : 'Egress';
  const ports = portsAsked(ctx);
  const longest = (id: number) => {
    const prefix = ports.findIndex((one) => ctx.peek(map, policyKey(side, id, one)) !== undefined);
    const key = policyKey(side, id, ports[prefix] ?? '');
    return prefix < 0 ? undefined : { key, prefix, rank: rankOf(ctx.peek(map, key)?.value) };
  };
  const own = longest(identity);
  const anybody = own?.rank === DENY ? undefined : longest(ID.any);
  const better =
    anybody !== undefined &&
    (own === undefined ||
      anybody.rank > own.rank ||
      (anybody.rank === own.rank && anybody.prefix < own.prefix));
  const key = better ? anybody.key : own?.key;
  const found = ctx.lookup(map, key ?? policyKey(side, identity, ports[0] ?? ''));
  const outside = isWorld(identity) || identity >= FIRST_CIDR_IDENTITY;
  const learnt = outside
    ? endpoint.unresolved[direction].filter((one) => one.ports.some((port) => ports.includes(port)))
    : [];
  const denied = found === undefined || found.value.deny === true;
  // A denial stands whatever is learnt; what is allowed may be denied, and what nobody names may be allowed.
  const open =
    found?.value.deny === true ? undefined : learnt.find((one) => one.deny === (found !== undefined));
  if (open !== undefined) {
    const why = reason('unknown.field', { field: open.field, object: open.object });
    return { drop: { act: 'shot', why, details: { origin: open.origin } } };
  }
  return denied
    ? { drop: refuse(ctx, program, endpoint, direction, found) }
    : admit(ctx, endpoint, direction, found);
}

const DENY = 2;

function rankOf(value: PolicyValue | undefined): number {
  if (value?.deny === true) return DENY;
  return value?.l7 === undefined && value?.open === undefined ? 0 : 1;
}

/** The keys' ports that may match the packet, the longest prefix first. */
function portsAsked(ctx: PacketContext): readonly string[] {
  const { l4 } = ctx.packet;
  const known = protocolOf(ctx.packet);
  if (known !== undefined && isIcmp(known)) {
    const type = l4?.proto === 'icmp' || l4?.proto === 'icmpv6' ? l4.type : 0;
    return portCandidates(type, known);
  }
  const port = l4?.proto === 'tcp' || l4?.proto === 'udp' ? l4.dport : 0;
  return portCandidates(port, known ?? 'ANY');
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
  };
}
