/** The words of one step of an object's admission. */
import type { AdmissionStep } from '../sim/admission/steps.ts';
import type { Messages } from './en.ts';

export interface AdmissionStepText {
  readonly title: string;
  readonly answer: string;
  /** Why it had no answer, or what the stage is. */
  readonly detail?: string;
}

export function admissionStepText(
  t: Messages['admission'],
  {
    stage,
    plugin,
    webhook,
    reinvoked,
    answer,
    unknown,
  }: Pick<AdmissionStep, 'stage' | 'plugin' | 'webhook' | 'reinvoked' | 'answer' | 'unknown'>,
): AdmissionStepText {
  if (plugin === undefined) {
    const does = t.does as Readonly<Record<string, Readonly<Record<string, string>> | undefined>>;
    return {
      title: t.stages[stage],
      answer: does[stage]?.[answer] ?? t.answers[answer],
      detail: answer === 'not-reached' ? t.why[answer] : t.stageIs[stage],
    };
  }
  const name = webhook === undefined ? plugin : `${plugin} ${webhook}`;
  const title = reinvoked === true ? t.again({ name }) : name;
  const base = { title, answer: t.answers[answer] };
  const about = t.about[plugin];
  switch (answer) {
    case 'nothing':
    case 'not-asked':
    case 'not-reached':
      return { ...base, detail: t.why[answer] };
    case 'not-modelled':
      return unknown === undefined
        ? { ...base, detail: `${t.why[answer]} ${about ?? ''}`.trim() }
        : { ...base, answer: t.answerUnknown, detail: t.why.unknown };
    default:
      return about === undefined ? base : { ...base, detail: t.isFor({ plugin, about }) };
  }
}
