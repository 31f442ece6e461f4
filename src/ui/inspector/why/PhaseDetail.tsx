import { Fragment } from 'react';
import { useText } from '../../../i18n/messages.ts';
import { shortPlace } from '../../../i18n/step-text.ts';
import type { Diagnostic } from '../../../sim/base/diagnostic.ts';
import type { ObjectRef } from '../../../sim/base/origin.ts';
import { objectName } from '../object-name.ts';
import type { ChoiceRecord, Step, Trace } from '../../../sim/trace/trace.ts';
import { useDocument } from '../../../state/document.ts';
import { useLook } from '../../../state/selection.ts';
import { goToStep, sendProbe } from '../../../state/session.ts';
import { useSimulation } from '../../../state/simulation.ts';
import { diagnosticText } from '../../kit/diagnostic-text.ts';
import { RuleText } from './RuleText.tsx';
import { commandOf, useRows } from './use-rows.ts';
import styles from './Why.module.css';

/** The rows that decided, the line of YAML behind them, the objects in between, and the chance there was. */
export function PhaseDetail({ step, trace }: { readonly step: Step; readonly trace: Trace }) {
  const { inspector: t } = useText();
  // A connection's entry is printed as it stands after the whole probe; the card below tells what it holds now.
  const keys = step.rows.filter((key) => !key.startsWith('conntrack/'));
  const rows = useRows(step.place, keys);
  const tools = useSimulation((s) => s.result?.cluster.settings.tools);
  const choice = trace.choices.find((c) => c.step === step.index);
  const openTable = (): void => {
    const key = keys.at(-1);
    const source = key === undefined ? undefined : commandOf(key, tools);
    if (source === undefined) return;
    useLook.getState().set({ tab: 'tables', table: { netns: step.place, command: source.command } });
  };
  return (
    <>
      {rows.length > 0 && (
        <div className={styles.rowBox}>
          {rows.map((row, i) => (
            <RuleText key={`${i} ${row.key}`} row={row} last={i === rows.length - 1} />
          ))}
          <button type="button" className={styles.link} onClick={openTable}>
            {t.openTable}
          </button>
        </div>
      )}
      {(step.origin !== undefined || choice !== undefined) && (
        <dl className={styles.sources}>
          <Source step={step} />
          {choice !== undefined && choice.options.length > 1 && <Chance choice={choice} trace={trace} />}
        </dl>
      )}
    </>
  );
}

/** What is said of the line that decided: there the reason for a Service without endpoints stands. */
function useNotes({ origin }: Step): readonly Diagnostic[] {
  const diagnostics = useSimulation((s) => s.result?.diagnostics);
  const at = origin?.range;
  if (at === undefined || diagnostics === undefined) return [];
  return diagnostics.filter(({ range }) => range?.file === at.file && range.line === at.line);
}

function Source({ step }: { readonly step: Step }) {
  const text = useText();
  const { inspector: t } = text;
  const notes = useNotes(step);
  const files = useDocument((s) => s.files);
  const { origin } = step;
  if (origin === undefined) return null;
  const { range, via, by } = origin;
  const written = files.find((f) => f.name === range?.file)?.text;
  const line = written?.split('\n')[(range?.line ?? 1) - 1]?.trim();
  return (
    <>
      <dt>{range === undefined ? t.builtIn : t.youWrote}</dt>
      <dd>
        {range === undefined ? (
          `${origin.object.kind} ${objectName(origin.object)}`
        ) : (
          <>
            <button
              type="button"
              className={styles.link}
              onClick={() => useLook.getState().showSource(range)}
            >
              {range.file}:{range.line}
            </button>{' '}
            <code>{line}</code>
          </>
        )}
      </dd>
      {notes.length > 0 && (
        <>
          <dt>{t.note}</dt>
          {notes.map((d) => (
            <dd key={d.code}>{diagnosticText(d, text)}</dd>
          ))}
        </>
      )}
      {via !== undefined && via.length > 0 && (
        <>
          <dt>{t.whichMade}</dt>
          <dd>
            {via.map((ref, i) => (
              <Fragment key={`${ref.kind} ${ref.name}`}>
                {i > 0 && ' → '}
                <ViaObject object={ref} />
              </Fragment>
            ))}
          </dd>
        </>
      )}
      {by !== undefined && (
        <>
          <dt>{t.writtenBy}</dt>
          <dd>{by}</dd>
        </>
      )}
    </>
  );
}

/** An object on the way from the YAML to the row; a pod or a Service can be shown in the picture. */
function ViaObject({ object }: { readonly object: ObjectRef }) {
  const id = objectName(object);
  const kind = object.kind === 'Pod' ? 'pod' : object.kind === 'Service' ? 'service' : undefined;
  if (kind === undefined) {
    return (
      <span title={id}>
        {object.kind} {object.name}
      </span>
    );
  }
  return (
    <>
      {object.kind}{' '}
      <button
        type="button"
        className={styles.link}
        onClick={() => useLook.getState().set({ selection: { kind, id }, opened: undefined })}
      >
        {object.name}
      </button>
    </>
  );
}

/** Sends the same probe so that the choice falls on a pod, and stays at the choice. */
async function takeEndpoint(pod: string | undefined, service: string): Promise<void> {
  const { walk } = useSimulation.getState();
  if (walk === undefined) return;
  const { endpoint: _, ...rest } = walk.probe;
  await sendProbe(pod === undefined ? rest : { ...rest, endpoint: pod }, { play: false });
  const choice = useSimulation.getState().walk?.trace.choices.find((c) => c.service === service);
  if (choice !== undefined) goToStep(choice.step);
}

function Chance({ choice, trace }: { readonly choice: ChoiceRecord; readonly trace: Trace }) {
  const { inspector: t } = useText();
  const probe = useSimulation((s) => s.walk?.probe);
  const seed = useSimulation((s) => s.walk?.probe.seed ?? s.result?.cluster.settings.seed);
  const chosen = choice.options[choice.chosen];
  const others = choice.options.flatMap((o, i) =>
    i === choice.chosen || o.pod === undefined ? [] : [o.pod],
  );
  const forced = probe?.endpoint !== undefined && probe.endpoint === chosen?.pod;
  const even = choice.options.every((o) => Math.abs(o.probability - 1 / choice.options.length) < 1e-6);
  const about = forced
    ? t.chosen
    : even
      ? t.chance({ n: choice.options.length, seed })
      : t.chanceOf({ percent: ((chosen?.probability ?? 0) * 100).toFixed(1), seed });
  const isProbe = trace.segments[trace.steps[choice.step]?.segment ?? -1]?.purpose === 'probe';
  return (
    <>
      <dt>{t.byChance}</dt>
      <dd>
        {about}
        {isProbe &&
          others.slice(0, 4).map((pod) => (
            <Fragment key={pod}>
              {' '}
              <button
                type="button"
                className={styles.link}
                onClick={() => void takeEndpoint(pod, choice.service)}
              >
                {t.takeInstead({ pod: shortPlace(pod) })}
              </button>
            </Fragment>
          ))}
        {forced && (
          <>
            {' '}
            <button
              type="button"
              className={styles.link}
              onClick={() => void takeEndpoint(undefined, choice.service)}
            >
              {t.takeAgain}
            </button>
          </>
        )}
      </dd>
    </>
  );
}
