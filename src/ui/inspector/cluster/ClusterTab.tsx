import { lazy, Suspense, useEffect, useMemo, useRef, useState } from 'react';
import { useText } from '../../../i18n/messages.ts';
import type { ObjectRef } from '../../../sim/base/origin.ts';
import { objectKey, objectName } from '../object-name.ts';
import { type Opened, useLook } from '../../../state/selection.ts';
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

const AdmissionView = lazy(() =>
  import('../admission/AdmissionView.tsx').then((m) => ({ default: m.AdmissionView })),
);

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

function setOpen(opened: Opened | 'list'): void {
  useLook.getState().set({ opened });
}

/** Does an object stand for what is selected in the picture? */
function isSelected(ref: ObjectRef, selection: ReturnType<typeof useLook.getState>['selection']): boolean {
  if (selection === undefined) return false;
  const kinds: Readonly<Record<string, string>> = {
    Ingress: 'ingress',
    Pod: 'pod',
    Service: 'service',
    Node: 'node',
  };
  return kinds[ref.kind] === selection.kind && objectName(ref) === selection.id;
}

/** Every object the cluster holds: who made it, from what, and what the cluster says of it. */
export function ClusterTab() {
  const { inspector: t } = useText();
  const { detail } = useCluster();
  const selection = useLook((s) => s.selection);
  const [words, setWords] = useState('');
  const [source, setSource] = useState<Source>('all');
  const opened = useLook((s) => s.opened);
  const needles = useMemo(() => words.toLowerCase().split(/\s+/).filter(Boolean), [words]);
  const objects = useMemo(() => {
    const found = (ref: ObjectRef): boolean => {
      const text = `${ref.kind} ${objectName(ref)}`.toLowerCase();
      return needles.every((n) => text.includes(n));
    };
    const refused = source === 'all' || source === 'user' ? (detail?.refused ?? []) : [];
    const once = new Map(refused.map(({ object }) => [objectKey(object), object]));
    return [
      ...[...once.values()].filter(found).map((ref) => ({ ref, source: 'refused' })),
      ...(detail?.objects ?? []).filter((o) => (source === 'all' || o.source === source) && found(o.ref)),
    ] as readonly Row[];
  }, [detail, source, needles]);
  // What is chosen in the picture opens here; the person may then go elsewhere.
  const selected = detail?.objects.find((o) => isSelected(o.ref, selection));
  const open: Opened | undefined =
    opened === 'list' ? undefined : (opened ?? (selected && { ref: selected.ref }));
  const object =
    open && open.way === undefined
      ? detail?.objects.find((o) => objectKey(o.ref) === objectKey(open.ref))
      : undefined;
  const close = (): void => setOpen('list');

  if (detail === undefined) return <p className={styles.note}>{t.loading}</p>;
  if (open?.way !== undefined) {
    return (
      <Suspense fallback={<p className={styles.note}>{t.loading}</p>}>
        <AdmissionView
          key={objectKey(open.ref)}
          asked={{ object: open.ref, refused: open.way === 'refused' }}
          onOpen={(ref) => setOpen({ ref, way: 'own' })}
          objects={{
            has: (ref) => detail.objects.some((o) => objectKey(o.ref) === objectKey(ref)),
            open: (ref) => setOpen({ ref }),
          }}
          onBack={close}
        />
      </Suspense>
    );
  }
  if (object !== undefined) {
    return (
      <ObjectView
        detail={detail}
        object={object}
        onOpen={(ref) => setOpen({ ref })}
        onWay={(ref) => setOpen({ ref, way: 'own' })}
        onBack={close}
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
      <ObjectList
        objects={objects}
        onOpen={({ ref, source: from }) => setOpen(from === 'refused' ? { ref, way: 'own' } : { ref })}
      />
      <Notes detail={detail} onWay={(ref) => setOpen({ ref, way: 'own' })} />
    </div>
  );
}

/** A stored object, or one that the API server turned down. */
interface Row {
  readonly ref: ObjectRef;
  readonly source: ObjectDetail['source'] | 'refused';
}

function ObjectList({
  objects,
  onOpen,
}: {
  readonly objects: readonly Row[];
  readonly onOpen: (row: Row) => void;
}) {
  const { inspector: t, admission } = useText();
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
              key={`${object.source} ${objectKey(object.ref)}`}
              className={classes(styles.item, object.source === 'refused' && styles.refused)}
              style={{ transform: `translateY(${item.start}px)` }}
            >
              <button type="button" onClick={() => onOpen(object)}>
                <span className={styles.kind}>{object.ref.kind}</span>
                <span className={styles.name}>{objectName(object.ref)}</span>
                <span className={classes(styles.source, styles[object.source])}>
                  {object.source === 'refused' ? (
                    <>
                      <Icon name="cross" size={12} />
                      {admission.outcome.refused}
                    </>
                  ) : (
                    t.sourceShort[object.source]
                  )}
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
function Notes({
  detail,
  onWay,
}: {
  readonly detail: ClusterDetail;
  readonly onWay: (ref: ObjectRef) => void;
}) {
  const { inspector: t, editor } = useText();
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
                {r.message}{' '}
                <button type="button" className={styles.link} onClick={() => onWay(r.object)}>
                  {editor.whyRefused}
                </button>
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
