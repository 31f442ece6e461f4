import { useEffect, useRef, useState } from 'react';
import { useText } from '../../../../i18n/messages.ts';
import { portText } from '../../../../i18n/policy-text.ts';
import { shortPlace } from '../../../../i18n/step-text.ts';
import type { Fix, FixAnswer } from '../../../../sim/fix.ts';
import { useDocument } from '../../../../state/document.ts';
import { useLook } from '../../../../state/selection.ts';
import { requestFix } from '../../../../state/session.ts';
import { useSimulation } from '../../../../state/simulation.ts';
import { Button } from '../../../kit/Button.tsx';
import { Icon } from '../../../kit/Icon.tsx';
import { ScrollRegion } from '../../../kit/ScrollRegion.tsx';
import styles from './Policy.module.css';

type Asked =
  | { readonly state: 'asking'; readonly revision: number }
  | { readonly state: 'answered'; readonly revision: number; readonly answer: FixAnswer };

/** A button that asks for the smallest edit, and the edit with what it does; applying it is one undo step. */
export function FixProposal({ want }: { readonly want: 'allow' | 'block' }) {
  const { policy: t } = useText();
  const walk = useSimulation((s) => s.walk);
  const revision = useDocument((s) => s.revision);
  // What is simulated has to be what is written: the answer is text that replaces it.
  const settled = useSimulation((s) => s.revision === revision);
  const [asked, setAsked] = useState<Asked>();
  // An answer is about the text that it was asked of.
  const current = asked?.revision === revision ? asked : undefined;
  const ask = (): void => {
    if (walk === undefined) return;
    setAsked({ state: 'asking', revision });
    requestFix(walk.probe, want).then(
      (answer) => setAsked({ state: 'answered', revision, answer }),
      () => setAsked(undefined),
    );
  };
  if (current === undefined) {
    return (
      <p className={styles.ask}>
        <Button kind={want === 'allow' ? 'primary' : 'line'} disabled={!settled} onClick={ask}>
          {t.fixAsk[want]}
        </Button>
      </p>
    );
  }
  return (
    <div className={styles.fix} aria-live="polite">
      {current.state === 'asking' ? (
        <p className={styles.quiet}>{t.fixSearching}</p>
      ) : current.answer.ok ? (
        <Proposal fix={current.answer.fix} onClose={() => setAsked(undefined)} />
      ) : (
        <p className={styles.quiet}>{t.fixNone[current.answer.why]}</p>
      )}
    </div>
  );
}

/** Replaces the files that the edit changes, and shows its first new line. */
function apply(fix: Fix): void {
  const doc = useDocument.getState();
  const files = doc.files.map((file) => fix.files.find((one) => one.name === file.name) ?? file);
  const first = fix.diff[0];
  doc.replaceFiles(files, first?.file);
  const line = first?.changes.find((change) => change.kind !== 'same')?.line;
  if (first === undefined || line === undefined) return;
  const range = { file: first.file, line, column: 1, endLine: line, endColumn: 1 };
  useLook.getState().showSource(range);
}

function Proposal({ fix, onClose }: { readonly fix: Fix; readonly onClose: () => void }) {
  const { policy: t, inspector } = useText();
  const button = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    // Chromium's returns a promise, which is no clean-up.
    void button.current?.scrollIntoView({ block: 'nearest' });
  }, []);
  return (
    <>
      <h4>{t.fixTitle[fix.want]}</h4>
      {fix.steps.map((step, i) => (
        <p key={i}>{t.fixKinds[step.kind]({ policy: step.policy })}</p>
      ))}
      {fix.diff.map(({ file, changes }) => (
        <figure key={file} className={styles.diff}>
          <figcaption>{file}</figcaption>
          <ScrollRegion label={t.fixDiff({ file })} pre>
            {changes.map((change) => (
              <span key={`${change.kind} ${change.line}`} className={styles[change.kind]}>
                <i aria-hidden="true">{change.kind === 'gap' ? '' : change.line}</i>
                <b>{MARKS[change.kind]}</b>
                {change.text}
                {'\n'}
              </span>
            ))}
          </ScrollRegion>
        </figure>
      ))}
      <Effects fix={fix} />
      <p className={styles.proved}>
        <Icon name="check" size={14} />
        <span>
          {t.fixProved} <b>{inspector.verdicts[fix.walked.verdict]}</b>
        </span>
      </p>
      <p className={styles.ask}>
        <Button ref={button} kind="primary" onClick={() => apply(fix)}>
          {t.fixApply}
        </Button>
        <Button kind="plain" onClick={onClose}>
          {t.fixClose}
        </Button>
      </p>
    </>
  );
}

const MARKS = { same: ' ', removed: '-', added: '+', gap: '⋯' } as const;
/** Other pairs that are listed. */
const LISTED = 6;

/** How many pairs it opens and closes, and which beside the packet's own. */
function Effects({ fix }: { readonly fix: Fix }) {
  const { policy: t } = useText();
  const others = [...fix.opens, ...fix.closes].filter((change) => !change.own);
  return (
    <div className={styles.effects}>
      <p>
        <b>{t.opensCloses({ opens: fix.opens.length, closes: fix.closes.length })}.</b>{' '}
        {others.length === 0 ? t.fixOnly : t.fixAlso({ n: others.length })}
      </p>
      {others.length > 0 && (
        <ul>
          {others.slice(0, LISTED).map((change) => (
            <li key={keyOf(change)} className={change.opens ? styles.opens : styles.closes}>
              <Icon name={change.opens ? 'check' : 'cross'} size={12} />
              <span title={`${change.from} → ${change.to}`}>
                <span className="visually-hidden">{change.opens ? t.fixOpens : t.fixCloses} </span>
                {shortPlace(change.from)} → {shortPlace(change.to)} <code>{portText(change)}</code>
              </span>
            </li>
          ))}
          {others.length > LISTED && <li>{t.more({ n: others.length - LISTED })}</li>}
        </ul>
      )}
      <p className={styles.quiet}>{t.fixCounted}</p>
    </div>
  );
}

function keyOf(change: Fix['opens'][number]): string {
  return `${change.from} ${change.to} ${change.port}/${change.protocol}`;
}
