import { useEffect, useMemo, useRef } from 'react';
import { useText } from '../../i18n/messages.ts';
import { clientSeesText, walkTranscript } from '../../i18n/transcript.ts';
import {
  packetEnds,
  packetWord,
  placeName,
  reasonDetail,
  reasonTitle,
  segmentLabel,
  stepDevice,
} from '../../i18n/step-text.ts';
import type { Step, Trace } from '../../sim/trace/trace.ts';
import { usePlayback } from '../../state/playback.ts';
import { useLook } from '../../state/selection.ts';
import { goToStep } from '../../state/session.ts';
import { useSimulation } from '../../state/simulation.ts';
import { classes } from '../kit/classes.ts';
import { ScrollRegion } from '../kit/ScrollRegion.tsx';
import { StepMark } from '../kit/StepMark.tsx';
import { markOf } from '../kit/step-mark.ts';
import { CopyButton } from './CopyButton.tsx';
import styles from './WalkText.module.css';
import { changesOf } from './why/changes.ts';

interface Section {
  readonly segment: number;
  readonly places: { readonly place: string; readonly dir: Step['dir']; readonly steps: Step[] }[];
}

function sections(trace: Trace, shown: readonly number[]): Section[] {
  const out: Section[] = [];
  for (const i of shown) {
    const step = trace.steps[i];
    if (step === undefined) continue;
    let section = out.at(-1);
    if (section === undefined || (step.segment >= 0 && step.segment !== section.segment)) {
      section = { segment: step.segment, places: [] };
      out.push(section);
    }
    const last = section.places.at(-1);
    if (last !== undefined && last.place === step.place && last.dir === step.dir) last.steps.push(step);
    else section.places.push({ place: step.place, dir: step.dir, steps: [step] });
  }
  return out;
}

/** The walk as an ordered list, as complete as the picture: what a screen reader reads and a person can copy. */
export function WalkText() {
  const texts = useText();
  const { inspector: t, timeline } = texts;
  const trace = useSimulation((s) => s.walk?.trace);
  const lens = useLook((s) => s.lens);
  const shown = useSimulation((s) => s.walk?.shown[lens]);
  const index = usePlayback((s) => s.step);
  const list = useRef<HTMLDivElement>(null);
  const parts = useMemo(
    () => (trace === undefined || shown === undefined ? [] : sections(trace, shown)),
    [trace, shown],
  );
  const current = shown?.findLast((i) => i <= index);
  useEffect(() => {
    list.current?.querySelector(`[data-step="${current}"]`)?.scrollIntoView({ block: 'nearest' });
  }, [current]);
  if (trace === undefined) {
    return (
      <div className={styles.text}>
        <h2>{t.textView}</h2>
        <p className={styles.rest}>{timeline.atRest}</p>
      </div>
    );
  }
  const numbers = new Map(shown?.map((i, n) => [i, n + 1]));
  return (
    <div className={styles.text}>
      <header className={styles.head}>
        <h2>{t.textView}</h2>
        <CopyButton text={() => walkTranscript(trace, texts)} label={t.transcript} />
      </header>
      <dl className={styles.ending}>
        <dt>{t.verdict}</dt>
        <dd>{t.verdicts[trace.verdict]}</dd>
        <dt>{t.clientSees}</dt>
        <dd>{clientSeesText(trace, texts)}</dd>
        <dt>{t.because}</dt>
        <dd>{reasonTitle(texts.reasons, trace.reason)}</dd>
      </dl>
      <ScrollRegion ref={list} className={styles.list} label={t.textView}>
        {parts.map((section, s) => (
          <section key={`${section.segment}-${s}`}>
            <h3>{segmentLabel(trace, section.segment)}</h3>
            {section.places.map((group, g) => (
              <div key={`${group.place}-${g}`} className={styles.group}>
                <h4>
                  {placeName(group.place)}
                  {group.dir === 'reply' && <small>{timeline.reply}</small>}
                </h4>
                <ol>
                  {group.steps.map((step) => (
                    <Line
                      key={step.index}
                      step={step}
                      number={numbers.get(step.index) ?? step.index + 1}
                      on={step.index === current}
                    />
                  ))}
                </ol>
              </div>
            ))}
          </section>
        ))}
      </ScrollRegion>
    </div>
  );
}

function Line({ step, number, on }: { readonly step: Step; readonly number: number; readonly on: boolean }) {
  const { inspector: t, packet: words, reasons } = useText();
  const device = stepDevice(step);
  const ends = packetEnds(step.packet);
  const changes = changesOf(step);
  const range = step.origin?.range;
  const passing = step.kind === 'transmit' || step.kind === 'receive';
  const ttl = step.packet?.ip?.ttl;
  return (
    <li
      value={number}
      data-step={step.index}
      aria-current={on ? 'step' : undefined}
      className={classes(styles.line, on && styles.on)}
    >
      <span className={styles.number} aria-hidden="true">
        {number}
      </span>
      <StepMark mark={markOf(step)} className={styles.mark} />
      <div>
        <button type="button" className={styles.go} onClick={() => goToStep(step.index)}>
          {reasonTitle(reasons, step.reason)}
        </button>
        {device !== '' && <code className={styles.device}>{device}</code>}
        {passing && step.packet !== undefined && (
          <p className={styles.fact}>
            <code>
              {packetWord(step.packet)} {ends.src} → {ends.dst}
              {ttl === undefined ? '' : `  ttl ${ttl}`}
            </code>
          </p>
        )}
        {changes?.fields.map((change) => (
          <p key={change.key} className={styles.fact}>
            {words.fields[change.key]?.name ?? change.key}{' '}
            <code>
              <s aria-label={`${t.before} ${change.before}`}>{change.before}</s> →{' '}
              <b aria-label={`${t.after} ${change.after}`}>{change.after}</b>
            </code>
          </p>
        ))}
        {on && <p className={styles.detail}>{reasonDetail(reasons, step.reason)}</p>}
        {!passing && range !== undefined && (
          <p className={styles.fact}>
            {t.youWrote}{' '}
            <button
              type="button"
              className={styles.link}
              onClick={() => useLook.getState().showSource(range)}
            >
              {range.file}:{range.line}
            </button>
          </p>
        )}
      </div>
    </li>
  );
}
