import { type KeyboardEvent, useEffect, useRef, useState } from 'react';
import { admissionStepText } from '../../../i18n/admission-text.ts';
import { useText } from '../../../i18n/messages.ts';
import type { AdmissionOf, AdmissionWalk } from '../../../sim/admission/steps.ts';
import type { ObjectRef } from '../../../sim/base/origin.ts';
import { useLook } from '../../../state/selection.ts';
import { requestAdmission } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { Button, IconButton } from '../../kit/Button.tsx';
import { classes } from '../../kit/classes.ts';
import { Icon, type IconName } from '../../kit/Icon.tsx';
import { nextIndex } from '../../kit/Tabs.tsx';
import { objectKey, objectName } from '../object-name.ts';
import styles from './Admission.module.css';
import { firstStation, groupsOf, stationsOf } from './stations.ts';
import { StageRow } from './StageRow.tsx';
import type { StoredObjects } from './StationCard.tsx';

interface Asked {
  readonly object: ObjectRef;
  /** Of what was made of it, the one that was refused. */
  readonly refused: boolean;
}

/** The way of `asked`; `none`: nobody wanted to create it. Undefined while it is asked for. */
function useAdmission({ object, refused }: Asked): AdmissionOf | 'none' | undefined {
  const result = useSimulation((s) => s.result);
  const key = `${refused ? '!' : ''}${objectKey(object)}`;
  const [told, setTold] = useState<{ readonly key: string; readonly of: AdmissionOf | 'none' }>();
  useEffect(() => {
    let live = true;
    requestAdmission(object, refused).then(
      (of) => {
        if (live) setTold({ key, of: of ?? 'none' });
      },
      // A cancelled question; the next simulation asks again.
      () => undefined,
    );
    return () => {
      live = false;
    };
    // oxlint-disable-next-line react-hooks/exhaustive-deps -- `key` is what `object` and `refused` are.
  }, [result, key]);
  return told?.key === key ? told.of : undefined;
}

/** An object's way from the request to the store, walked station by station. */
export function AdmissionView({
  asked,
  onOpen,
  objects,
  onBack,
}: {
  readonly asked: Asked;
  /** Another object's way. */
  readonly onOpen: (object: ObjectRef) => void;
  readonly objects: StoredObjects;
  readonly onBack: () => void;
}) {
  const { admission: t, app } = useText();
  const told = useAdmission(asked);
  const walk = told === undefined || told === 'none' ? undefined : told.walk;
  const object = walk?.object ?? asked.object;
  return (
    <div
      className={styles.view}
      role="presentation"
      onKeyDown={(event) => {
        if (event.key !== 'Escape' || event.defaultPrevented) return;
        event.preventDefault();
        onBack();
      }}
    >
      <header className={styles.head}>
        <IconButton icon="left" label={`${app.close}: ${objectName(object)}`} onClick={onBack} />
        <div>
          <p className={styles.kind}>
            {object.kind}
            {walk !== undefined && <Outcome outcome={walk.outcome} />}
          </p>
          <h2>{objectName(object)}</h2>
        </div>
      </header>
      {told === undefined && <p className={styles.note}>{t.loading}</p>}
      {told === 'none' && <p className={styles.note}>{objects.has(asked.object) ? t.none : t.gone}</p>}
      {walk !== undefined && told !== undefined && told !== 'none' && (
        <>
          <Facts walk={walk} objects={objects} />
          <Kin of={told} onOpen={onOpen} />
          {walk.outcome === 'before' ? (
            <p className={styles.note}>{t.before}</p>
          ) : (
            <Walk key={objectKey(object)} walk={walk} objects={objects} />
          )}
        </>
      )}
    </div>
  );
}

const OUTCOMES: Readonly<Record<AdmissionWalk['outcome'], IconName>> = {
  stored: 'check',
  refused: 'cross',
  before: 'dash',
};

function Outcome({ outcome }: { readonly outcome: AdmissionWalk['outcome'] }) {
  const { admission: t } = useText();
  return (
    <span className={classes(styles.outcome, styles[outcome])}>
      <Icon name={OUTCOMES[outcome]} size={12} />
      {t.outcome[outcome]}
    </span>
  );
}

/** Who asks, for whom, and where the object stands in the text. */
function Facts({ walk, objects }: { readonly walk: AdmissionWalk; readonly objects: StoredObjects }) {
  const { admission: t } = useText();
  const { range, owners: [owner] = [] } = walk;
  return (
    <div className={styles.facts}>
      <p>
        {t.asks({ user: walk.user })}
        {owner !== undefined && <> · {t.madeFor({ owners: `${owner.kind} ${owner.name}` })}</>}
      </p>
      <p className={styles.actions}>
        {range !== undefined && (
          <Button kind="line" icon="file" onClick={() => useLook.getState().showSource(range)}>
            {range.file}:{range.line}
          </Button>
        )}
        {objects.has(walk.object) && (
          <Button kind="line" icon="info" onClick={() => objects.open(walk.object)}>
            {t.toObject}
          </Button>
        )}
      </p>
    </div>
  );
}

/** Others that are listed. */
const LISTED = 6;

/** A Deployment and its pods were asked about apart: the others of the same document, those that were refused first. */
function Kin({
  of: { walk, kin },
  onOpen,
}: {
  readonly of: AdmissionOf;
  readonly onOpen: (object: ObjectRef) => void;
}) {
  const { admission: t, policy } = useText();
  const others = kin
    .filter(({ object }) => objectKey(object) !== objectKey(walk.object))
    .sort((a, b) => Number(b.outcome === 'refused') - Number(a.outcome === 'refused'));
  if (others.length === 0) return null;
  return (
    <section className={styles.kin} aria-label={t.kin}>
      <h3>{t.kin}</h3>
      <ul>
        {others.slice(0, LISTED).map(({ object, outcome }) => (
          <li key={objectKey(object)}>
            <button type="button" className={styles.link} onClick={() => onOpen(object)}>
              {object.kind} {object.name}
            </button>
            <Outcome outcome={outcome} />
          </li>
        ))}
      </ul>
      {others.length > LISTED && <p>{policy.more({ n: others.length - LISTED })}</p>}
    </section>
  );
}

function Walk({ walk, objects }: { readonly walk: AdmissionWalk; readonly objects: StoredObjects }) {
  const { admission: t } = useText();
  const stations = stationsOf(walk.steps);
  const [chosen, setChosen] = useState(stations[firstStation(stations)]?.id);
  const [spoken, setSpoken] = useState('');
  const list = useRef<HTMLOListElement>(null);
  // An edit may take the chosen one away.
  const kept = stations.findIndex(({ id }) => id === chosen);
  const at = kept < 0 ? firstStation(stations) : kept;
  const refused = stations.findIndex(({ answer }) => answer === 'refused');
  const go = (to: number, focus: boolean): void => {
    const station = stations[to];
    if (station === undefined) return;
    setChosen(station.id);
    // Where the focus goes along, it says so itself.
    const [step] = station.steps;
    const words = step && admissionStepText(t, step);
    setSpoken(focus || words === undefined ? '' : `${words.title}: ${words.answer}`);
    const button = list.current?.querySelector<HTMLElement>(`[data-station="${to}"]`);
    if (focus) button?.focus();
    requestAnimationFrame(() => button?.closest('li')?.scrollIntoView({ block: 'nearest' }));
  };
  useEffect(() => {
    const here = list.current?.querySelector<HTMLElement>('[aria-current="step"]');
    here?.focus({ preventScroll: true });
    here?.closest('li')?.scrollIntoView({ block: 'nearest' });
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    const to = nextIndex(event.key, at, stations.length);
    if (to === undefined) return;
    event.preventDefault();
    // A way has ends.
    if (Math.abs(to - at) === 1 || event.key === 'Home' || event.key === 'End') go(to, true);
  };
  return (
    <section className={styles.walk} aria-label={t.steps}>
      <div className={styles.controls}>
        <IconButton
          icon="previous"
          label={t.previous}
          disabled={at === 0}
          onClick={() => go(at - 1, false)}
        />
        <IconButton
          icon="next"
          label={t.next}
          disabled={at === stations.length - 1}
          onClick={() => go(at + 1, false)}
        />
        <span>{t.step({ n: at + 1, of: stations.length })}</span>
        <span className="visually-hidden" role="status">
          {spoken}
        </span>
        {refused >= 0 && refused !== at ? (
          <button type="button" className={styles.link} onClick={() => go(refused, true)}>
            {t.toRefusal}
          </button>
        ) : (
          <kbd>{t.keys}</kbd>
        )}
      </div>
      <div role="toolbar" aria-orientation="vertical" aria-label={t.stations}>
        <ol ref={list} className={styles.stages}>
          {groupsOf(stations).map((group) => (
            <StageRow
              key={group.stage}
              group={group}
              first={stations.indexOf(group.stations[0] as (typeof stations)[number])}
              at={at}
              total={stations.length}
              stoppedAt={refused < 0 ? undefined : refused}
              onChoose={(to) => go(to, false)}
              onKeyDown={onKeyDown}
              objects={objects}
            />
          ))}
        </ol>
      </div>
      <p className={styles.others}>{t.others}</p>
    </section>
  );
}
