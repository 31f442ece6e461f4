/** Many questions in one process: a JSON object a line in, one a line out, in order. A bad line fails alone. */
import { createInterface } from 'node:readline';
import { openLink } from '../share/link.ts';
import type { ScenarioFile } from '../sim/scenario.ts';
import { labScript } from '../sim/lab/lab.ts';
import { simulate, type Simulation } from '../sim/simulate.ts';
import {
  answerAdmission,
  answerBurst,
  answerExpect,
  answerExport,
  answerMatrix,
  answerReach,
  answerRuntime,
  answerShow,
  answerFix,
  answerImport,
  answerTraffic,
  answerWalk,
  type AnswerOptions,
} from './answers.ts';
import { admissionJson } from './admission-report.ts';
import { runtimeJson } from './runtime-report.ts';
import { checkUsage, UsageError } from './args.ts';
import { nearMissOfTrace } from '../sim/explain.ts';
import { fixJson } from './policy-report.ts';
import { diagnosticJson, objectsJson, walkJson } from './json.ts';
import { linkOf } from './link.ts';
import { cliTexts, type CliTexts } from './texts.ts';
import { expectJson } from './expect-report.ts';
import { reachJson } from './reach-report.ts';
import { matrixJson, problemText } from './report.ts';
import { exportedJson, importedJson } from './traffic-report.ts';

interface Question {
  readonly id?: unknown;
  readonly files?: unknown;
  readonly command?: unknown;
  readonly args?: unknown;
}

function filesOf(value: unknown): ScenarioFile[] {
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new UsageError('"files" is an object: {"name": "text"}');
  }
  return Object.entries(value).map(([name, text]) => {
    if (typeof text !== 'string') throw new UsageError(`"files"."${name}" is no text`);
    return { name, text };
  });
}

/** What stands among the words of a command line and has a name in `args`. */
const MORE: Readonly<Record<string, readonly string[]>> = { show: ['command'], open: ['link'] };

const FIELDS: ReadonlySet<string> = new Set(['id', 'files', 'command', 'args']);

/** A misspelt field would answer for the wrong files or with other options: it is refused. */
function readQuestion(line: string): Question {
  const question: unknown = JSON.parse(line);
  if (question === null || typeof question !== 'object' || Array.isArray(question))
    throw new UsageError('a line is one JSON object');
  return question;
}

async function answer(
  question: Question,
  files: readonly ScenarioFile[],
  simulation: () => Simulation,
  texts: CliTexts,
): Promise<unknown> {
  const options = (question.args ?? {}) as AnswerOptions;
  if (typeof options !== 'object' || Array.isArray(options)) throw new UsageError('"args" is an object');
  checkUsage(question.command, Object.keys(options), MORE[String(question.command)]);
  const diagnostics = () => simulation().diagnostics.map((d) => diagnosticJson(d, texts));
  switch (question.command) {
    case 'check':
      return { diagnostics: diagnostics() };
    case 'objects':
      return { ...objectsJson(simulation()), diagnostics: diagnostics() };
    case 'walk': {
      const trace = answerWalk(simulation(), options);
      const near = nearMissOfTrace(simulation(), trace);
      return { ...walkJson(trace, texts, near), diagnostics: diagnostics() };
    }
    case 'burst':
      return { ...answerBurst(simulation(), options), diagnostics: diagnostics() };
    case 'fix':
      return { ...fixJson(answerFix(simulation(), files, options)), diagnostics: diagnostics() };
    case 'matrix':
      return { ...matrixJson(answerMatrix(simulation(), options)), diagnostics: diagnostics() };
    case 'reach':
      return { ...reachJson(answerReach(simulation(), options)), diagnostics: diagnostics() };
    case 'admission':
      return { ...admissionJson(answerAdmission(simulation(), options)), diagnostics: diagnostics() };
    case 'runtime':
      return { ...runtimeJson(answerRuntime(simulation(), options)), diagnostics: diagnostics() };
    case 'show':
      return { text: answerShow(simulation(), options), diagnostics: diagnostics() };
    case 'expect':
      if (options.format !== undefined) throw new UsageError('batch answers JSON: expect takes no "format"');
      return { ...expectJson(answerExpect(simulation()), simulation(), texts), diagnostics: diagnostics() };
    case 'lab':
      return { script: labScript(simulation().world), diagnostics: diagnostics() };
    case 'export': {
      if (options.traffic !== undefined) {
        const exported = answerTraffic(simulation(), options);
        return { text: exported.text, ...exportedJson(exported), diagnostics: diagnostics() };
      }
      const { bytes, ...counts } = answerExport(simulation(), options, texts);
      return { pcapng: Buffer.from(bytes).toString('base64'), ...counts, diagnostics: diagnostics() };
    }
    case 'import': {
      const { traffic } = options;
      if (typeof traffic !== 'string')
        throw new UsageError('import needs "args": {"traffic": "the file\'s text"}');
      const imported = answerImport(simulation(), files, { name: 'traffic', text: traffic }, options);
      return { ...importedJson(imported, texts), diagnostics: diagnostics() };
    }
    case 'link':
      return { link: await linkOf(files), diagnostics: diagnostics() };
    case 'open': {
      if (typeof options.link !== 'string') throw new UsageError('open needs "args": {"link": "..."}');
      const opened = await openLink(options.link);
      if (!opened.ok) throw new UsageError(texts.messages.cli.linkProblem(opened.problem));
      return { files: opened.state.files, view: opened.state.view };
    }
    case 'batch':
      throw new UsageError('a line of batch is one question, not another batch');
  }
}

/** Answers every line of `input` through `write`, one after another; `lang` where a line's own `args` name none. */
export async function runBatch(
  input: NodeJS.ReadableStream,
  write: (line: string) => void,
  lang: 'en' | 'ko' = 'en',
): Promise<void> {
  let files: readonly ScenarioFile[] | undefined;
  let simulation: Simulation | undefined;
  const current = (): Simulation => {
    simulation ??= simulate({ files: files ?? [] });
    return simulation;
  };
  for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
    if (line.trim() === '') continue;
    let id: unknown = null;
    let texts = cliTexts(lang);
    try {
      const question = readQuestion(line);
      id = question.id ?? null;
      const unknown = Object.keys(question).find((key) => !FIELDS.has(key));
      if (unknown !== undefined) throw new UsageError(`unknown field "${unknown}"`);
      const asked = (question.args as { lang?: unknown } | null | undefined)?.lang;
      if (asked !== undefined && asked !== 'en' && asked !== 'ko')
        throw new UsageError(`lang is en or ko, not ${JSON.stringify(asked)}`);
      texts = cliTexts(asked ?? lang);
      if (question.files !== undefined) {
        files = filesOf(question.files);
        simulation = undefined;
      } else if (files === undefined && question.command !== 'open') {
        throw new UsageError('no files given yet');
      }
      write(JSON.stringify({ id, ok: true, result: await answer(question, files ?? [], current, texts) }));
    } catch (error) {
      write(JSON.stringify({ id, ok: false, error: problemText(error, texts) }));
    }
  }
}
