/** Why one pod may talk to another, or may not. */
import type { DecidingPolicy, PortReach } from '../sim/policy/pod-reach.ts';
import type { Messages } from './en.ts';

type Texts = Messages['reach'];

export function decidingText(t: Texts, by: DecidingPolicy): string {
  const { rule } = by;
  if (by.says === 'allow') return t.allows(by);
  return rule === undefined ? t.isolates(by) : t.denies(by);
}

/** Who decides, where somebody does: of a denial those that deny. */
export function deciders({ by, allowed }: PortReach): readonly DecidingPolicy[] {
  return allowed === true ? by : by.filter((one) => one.says === 'deny');
}

/** What is said beside the policies, or where there are none. */
export function becauseText(t: Texts, said: PortReach): string | undefined {
  if (said.because !== undefined) return t.because[said.because];
  return said.by.length === 0 ? t.open : undefined;
}
