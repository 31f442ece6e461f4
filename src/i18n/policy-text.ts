/** Sentences about what a policy's rule missed. */
import type { PeerMiss, PortMiss } from '../sim/policy/matching.ts';
import type { DeniedByRule, NamedRule, RuleBefore } from '../sim/policy/near-miss-tiers.ts';
import type { NearMiss } from '../sim/policy/near-miss.ts';
import type { Messages } from './en.ts';

type Texts = Messages['policy'];

/** `8080/TCP`; ICMP has no port. */
export function portText({ port, protocol }: Pick<NearMiss, 'port' | 'protocol'>): string {
  return port === undefined ? protocol : `${port}/${protocol}`;
}

export function missText(t: Texts, miss: PeerMiss | PortMiss, near: Pick<NearMiss, 'peer'>): string {
  switch (miss.what) {
    case 'label':
      return t.label({ ...miss, found: miss.found });
    case 'namespace':
      return t.namespace({ peer: near.peer, wanted: miss.wanted, found: miss.found });
    case 'no-pod':
      return miss.ips === undefined ? t.noPod(miss) : t.noSet({ ...miss, ips: miss.ips.join(', ') });
    case 'block':
      return t.block({ cidr: miss.cidr, ips: miss.ips.join(', ') });
    case 'except':
      return t.except({ except: miss.except, ips: miss.ips.join(', ') });
    case 'no-node':
      return t.noNode({ end: miss.end });
    case 'domain-name':
      return t.domainName({ names: miss.names });
    case 'block-of-outside':
      return t.blockOfOutside({ cidr: miss.cidr, peer: near.peer });
    case 'port': {
      const wanted = miss.end === undefined ? `${miss.wanted}` : `${miss.wanted}–${miss.end}`;
      return t.port({ wanted, found: numberText(t, miss.found) });
    }
    case 'port-name':
      return t.portName({
        name: miss.wanted,
        means: miss.means.join(', '),
        found: numberText(t, miss.found),
      });
    case 'protocol':
      return t.protocol({ ...miss, wanted: miss.wanted === 'other' ? t.otherProtocol : miss.wanted });
    case 'not-meant':
      return t.notMeant(miss);
    case 'namespaced':
      return t.namespaced(miss);
    case 'nobody':
      return t.nobody;
    case 'family':
      return t.family(miss);
    case 'left-out':
      return t.leftOut;
  }
}

function numberText(t: Texts, port: number | undefined): string {
  return port === undefined ? t.noPort : String(port);
}

/** What is to be known of a rule that denies. */
export function ruleNotes(
  t: Texts,
  { denied, own, isolated, before }: DeniedByRule,
  pod: string,
): readonly string[] {
  const tier = t.tier[denied.tier];
  return [
    ...(own ? [t.ownKind({ tier: denied.tier })] : tier === undefined ? [] : [tier]),
    ...(!own && denied.tier === 'Baseline' && !isolated ? [t.notIsolated({ pod })] : []),
    ...(denied.failsClosed === undefined ? [] : [t.failsClosed({ field: denied.failsClosed })]),
    ...(own || before.length > 0 ? [] : [t.nothingBefore]),
  ];
}

/** A rule that would accept what another denied. */
export function lateText(t: Texts, rule: NamedRule, { denialWins }: DeniedByRule): string {
  return denialWins === true ? t.overruled(rule) : t.tooLate(rule);
}

export function wouldText(t: Texts, rule: RuleBefore): string {
  return rule.action === 'Pass' ? t.wouldPass({ ...rule, leads: rule.leads }) : t.wouldAccept(rule);
}
