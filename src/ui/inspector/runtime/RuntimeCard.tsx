import { useState, type ReactNode } from 'react';
import {
  layerWords,
  limitWords,
  namesOf,
  packetWords,
  runtimeWords,
  type LayerWords,
} from '../../../i18n/runtime-text.ts';
import type { Lane } from '../../../i18n/runtime.en.ts';
import type { SourceRange } from '../../../sim/base/origin.ts';
import type { Placed, PodRuntime } from '../../../sim/pod-runtime.ts';
import { useLook } from '../../../state/selection.ts';
import { classes } from '../../kit/classes.ts';
import { Icon } from '../../kit/Icon.tsx';
import { ScrollRegion } from '../../kit/ScrollRegion.tsx';
import { Segmented } from '../../kit/Segmented.tsx';
import styles from './Runtime.module.css';
import { usePodRuntime, useRuntimeText, type RuntimeText } from './use-runtime.ts';

/** What runs the pod, and what stands between its application and the node's kernel. Closed for a pod of no class. */
export function RuntimeCard({ pod }: { readonly pod: string }) {
  const t = useRuntimeText();
  const told = usePodRuntime(pod);
  if (t === undefined || told === undefined) return null;
  const name = told.sandbox === undefined ? told.handler : t.sandboxName(told.sandbox);
  return (
    <details className={styles.card} open={told.runtimeClass !== undefined}>
      <summary>
        <h3>{t.heading}</h3>
        <b>{name}</b>
      </summary>
      <Chosen told={told} t={t} />
      {told.refusal !== undefined ? (
        <p className={styles.refused} role="note">
          <Icon name="cross" size={14} />
          <span>
            <code>{told.refusal}</code>
            {t.refused}
          </span>
        </p>
      ) : told.sandbox === undefined ? (
        <p className={styles.hint}>{t.unknownHandler}</p>
      ) : (
        <Inside told={told} t={t} />
      )}
      <Class told={told} t={t} />
      <Configuration told={told} t={t} />
    </details>
  );
}

interface Part {
  readonly told: PodRuntime;
  readonly t: RuntimeText;
}

/** A place in the YAML, or plain text where no file has it. */
function At({ range, children }: { readonly range?: SourceRange; readonly children: ReactNode }) {
  if (range === undefined) return <>{children}</>;
  return (
    <button
      type="button"
      className={styles.link}
      title={`${range.file}:${range.line}`}
      onClick={() => useLook.getState().showSource(range)}
    >
      {children}
    </button>
  );
}

/** From the pod's line over the class and the handler to the node's container runtime. */
function Chosen({ told, t }: Part) {
  const { runtimeClass, containerRuntime, handler, node } = told;
  const { handlers } = containerRuntime;
  const runs = runtimeWords(told, t);
  return (
    <dl className={styles.facts}>
      <dt>{t.handler}</dt>
      <dd>
        <code>{handler}</code>
        {told.sandbox !== undefined && told.refusal === undefined && <small>{t.known[told.knownBy]}</small>}
      </dd>
      <dt>{t.runBy}</dt>
      <dd>
        {runtimeClass === undefined ? (
          t.noClass
        ) : (
          <>
            <At range={runtimeClass.chosen}>{t.byClass(runtimeClass)}</At>
            {runtimeClass.range !== undefined && (
              <At range={runtimeClass.range}>
                <code>handler: {handler}</code>
              </At>
            )}
          </>
        )}
      </dd>
      {node === undefined ? (
        <>
          <dt />
          <dd>{t.waiting}</dd>
        </>
      ) : (
        <>
          <dt>{node}</dt>
          <dd>
            <code>{runs.name}</code>
            {runs.note !== undefined && <small>{runs.note}</small>}
          </dd>
          <dt>{t.handlers}</dt>
          <dd>
            {handlers === undefined ? (
              <small>{t.handlersUnknown}</small>
            ) : (
              <At range={handlers.range}>
                <code>{handlers.names.join(', ')}</code>
              </At>
            )}
          </dd>
        </>
      )}
    </dl>
  );
}

function Inside({ told, t }: Part) {
  const [lane, setLane] = useState<Lane>('calls');
  const names = namesOf(told, t);
  const { same, other, reach } = packetWords(told, names, t);
  const limits = limitWords(told, t);
  const layers = layerWords(told, t);
  return (
    <>
      {layers.length > 0 && (
        <>
          <Segmented<Lane>
            label={t.lane}
            items={(['calls', 'packets', 'files'] as const).map((id) => ({ id, label: t.lanes[id] }))}
            value={lane}
            onChange={setLane}
          />
          <ol className={styles.stack} aria-label={t.lanes[lane]}>
            {layers.map((words) => (
              <Layer key={words.layer} words={words} lane={lane} t={t} />
            ))}
          </ol>
        </>
      )}
      {other.length > 0 && (
        <section>
          <h4>{t.packetsHeading}</h4>
          {same.length > 0 && <h5>{t.same}</h5>}
          <Lines lines={same} />
          <h5>{t.other}</h5>
          <Lines lines={other} />
          {reach !== undefined && <p className={styles.hint}>{reach}</p>}
        </section>
      )}
      {limits.length > 0 && (
        <section>
          <h4>{t.limitsHeading}</h4>
          <ul className={styles.lines}>
            {limits.map(({ text, asked }) => (
              <li key={text} className={classes(asked !== undefined && styles.asked)}>
                {asked !== undefined && <Icon name="warning" size={14} />}
                <span>
                  <Marked text={text} />{' '}
                  {asked !== undefined && <At range={asked.range}>{t.asks({ field: asked.text })}</At>}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

function Layer({
  words: { layer, title, what, lanes, kernel, crossing },
  lane,
  t,
}: {
  readonly words: LayerWords;
  readonly lane: Lane;
  readonly t: RuntimeText;
}) {
  return (
    <li>
      <div className={classes(styles.layer, styles[layer], kernel === 'own' && styles.own)}>
        <p className={styles.title}>
          <b>{title}</b>
          {kernel !== undefined && <span>{kernel === 'own' ? t.ownKernel : t.sharedKernel}</span>}
        </p>
        <p className={styles.what}>{what}</p>
        <p>{lanes[lane]}</p>
      </div>
      {crossing !== undefined && (
        <div className={classes(styles.crossing, styles[crossing.kind])}>
          <Icon name="down" size={14} />
          <span>
            {crossing.text}
            {crossing.kind === 'isolation' && <b>{t.isolation}</b>}
            {crossing.kind === 'direct' && <b>{t.direct}</b>}
          </span>
        </div>
      )}
    </li>
  );
}

/** Text with `code` between backticks. */
function Marked({ text }: { readonly text: string }) {
  return text.split('`').map((part, i) => (i % 2 === 1 ? <code key={i}>{part}</code> : part));
}

function Lines({ lines }: { readonly lines: readonly string[] }) {
  return (
    <ul className={styles.lines}>
      {lines.map((line) => (
        <li key={line}>
          <span>
            <Marked text={line} />
          </span>
        </li>
      ))}
    </ul>
  );
}

function Class({ told: { runtimeClass, overhead, scheduling }, t }: Part) {
  if (runtimeClass === undefined) return null;
  const list = (placed: readonly Placed[]) =>
    placed.map(({ text, range }) => (
      <li key={text}>
        <At range={range}>
          <code>{text}</code>
        </At>
      </li>
    ));
  return (
    <section>
      <h4>{t.classHeading}</h4>
      {overhead.length + scheduling.length === 0 && <p className={styles.hint}>{t.nothingAdded}</p>}
      {overhead.length > 0 && (
        <>
          <h5>{t.overhead}</h5>
          <ul className={styles.lines}>{list(overhead)}</ul>
          <p className={styles.hint}>{t.overheadNote}</p>
        </>
      )}
      {scheduling.length > 0 && (
        <>
          <h5>{t.scheduling}</h5>
          <ul className={styles.lines}>{list(scheduling)}</ul>
        </>
      )}
    </section>
  );
}

function Configuration({ told: { config, sources, containerRuntime }, t }: Part) {
  const label = config.written ? t.configWritten(config) : t.configDocumented(config);
  return (
    <section>
      {config.lines.length > 0 && (
        <>
          <h4>{containerRuntime.name}</h4>
          <p className={styles.hint}>{label}</p>
          <ScrollRegion className={styles.config} label={label} pre>
            {config.lines.join('\n')}
          </ScrollRegion>
        </>
      )}
      <h4>{t.sources}</h4>
      <ul className={styles.sources}>
        {sources.map((url) => (
          <li key={url}>
            <a href={url} target="_blank" rel="noopener noreferrer">
              {url.replace(/^https:\/\//, '').replace('/blob/main', '')}
            </a>
          </li>
        ))}
      </ul>
    </section>
  );
}
