import { useText } from '../../../i18n/messages.ts';
import { placeName, reasonInfo } from '../../../i18n/step-text.ts';
import type { Step, Trace } from '../../../sim/trace/trace.ts';
import { goToStep } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/Icon.tsx';
import { StepMark } from '../../kit/StepMark.tsx';
import { markOf, toneOf } from '../../kit/step-mark.ts';
import { PhaseDetail } from './PhaseDetail.tsx';
import { belongsTo, currentPhase, passes, phaseState, type Phase } from './phases.ts';
import { policyLines, type PolicyLine } from './policy-lines.ts';
import styles from './Why.module.css';

/** The phases in the order of the trace: each with its result, the current one open. */
export function PhaseList({
  phases,
  step,
  trace,
}: {
  readonly phases: readonly Phase[];
  readonly step: Step;
  readonly trace: Trace;
}) {
  const { inspector: t } = useText();
  const cluster = useSimulation((s) => s.result?.cluster);
  const current = currentPhase(phases, step.index);
  const lines = policyLines(trace, phases, cluster);
  const belongs = belongsTo(current, step);
  return (
    <section aria-label={t.phases}>
      <ol className={styles.phases}>
        {phases.map((phase) => (
          <PhaseItem
            key={phase.id}
            phase={phase}
            step={step}
            trace={trace}
            current={current}
            belongs={belongs}
            line={lines.before(phase)}
          />
        ))}
      </ol>
    </section>
  );
}

function PhaseItem({
  phase,
  step,
  trace,
  current,
  belongs,
  line,
}: {
  readonly phase: Phase;
  readonly step: Step;
  readonly trace: Trace;
  readonly current: Phase | undefined;
  readonly belongs: boolean;
  readonly line: PolicyLine | undefined;
}) {
  const { inspector: t, reasons } = useText();
  const reached = phaseState(phase, step.index, current);
  const state = reached === 'now' && !belongs ? 'done' : reached;
  const key = phase.key === undefined ? undefined : trace.steps[phase.key];
  const open = phase === current && (belongs || state === 'failed');
  // Inside a tunnel the packet passes interfaces; the phase is still told by what wrapped it.
  const telling = phase === current && belongs && (key === undefined || !passes(step)) ? step : (key ?? step);
  const mark = markOf(telling);
  const place = phase.kind === 'route' || phase.kind === 'rules' ? placeName(phase.place) : undefined;
  return (
    <>
      {line !== undefined && <PolicyItem line={line} passed={phase.first <= step.index} />}
      <li
        className={classes(styles.phase, state === 'ahead' && styles.ahead)}
        aria-current={phase === current ? 'step' : undefined}
      >
        <span className={styles.glyph}>
          {state === 'ahead' ? (
            <Icon name="ring" size={14} />
          ) : state === 'failed' ? (
            <Icon name="cross" size={16} className={styles.denyInk} />
          ) : state === 'now' ? (
            <StepMark mark={mark} />
          ) : (
            <Icon name="check" size={16} className={styles.allowInk} />
          )}
          <span className="visually-hidden">{t.phaseState[state]}</span>
        </span>
        <button type="button" className={styles.phaseName} onClick={() => goToStep(phase.key ?? phase.first)}>
          {t.phase[phase.kind]}
          {place !== undefined && <small>{place}</small>}
        </button>
        <span
          className={styles.result}
          title={key === undefined ? undefined : reasonInfo(reasons, key.reason)}
        >
          {key === undefined ? '' : resultOf(key, trace, t, reasons)}
        </span>
        {open && (
          <div className={classes(styles.detail, styles[toneOf(mark)])}>
            <PhaseDetail step={telling} trace={trace} />
          </div>
        )}
      </li>
    </>
  );
}

/** A policy check that left no step: nothing selected the pod, or nothing on the node acts on policies. */
function PolicyItem({ line, passed }: { readonly line: PolicyLine; readonly passed: boolean }) {
  const { inspector: t } = useText();
  return (
    <>
      {line.directions.map(({ direction, pod }) => (
        <li key={direction} className={classes(styles.phase, !passed && styles.ahead)}>
          <span className={styles.glyph}>
            {passed && line.cni === undefined ? (
              <Icon name="check" size={16} className={styles.allowInk} />
            ) : passed ? (
              <Icon name="dash" size={16} />
            ) : (
              <Icon name="ring" size={14} />
            )}
          </span>
          <span className={styles.phaseName}>{t.phase[direction]}</span>
          <span className={styles.result}>
            {line.cni === undefined
              ? t.noPolicySelects({ pod: placeName(pod) })
              : t.notEnforcedShort({ cni: line.cni })}
          </span>
        </li>
      ))}
    </>
  );
}

function resultOf(
  key: Step,
  trace: Trace,
  t: ReturnType<typeof useText>['inspector'],
  reasons: ReturnType<typeof useText>['reasons'],
): string {
  const { reason } = key;
  switch (reason.code) {
    case 'nat.dnat':
    case 'ipvs.schedule':
    case 'ipvs.persistent':
    case 'ipvs.dnat': {
      const choice = trace.choices.find((c) => c.step === key.index);
      if (choice !== undefined && choice.options.length > 1) {
        return t.endpointOf({ n: choice.chosen + 1, total: choice.options.length });
      }
      return `→ ${reason.params.to}`;
    }
    case 'nat.masquerade':
    case 'nat.snat':
      return `→ ${reason.params.to}`;
    case 'route.balance':
      return `→ ${reason.params.via}`;
    case 'route.forward':
    case 'route.output':
      return reason.params.dev;
    case 'policy.allow':
      return t.policyAllows({ policy: reason.params.policy, rule: reason.params.rule });
    case 'policy.deny':
      return reason.params.rule === undefined
        ? t.noRuleAdmits
        : t.policyDenies({ policy: reason.params.policies, rule: reason.params.rule });
    case 'process.resolved':
      return `${reason.params.name} → ${reason.params.address}`;
    default:
      return reasonInfo(reasons, reason);
  }
}
