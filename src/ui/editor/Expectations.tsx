import { useState } from 'react';
import { useText, withLaterTexts } from '../../i18n/messages.ts';
import { sendProbe } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { classes } from '../kit/classes.ts';
import { Icon } from '../kit/Icon.tsx';
import { later } from '../kit/later.ts';
import { expectationText, outcome, placeText } from './expectation-text.ts';
import styles from './Expectations.module.css';

const actions = later(() => withLaterTexts(import('./ExpectActions.tsx')));

/** What the scenario expects of its cluster, and whether it holds; a row sends its probe. */
export function Expectations({ folded }: { readonly folded: boolean }) {
  const t = useText();
  const [open, setOpen] = useState(!folded);
  const expectations = useSimulation((s) => s.expected?.entries);
  const walked = useSimulation((s) => s.walk !== undefined);
  const more = actions.useLoaded(walked || (expectations?.length ?? 0) > 0);
  if (expectations === undefined || (expectations.length === 0 && !walked)) return null;
  const failed = expectations.filter((e) => !e.holds).length;
  const total = expectations.length;
  return (
    <section className={styles.section} aria-labelledby="expected-title">
      <h2 id="expected-title" className={styles.title}>
        <button
          type="button"
          className={styles.fold}
          aria-expanded={open}
          aria-controls="expected-list"
          onClick={() => setOpen(!open)}
        >
          {t.editor.expected}
          <Icon name={open ? 'down' : 'right'} size={12} className={styles.quiet} />
        </button>
        <span className={failed > 0 ? styles.bad : styles.quiet} role="status">
          {total === 0
            ? ''
            : failed === 0
              ? t.editor.allHold({ total })
              : t.editor.someFail({ failed, total })}
        </span>
      </h2>
      <ul className={styles.list} id="expected-list" hidden={!open}>
        {expectations.map((e, i) => (
          <li key={`${e.range?.file} ${e.range?.line} ${i}`}>
            <button
              type="button"
              className={styles.row}
              disabled={e.error !== undefined}
              aria-label={`${t.editor.walkIt({ from: placeText(e.from), to: e.to })}. ${expectationText(e, t)}`}
              data-tip={expectationText(e, t)}
              onClick={() => void sendProbe(e.probe)}
            >
              <Icon
                name={e.holds ? 'check' : 'cross'}
                size={14}
                className={e.holds ? styles.ok : styles.bad}
              />
              <code>
                {placeText(e.from)} → {e.to}
              </code>
              <span className={classes(e.holds ? styles.quiet : styles.bad)}>
                {e.error === undefined ? outcome(e, t) : t.editor.severity.error}
              </span>
            </button>
          </li>
        ))}
      </ul>
      {open && more !== undefined && <more.ExpectActions />}
    </section>
  );
}
