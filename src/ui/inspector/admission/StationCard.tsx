import { admissionStepText } from '../../../i18n/admission-text.ts';
import { useText } from '../../../i18n/messages.ts';
import type { AdmissionBy, AdmissionStep } from '../../../sim/admission/steps.ts';
import type { ObjectRef, SourceRange } from '../../../sim/base/origin.ts';
import { useDocument } from '../../../state/document.ts';
import { useLook } from '../../../state/selection.ts';
import { Icon, type IconName } from '../../kit/Icon.tsx';
import { objectKey, objectName } from '../object-name.ts';
import styles from './Admission.module.css';
import { FieldDiff } from './FieldDiff.tsx';
import type { Station } from './stations.ts';

/** What the cluster holds, and the way to it. */
export interface StoredObjects {
  readonly has: (object: ObjectRef) => boolean;
  readonly open: (object: ObjectRef) => void;
}

/** What happened at a station, in the API server's words, and the lines that it is about. */
export function StationCard({
  station: { steps },
  objects,
}: {
  readonly station: Station;
  readonly objects: StoredObjects;
}) {
  const { admission: t } = useText();
  const [step] = steps;
  if (step === undefined) return null;
  if (steps.length > 1) return <Silent steps={steps} />;
  const { detail } = admissionStepText(t, step);
  const changes = step.changes ?? [];
  return (
    <>
      {detail !== undefined && <p className={styles.detail}>{detail}</p>}
      {step.stage === 'request' && (
        <p className={styles.open}>
          <Icon name="question" size={14} />
          <span>{t.who}</span>
        </p>
      )}
      {step.message !== undefined && <Said tone="deny" icon="cross" who={t.says} text={step.message} />}
      {step.warning !== undefined && <Said tone="warn" icon="warning" who={t.warning} text={step.warning} />}
      {step.audit !== undefined && <Said tone="calm" icon="info" who={t.audit} text={step.audit} />}
      {step.unknown !== undefined && <Said tone="calm" icon="question" who={t.unknown} text={step.unknown} />}
      {changes.length > 0 && <FieldDiff changes={changes} />}
      <Places step={step} />
      <By by={step.by ?? []} objects={objects} />
    </>
  );
}

/** Several that said nothing for one reason, and what each would do. */
function Silent({ steps }: { readonly steps: readonly AdmissionStep[] }) {
  const { admission: t } = useText();
  const [first] = steps;
  if (first === undefined) return null;
  const why = t.whySeveral[first.answer];
  return (
    <>
      {why !== undefined && <p className={styles.detail}>{why}</p>}
      <dl className={styles.silent}>
        {steps.map(({ plugin = '' }) => (
          <div key={plugin}>
            <dt>{plugin}</dt>
            <dd>{t.about[plugin]}</dd>
          </div>
        ))}
      </dl>
    </>
  );
}

function Said({
  tone,
  icon,
  who,
  text,
}: {
  readonly tone: 'deny' | 'warn' | 'calm';
  readonly icon: IconName;
  readonly who: string;
  readonly text: string;
}) {
  return (
    <figure className={styles.said} data-tone={tone}>
      <figcaption>
        <Icon name={icon} size={12} />
        {who}
      </figcaption>
      <blockquote>{text}</blockquote>
    </figure>
  );
}

/** The fields that the answer is about, each with its line. */
function Places({ step: { places = [] } }: { readonly step: AdmissionStep }) {
  const { admission: t } = useText();
  const found = places.filter(({ range }) => range !== undefined);
  if (found.length === 0) return null;
  return (
    <section className={styles.places}>
      <h4>{t.place}</h4>
      <ul>
        {found.map(({ path, range }) => (
          <li key={`${path} ${range?.line}`}>
            {path !== '' && <span className={styles.path}>{path}</span>}
            {range !== undefined && <Line range={range} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** What the plug-in went by: the object, and the line of it that decided. */
function By({ by, objects }: { readonly by: readonly AdmissionBy[]; readonly objects: StoredObjects }) {
  const { admission: t } = useText();
  if (by.length === 0) return null;
  return (
    <section className={styles.by}>
      <h4>{t.wentBy}</h4>
      <ul>
        {by.map(({ object, path, range }) => (
          <li key={`${objectKey(object)} ${path}`}>
            {objects.has(object) ? (
              <button type="button" className={styles.link} onClick={() => objects.open(object)}>
                {object.kind} {objectName(object)}
              </button>
            ) : (
              <b>
                {object.kind} {objectName(object)}
              </b>
            )}
            {path !== '' && <span className={styles.path}>{path}</span>}
            {range !== undefined && <Line range={range} />}
          </li>
        ))}
      </ul>
    </section>
  );
}

/** A place in the text, with the line that stands there. */
function Line({ range }: { readonly range: SourceRange }) {
  const line = useDocument((s) => s.files.find((f) => f.name === range.file)?.text)?.split('\n')[
    range.line - 1
  ];
  return (
    <span className={styles.line}>
      <button type="button" className={styles.link} onClick={() => useLook.getState().showSource(range)}>
        {range.file}:{range.line}
      </button>
      <code>{line?.trim()}</code>
    </span>
  );
}
