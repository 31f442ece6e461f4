/**
 * A look-up in an endpoint's policy map (bpf/lib/policy.h): the identity with the port, then anybody with the port, the
 * narrowest port first. No entry is a refusal.
 */
import type { PacketContext, TcVerdict } from '../../../net/program/context.ts';
import { reason } from '../../../trace/reasons.ts';
import type { EndpointValue, PolicyValue } from '../maps.ts';
import { isIcmp, policyKey } from '../maps.ts';
import { ID, policyMapName } from '../names.ts';
import { portCandidates } from '../policy-map.ts';
import { dropText, protocolOf } from './common.ts';

/** Undefined: allowed. Else the drop. */
export function policyVerdict(
  ctx: PacketContext,
  program: string,
  endpoint: Pick<EndpointValue, 'id' | 'pod' | 'isolatedBy'>,
  direction: 'ingress' | 'egress',
  identity: number,
): TcVerdict | undefined {
  const map = { map: policyMapName(endpoint.id) } as { readonly map: string; readonly value?: PolicyValue };
  const side = direction === 'ingress' ? 'Ingress' : 'Egress';
  const { l4 } = ctx.packet;
  const known = protocolOf(ctx.packet);
  const proto = known ?? 'ANY';
  const port = l4?.proto === 'tcp' || l4?.proto === 'udp' ? l4.dport : 0;
  const ports = known !== undefined && isIcmp(known) ? ['ANY'] : portCandidates(port, proto);
  const keys = [identity, ID.any].flatMap((id) => ports.map((one) => policyKey(side, id, one)));
  const key = keys.find((one) => ctx.peek(map, one) !== undefined);
  if (key !== undefined) {
    const found = ctx.lookup(map, key);
    const rule = found?.value.rule;
    if (found !== undefined && rule !== undefined) {
      ctx.note(
        'program',
        reason('policy.allow', { direction, policy: rule.policy, rule: rule.index, pod: endpoint.pod }),
        { rows: [found.row], origin: found.origin },
      );
    }
    return undefined;
  }
  ctx.lookup(map, keys[0] ?? '');
  ctx.note('program', reason('program.verdict', { program, act: 'shot', to: dropText(133) }));
  return {
    act: 'shot',
    why: reason('policy.deny', {
      direction,
      policies: endpoint.isolatedBy[direction].join(', '),
      pod: endpoint.pod,
    }),
  };
}
