import { lazy, Suspense } from 'react';
import { addressPort } from '../../../i18n/family.ts';
import { useText } from '../../../i18n/messages.ts';
import type { ObjectRef } from '../../../sim/base/origin.ts';
import { objectKey, objectName } from '../object-name.ts';
import { useLook, type Selection } from '../../../state/selection.ts';
import { useSimulation } from '../../../state/simulation.ts';
import type { ClusterDetail, ObjectDetail } from '../../../worker/protocol.ts';
import { Button, IconButton } from '../../kit/Button.tsx';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/Icon.tsx';
import { ScrollRegion } from '../../kit/ScrollRegion.tsx';
import { CopyButton } from '../CopyButton.tsx';
import styles from './Cluster.module.css';
import { PodReach } from './PodReach.tsx';
import { yamlText } from './yaml-text.ts';

const RuntimeCard = lazy(() =>
  import('../runtime/RuntimeCard.tsx').then((m) => ({ default: m.RuntimeCard })),
);

/** The thing in the picture that an object stands for. */
function pictureOf(ref: ObjectRef): Selection {
  const id = objectName(ref);
  switch (ref.kind) {
    case 'Pod':
      return { kind: 'pod', id };
    case 'Service':
      return { kind: 'service', id };
    case 'Node':
      return { kind: 'node', id };
    default:
      return undefined;
  }
}

/** One object: where it comes from, what it made, its endpoints and events, its YAML. */
export function ObjectView({
  detail,
  object,
  onOpen,
  onWay,
  onBack,
}: {
  readonly detail: ClusterDetail;
  readonly object: ObjectDetail;
  readonly onOpen: (ref: ObjectRef) => void;
  /** Its way through the API server. */
  readonly onWay: (ref: ObjectRef) => void;
  readonly onBack: () => void;
}) {
  const { inspector: t, admission, app } = useText();
  const { ref, range } = object;
  const place = pictureOf(ref);
  const key = objectKey(ref);
  const made = detail.objects.filter(
    (o) =>
      objectKey(o.ref) !== key &&
      (o.via.some((v) => objectKey(v) === key) || (objectKey(o.cause) === key && o.source === 'controller')),
  );
  const events = detail.events.filter((e) => objectKey(e.object) === key);
  const chain = [object.cause, ...object.via].filter((v) => objectKey(v) !== key);
  const yaml = yamlText(plain(object)).trimStart();
  return (
    <div className={styles.object}>
      <header>
        <IconButton icon="left" label={`${app.close}: ${objectName(ref)}`} onClick={onBack} />
        <div>
          <p className={styles.kindLine}>
            {ref.kind}
            <span className={classes(styles.source, styles[object.source])}>{t.source[object.source]}</span>
          </p>
          <h2>{objectName(ref)}</h2>
        </div>
      </header>
      <div className={styles.actions}>
        {range !== undefined && (
          <Button kind="line" icon="file" onClick={() => useLook.getState().showSource(range)}>
            {range.file}:{range.line}
          </Button>
        )}
        {place !== undefined && (
          <Button
            kind="line"
            icon="follow"
            onClick={() => useLook.getState().set({ selection: place, view: 'picture' })}
          >
            {t.showInPicture}
          </Button>
        )}
        {object.source !== 'built-in' && (
          <Button kind="line" icon="next" onClick={() => onWay(ref)}>
            {admission.open}
          </Button>
        )}
      </div>
      {chain.length > 0 && (
        <section>
          <h3>{t.owners}</h3>
          <p className={styles.chain}>
            {chain.map((owner) => (
              <span key={objectKey(owner)}>
                <Known detail={detail} object={owner} onOpen={onOpen} /> <span aria-hidden="true">
                  →
                </span>{' '}
              </span>
            ))}
            <b>{ref.name}</b>
          </p>
        </section>
      )}
      {made.length > 0 && (
        <section>
          <h3>{t.whichMade}</h3>
          <ul className={styles.made}>
            {made.slice(0, 50).map((o) => (
              <li key={objectKey(o.ref)}>
                <Known detail={detail} object={o.ref} onOpen={onOpen} />
              </li>
            ))}
          </ul>
        </section>
      )}
      {ref.kind === 'Service' && <Endpoints object={ref} />}
      {ref.kind === 'Pod' && <PodReach pod={objectName(ref)} />}
      {ref.kind === 'Pod' && (
        <Suspense fallback={null}>
          <RuntimeCard key={key} pod={objectName(ref)} />
        </Suspense>
      )}
      {events.length > 0 && (
        <section>
          <h3>{t.events}</h3>
          {events.map((event, i) => (
            <p key={i} className={styles.event}>
              <Icon
                name={event.type === 'Warning' ? 'warning' : 'info'}
                size={14}
                className={event.type === 'Warning' ? styles.warn : styles.calm}
              />
              <span>
                <b>{event.reason}</b> {event.message}
              </span>
            </p>
          ))}
        </section>
      )}
      <section>
        <h3>
          {t.yaml}
          <CopyButton text={() => yaml} />
        </h3>
        <ScrollRegion className={styles.yaml} label={`${t.yaml}: ${objectName(ref)}`} pre>
          {yaml}
        </ScrollRegion>
      </section>
    </div>
  );
}

/** The object as `kubectl get -o yaml` would order it, without the simulator's own notes on it. */
function plain(object: ObjectDetail): unknown {
  const { origin: _origin, source: _source, body, status, ...head } = object.object;
  return { ...head, ...(body !== null && typeof body === 'object' ? body : {}), status };
}

function Known({
  detail,
  object,
  onOpen,
}: {
  readonly detail: ClusterDetail;
  readonly object: ObjectRef;
  readonly onOpen: (ref: ObjectRef) => void;
}) {
  const known = detail.objects.some((o) => objectKey(o.ref) === objectKey(object));
  const text = `${object.kind} ${object.name}`;
  return known ? (
    <button type="button" className={styles.link} onClick={() => onOpen(object)}>
      {text}
    </button>
  ) : (
    <span>{text}</span>
  );
}

function Endpoints({ object }: { readonly object: ObjectRef }) {
  const { inspector: t } = useText();
  const service = useSimulation((s) => s.result?.scene.services.find((x) => x.id === objectName(object)));
  if (service === undefined) return null;
  const none = service.ports.every((p) => p.endpoints.length === 0);
  return (
    <section>
      <h3>{t.endpoints}</h3>
      {none && <p className={styles.none}>{t.noEndpoints}</p>}
      {service.ports.map((port) => (
        <ul key={`${port.port}/${port.protocol}`} className={styles.endpoints}>
          {port.endpoints.map((e) => (
            <li key={addressPort(e.ip, e.port)}>
              <code>
                {port.port}/{port.protocol} → {addressPort(e.ip, e.port)}
              </code>
              {e.pod !== undefined && <span>{e.pod}</span>}
            </li>
          ))}
        </ul>
      ))}
    </section>
  );
}
