import { useEffect, useMemo, useRef, useState } from 'react';
import { useText } from '../../../i18n/messages.ts';
import type { ObjectRef } from '../../../sim/base/origin.ts';
import { objectKey, objectName } from '../object-name.ts';
import { useLook } from '../../../state/selection.ts';
import { requestCluster } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import type { ClusterDetail, ObjectDetail } from '../../../worker/protocol.ts';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/Icon.tsx';
import { ScrollRegion } from '../../kit/ScrollRegion.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import { useVirtual } from '../../kit/use-virtual.ts';
import styles from './Cluster.module.css';
import { ObjectView } from './ObjectView.tsx';

type Source = 'all' | ObjectDetail['source'];
const ROW = 28;

function useCluster(): { readonly detail: ClusterDetail | undefined } {
  const result = useSimulation((s) => s.result);
  const [detail, setDetail] = useState<ClusterDetail | undefined>(undefined);
  useEffect(() => {
    if (result === undefined) return;
    let live = true;
    requestCluster().then(
      (d) => {
        if (live) setDetail(d);
      },
      () => undefined,
    );
    return () => {
      live = false;
    };
  }, [result]);
  return { detail };
}

/** Does an object stand for what is selected in the picture? */
function isSelected(ref: ObjectRef, selection: ReturnType<typeof useLook.getState>['selection']): boolean {
  if (selection === undefined) return false;
  const kinds: Readonly<Record<string, string>> = { Pod: 'pod', Service: 'service', Node: 'node' };
  return kinds[ref.kind] === selection.kind && objectName(ref) === selection.id;
}

/** Every object the cluster holds: who made it, from what, and what the cluster says of it. */
export function ClusterTab() {
  const { inspector: t } = useText();
  const { detail } = useCluster();
  const selection = useLook((s) => s.selection);
  const [words, setWords] = useState('');
  const [source, setSource] = useState<Source>('all');
  const [open, setOpen] = useState<string | undefined>(undefined);
  const objects = useMemo(() => {
    const needles = words.toLowerCase().split(/\s+/).filter(Boolean);
    return (detail?.objects ?? []).filter((o) => {
      if (source !== 'all' && o.source !== source) return false;
      const text = `${o.ref.kind} ${objectName(o.ref)}`.toLowerCase();
      return needles.every((n) => text.includes(n));
    });
  }, [detail, source, words]);
  const selected = objects.find((o) => isSelected(o.ref, selection));
  const selectedKey = selected === undefined ? undefined : objectKey(selected.ref);
  const [seen, setSeen] = useState<string | undefined>(undefined);
  // What is chosen in the picture opens here; the person may then go elsewhere.
  if (selectedKey !== seen) {
    setSeen(selectedKey);
    if (selectedKey !== undefined) setOpen(selectedKey);
  }
  const opened = detail?.objects.find((o) => objectKey(o.ref) === open);

  if (detail === undefined) return <p className={styles.note}>{t.loading}</p>;
  if (opened !== undefined) {
    return (
      <ObjectView
        detail={detail}
        object={opened}
        onOpen={(ref) => setOpen(objectKey(ref))}
        onBack={() => setOpen(undefined)}
      />
    );
  }
  return (
    <div className={styles.cluster}>
      <div className={styles.bar}>
        <input
          type="search"
          aria-label={t.findObjectName}
          placeholder={t.findObject}
          value={words}
          onChange={(e) => setWords(e.target.value)}
        />
        <Segmented<Source>
          label={t.sourceFilter}
          items={[
            { id: 'all', label: t.all },
            { id: 'user', label: t.sourceShort.user },
            { id: 'controller', label: t.sourceShort.controller },
            { id: 'built-in', label: t.sourceShort['built-in'] },
          ]}
          value={source}
          onChange={setSource}
        />
      </div>
      <ObjectList objects={objects} onOpen={(ref) => setOpen(objectKey(ref))} />
      <Notes detail={detail} />
    </div>
  );
}

function ObjectList({
  objects,
  onOpen,
}: {
  readonly objects: readonly ObjectDetail[];
  readonly onOpen: (ref: ObjectRef) => void;
}) {
  const { inspector: t } = useText();
  const scroller = useRef<HTMLDivElement>(null);
  const virtual = useVirtual({ count: objects.length, scroller, size: ROW, overscan: 10 });
  if (objects.length === 0) return <p className={styles.note}>{t.noObject}</p>;
  return (
    <div ref={scroller} className={styles.list}>
      <ul style={{ height: virtual.getTotalSize(), position: 'relative' }} aria-label={t.objects}>
        {virtual.getVirtualItems().map((item) => {
          const object = objects[item.index];
          if (object === undefined) return null;
          return (
            <li
              key={objectKey(object.ref)}
              className={styles.item}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <button type="button" onClick={() => onOpen(object.ref)}>
                <span className={styles.kind}>{object.ref.kind}</span>
                <span className={styles.name}>{objectName(object.ref)}</span>
                <span className={classes(styles.source, styles[object.source])}>
                  {t.sourceShort[object.source]}
                </span>
              </button>
            </li>
          );
        })}
      </ul>
    </div>
  );
}

/** What the API server refused, and what the components reported. */
function Notes({ detail }: { readonly detail: ClusterDetail }) {
  const { inspector: t } = useText();
  const warnings = detail.events.filter((e) => e.type === 'Warning');
  const rest = detail.events.filter((e) => e.type !== 'Warning');
  return (
    <ScrollRegion className={styles.notes} label={t.events}>
      {detail.refused.length > 0 && (
        <section>
          <h3>{t.refused}</h3>
          {detail.refused.map((r, i) => (
            <p key={i} className={styles.event}>
              <Icon name="cross" size={14} className={styles.bad} />
              <span>
                <b>
                  {r.object.kind} {objectName(r.object)}
                </b>{' '}
                {r.message}
              </span>
            </p>
          ))}
        </section>
      )}
      <section>
        <h3>{t.events}</h3>
        {detail.events.length === 0 && <p className={styles.none}>{t.noEvents}</p>}
        {[...warnings, ...rest].slice(0, 200).map((event, i) => (
          <p key={i} className={styles.event}>
            <Icon
              name={event.type === 'Warning' ? 'warning' : 'info'}
              size={14}
              className={event.type === 'Warning' ? styles.warn : styles.calm}
            />
            <span>
              <b>
                {event.reason} · {event.object.kind} {objectName(event.object)}
              </b>{' '}
              {event.message}
            </span>
          </p>
        ))}
      </section>
    </ScrollRegion>
  );
}
