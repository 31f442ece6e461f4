import type { KeyboardEventHandler } from 'react';
import { admissionStepText } from '../../../i18n/admission-text.ts';
import { useText } from '../../../i18n/messages.ts';
import type { AdmissionAnswer } from '../../../sim/admission/steps.ts';
import { classes } from '../../kit/classes.ts';
import { Icon, type IconName } from '../../kit/Icon.tsx';
import styles from './Admission.module.css';
import { StationCard, type StoredObjects } from './StationCard.tsx';
import type { Station, StationGroup } from './stations.ts';

/** Each answer has a shape, a tone and a word. */
const GLYPHS: Readonly<Record<AdmissionAnswer, IconName>> = {
  passed: 'check',
  changed: 'follow',
  remarked: 'warning',
  refused: 'cross',
  nothing: 'dash',
  'not-asked': 'dash',
  'not-modelled': 'question',
  'not-reached': 'ring',
};

interface Place {
  /** The station that is shown, of how many, and the one that refused. */
  readonly at: number;
  readonly total: number;
  readonly stoppedAt: number | undefined;
  readonly onChoose: (index: number) => void;
  readonly onKeyDown: KeyboardEventHandler;
  readonly objects: StoredObjects;
}

/** A stage of the API server: a station by itself, or a heading over its plug-ins. */
export function StageRow({
  group: { stage, stations },
  first,
  ...place
}: Place & { readonly group: StationGroup; readonly first: number }) {
  const { admission: t } = useText();
  const [only] = stations;
  if (only !== undefined && stations.length === 1 && only.steps[0]?.plugin === undefined) {
    return <StationRow station={only} index={first} {...place} />;
  }
  const { at, stoppedAt } = place;
  return (
    <>
      <li className={classes(styles.stage, wayClass(first, at, stoppedAt))}>
        <span className={styles.bead} />
        <span className={styles.stageName} title={t.stageIs[stage]}>
          {t.stages[stage]}
        </span>
      </li>
      {stations.map((station, i) => (
        <StationRow key={station.id} station={station} index={first + i} {...place} />
      ))}
    </>
  );
}

/** The line that leads to a station: walked, still to come, or none, behind a refusal. */
function wayClass(index: number, at: number, stoppedAt: number | undefined): string | undefined {
  if (stoppedAt !== undefined && index > stoppedAt) return styles.never;
  return index <= at ? styles.walked : undefined;
}

function StationRow({
  station,
  index,
  at,
  total,
  stoppedAt,
  onChoose,
  onKeyDown,
  objects,
}: Place & { readonly station: Station; readonly index: number }) {
  const { admission: t } = useText();
  const { steps, answer } = station;
  const [step] = steps;
  if (step === undefined) return null;
  const here = index === at;
  const inner = step.plugin !== undefined;
  const words = admissionStepText(t, step);
  const { title: own } = admissionStepText(t, { ...step, webhook: undefined });
  const title = steps.length === 1 ? own : t.several({ n: steps.length });
  const card = `admission-card-${index}`;
  return (
    <li
      className={classes(
        styles.station,
        inner && styles.inner,
        here && styles.here,
        wayClass(index, at, stoppedAt),
        styles[answer],
      )}
    >
      <button
        type="button"
        data-station={index}
        tabIndex={here ? 0 : -1}
        aria-current={here ? 'step' : undefined}
        aria-expanded={here}
        aria-describedby={here ? card : undefined}
        onClick={() => onChoose(index)}
        onKeyDown={onKeyDown}
      >
        <span className={styles.mark}>
          <Icon name={GLYPHS[answer]} size={inner ? 12 : 14} />
        </span>
        <span className={styles.title}>
          {title}
          {step.webhook !== undefined && <small>{step.webhook}</small>}
        </span>
        <span className={styles.answer}>{words.answer}</span>
        <span className="visually-hidden">, {t.step({ n: index + 1, of: total })}</span>
      </button>
      {here && (
        <div id={card} className={styles.card}>
          <StationCard station={station} objects={objects} />
        </div>
      )}
    </li>
  );
}
