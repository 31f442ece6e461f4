import { useText } from '../../../i18n/messages.ts';
import { reasonTitle } from '../../../i18n/step-text.ts';
import type { Step, Trace } from '../../../sim/trace/trace.ts';
import { Icon } from '../../kit/Icon.tsx';
import { Line, Missed } from './policy/PolicyCard.tsx';
import policy from './policy/Policy.module.css';
import why from './Why.module.css';

/** What a proxy says of a request before it acts: for which host it took it, which routes missed, which one matched. */
const HOSTS: ReadonlySet<string> = new Set(['l7.host', 'l7.no-host']);
const MISSES: ReadonlySet<string> = new Set(['l7.miss', 'l7.missing']);
const MATCHES: ReadonlySet<string> = new Set(['l7.route', 'l7.no-route']);

/** The words of the last proxy that read the request up to this step. */
export function routingAt(steps: readonly Step[], step: number): readonly Step[] {
  const host = steps.findLast((s) => s.index <= step && HOSTS.has(s.reason.code));
  if (host === undefined) return [];
  const said: Step[] = [host];
  for (const next of steps.slice(host.index + 1)) {
    const { code } = next.reason;
    if (!MISSES.has(code) && !MATCHES.has(code)) break;
    said.push(next);
  }
  return said;
}

/** Which host and path of an Ingress took the request, and why those asked before did not, each with its line. */
export function RouteCard({ trace, step }: { readonly trace: Trace; readonly step: Step }) {
  const { inspector: t, reasons } = useText();
  const said = routingAt(trace.steps, step.index);
  if (said.length === 0) return null;
  return (
    <section className={why.card} aria-label={t.routing}>
      <h3>{t.routing}</h3>
      <ul className={`${policy.policies} ${policy.halves}`}>
        {said.map((one) => {
          const text = reasonTitle(reasons, one.reason);
          const { code } = one.reason;
          if (MISSES.has(code) && one.origin !== undefined)
            return <Missed key={one.index} text={text} origin={one.origin} />;
          const found = code === 'l7.host' || code === 'l7.route';
          return (
            <li key={one.index} className={found ? policy.fits : policy.missed}>
              <Icon name={found ? 'check' : 'cross'} size={14} />
              <span>
                {text} {one.origin !== undefined && <Line origin={one.origin} />}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
}
