import { type ReactNode, useEffect, useState } from 'react';
import { lateText, missText, portText, ruleNotes, wouldText } from '../../../../i18n/policy-text.ts';
import { useText } from '../../../../i18n/messages.ts';
import type { Messages } from '../../../../i18n/en.ts';
import type { LocatedOrigin } from '../../../../sim/base/origin.ts';
import type { ClosestRule, NearMiss, PolicyMiss } from '../../../../sim/policy/near-miss.ts';
import type { DeniedByRule } from '../../../../sim/policy/near-miss-tiers.ts';
import type { Step, Trace } from '../../../../sim/trace/trace.ts';
import { useDocument } from '../../../../state/document.ts';
import { useLook } from '../../../../state/selection.ts';
import { requestNearMiss } from '../../../../state/session.ts';
import { useSimulation } from '../../../../state/simulation.ts';
import { Icon } from '../../../kit/Icon.tsx';
import why from '../Why.module.css';
import { objectName } from '../../object-name.ts';
import { FixProposal } from './FixProposal.tsx';
import styles from './Policy.module.css';

/** Policies shown at once; the closest come first. */
const SHOWN = 3;

/** The near miss of the walk that is shown; undefined while it is asked for, or where no policy stopped it. */
function useNearMiss(trace: Trace): NearMiss | undefined {
  const walk = useSimulation((s) => s.walk);
  const [near, setNear] = useState<{ readonly of: Trace; readonly told: NearMiss | undefined }>();
  const denied = trace.steps[trace.decidedBy]?.reason.code === 'policy.deny';
  useEffect(() => {
    if (!denied || walk?.trace !== trace) return;
    let live = true;
    requestNearMiss(walk.probe).then(
      (told) => {
        if (live) setNear({ of: trace, told });
      },
      // The card is an addition: without it the step's own sentence stands.
      () => undefined,
    );
    return () => {
      live = false;
    };
  }, [walk, trace, denied]);
  return near?.of === trace ? near.told : undefined;
}

/** What a delivered packet would take to be stopped: where policies are enforced, and an end is a pod. */
export function BlockCard({ trace, step }: { readonly trace: Trace; readonly step: Step }) {
  const { policy: t } = useText();
  const enforced = useSimulation((s) => s.result?.cluster.settings.enforcesPolicy);
  const { egress, ingress } = trace.policy;
  const judged = egress !== 'n/a' || ingress !== 'n/a';
  if (enforced !== true || !judged || trace.verdict !== 'delivered' || trace.policy.http === 'denied')
    return null;
  // A look-up alone is not what a person would block.
  if (step.index < trace.decidedBy || !trace.segments.some((s) => s.purpose === 'probe')) return null;
  return (
    <section className={why.card} aria-label={t.admitted}>
      <h3>{t.admitted}</h3>
      <p className={styles.lead}>{admittedBy(trace, t)}</p>
      <FixProposal want="block" />
    </section>
  );
}

function admittedBy(trace: Trace, t: Messages['policy']): string {
  const rules = trace.policy.by.filter((by) => by.rule >= 0);
  if (rules.length === 0) return t.admittedFreely;
  const names = rules.map((by) => t.admittingRule({ policy: objectName(by.object), rule: by.rule }));
  return t.admittedBy({ rules: names.join(', ') });
}

/** Which policies stopped the packet, and of each the rule that came closest with what of it failed. */
export function PolicyCard({ trace, step }: { readonly trace: Trace; readonly step: Step }) {
  const { policy: t } = useText();
  const near = useNearMiss(trace);
  if (step.index < trace.decidedBy) return null;
  if (near === undefined) return null;
  if (near.byRule !== undefined) return <DeniedCard near={near} byRule={near.byRule} />;
  const more = near.policies.length - SHOWN;
  return (
    <section className={why.card} aria-label={t.closest[near.direction]}>
      <h3>{t.closest[near.direction]}</h3>
      <p className={styles.lead}>{t.isolates({ pod: near.pod, count: near.policies.length })}</p>
      <ul className={styles.policies}>
        {near.policies.slice(0, SHOWN).map((policy) => (
          <PolicyItem key={`${policy.kind} ${policy.policy}`} policy={policy} near={near} />
        ))}
      </ul>
      {more > 0 && <p className={styles.more}>{t.more({ n: more })}</p>}
      {near.direction === 'egress' && near.port === 53 && <p className={styles.note}>{t.dns}</p>}
      {near.leftOpen.map((open) => (
        <p key={open} className={styles.open}>
          <Icon name="question" size={14} />
          <span>
            <b>{t.dependsOnCni}</b> {t.leftOpen[open]}
          </span>
        </p>
      ))}
      <FixProposal want="allow" />
    </section>
  );
}

/** A rule that says Deny: which, and what before it almost decided otherwise. */
function DeniedCard({ near, byRule }: { readonly near: NearMiss; readonly byRule: DeniedByRule }) {
  const { policy: t } = useText();
  const { denied, before, late } = byRule;
  const more = before.length - SHOWN;
  return (
    <section className={why.card} aria-label={t.stopped}>
      <h3>{t.stopped}</h3>
      <p className={styles.lead}>
        {t.deniedByRule(denied)} <Line origin={denied.origin} />
      </p>
      {ruleNotes(t, byRule, near.pod).map((note) => (
        <p key={note} className={styles.lead}>
          {note}
        </p>
      ))}
      {before.length > 0 && (
        <>
          <h4 className={styles.before}>{t.before}</h4>
          <ul className={styles.policies}>
            {before.slice(0, SHOWN).map((rule) => (
              <li key={`${rule.kind} ${rule.policy} ${rule.rule}`} className={styles.policy}>
                <p className={styles.name}>
                  <b>{wouldText(t, rule)}</b>
                  <Line origin={rule.origin} />
                </p>
                <Halves missed={rule} near={near} />
              </li>
            ))}
          </ul>
        </>
      )}
      {more > 0 && <p className={styles.more}>{t.more({ n: more })}</p>}
      {late.map((rule) => (
        <p key={`${rule.kind} ${rule.policy} ${rule.rule}`} className={styles.note}>
          {lateText(t, rule, byRule)} <Line origin={rule.origin} />
        </p>
      ))}
      <FixProposal want="allow" />
    </section>
  );
}

/** What of a rule missed, and what of it fits. */
function Halves({
  missed: { peer, port },
  near,
  children,
}: {
  readonly missed: Pick<ClosestRule, 'peer' | 'port'>;
  readonly near: NearMiss;
  readonly children?: ReactNode;
}) {
  const { policy: t } = useText();
  const fits = (text: string): ReactNode => (
    <li className={styles.fits}>
      <Icon name="check" size={14} />
      {text}
    </li>
  );
  return (
    <ul className={styles.halves}>
      {peer === undefined
        ? fits(t.peerFits({ peer: near.peer }))
        : peer.misses.map((miss) => (
            <Missed key={miss.path.join('.')} text={missText(t, miss, near)} origin={miss.origin} />
          ))}
      {port === undefined
        ? fits(t.portFits({ port: portText(near) }))
        : port.misses.map((miss) => (
            <Missed key={miss.path.join('.')} text={missText(t, miss, near)} origin={miss.origin} />
          ))}
      {children}
    </ul>
  );
}

function PolicyItem({ policy, near }: { readonly policy: PolicyMiss; readonly near: NearMiss }) {
  const { policy: t } = useText();
  const { closest } = policy;
  const { servicePort } = closest ?? {};
  return (
    <li className={styles.policy}>
      <p className={styles.name}>
        <b>
          {policy.kind === undefined || closest === undefined
            ? policy.policy
            : `${policy.kind} ${policy.policy}`}
        </b>
        {closest !== undefined && <span>{t.ruleOf({ rule: closest.rule })}</span>}
        <Line origin={closest?.origin ?? policy.origin} />
      </p>
      {closest === undefined ? (
        <p className={styles.none}>
          {policy.kind === undefined
            ? t.noRules[near.direction]
            : t.ownIsolates({ kind: policy.kind, rules: policy.rules })}
        </p>
      ) : (
        <Halves missed={closest} near={near}>
          {servicePort !== undefined && <li className={styles.hint}>{t.servicePort(servicePort)}</li>}
        </Halves>
      )}
    </li>
  );
}

/** What failed, and the line of YAML that says so. */
export function Missed({ text, origin }: { readonly text: string; readonly origin: LocatedOrigin }) {
  const { range } = origin;
  const line = useDocument((s) => s.files.find((f) => f.name === range?.file)?.text)?.split('\n')[
    (range?.line ?? 0) - 1
  ];
  return (
    <li className={styles.missed}>
      <Icon name="cross" size={14} />
      <span>
        {text}
        {range !== undefined && (
          <span className={styles.source}>
            <Line origin={origin} />
            <code>{line?.trim()}</code>
          </span>
        )}
      </span>
    </li>
  );
}

export function Line({ origin: { range } }: { readonly origin: LocatedOrigin }) {
  if (range === undefined) return null;
  return (
    <button type="button" className={why.link} onClick={() => useLook.getState().showSource(range)}>
      {range.file}:{range.line}
    </button>
  );
}
