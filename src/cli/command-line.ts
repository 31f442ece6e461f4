/** The command line from its words to its output and exit status; the terminal itself is behind `Terminal`. */
import { openLink } from '../share/link.ts';
import { ProbeError } from '../sim/probe/problem.ts';
import { labScript } from '../sim/lab/lab.ts';
import { simulate, type Simulation } from '../sim/simulate.ts';
import { nearMissOfTrace } from '../sim/explain.ts';
import type { ScenarioFile } from '../sim/scenario.ts';
import { admissionJson, admissionText } from './admission-report.ts';
import { runtimeJson, runtimeText } from './runtime-report.ts';
import {
  answerAdmission,
  answerBurst,
  answerExpect,
  answerExport,
  answerFix,
  answerImport,
  answerMatrix,
  answerReach,
  answerRuntime,
  answerShow,
  answerTraffic,
  answerWalk,
} from './answers.ts';
import { checkUsage, type ParsedArgs, readArgs, readShowArgs, UsageError } from './args.ts';
import { runBatch } from './batch.ts';
import { isFile, readFiles } from './input.ts';
import { linkOf, LinkError } from './link.ts';
import { diagnosticJson, objectsJson, walkJson } from './json.ts';
import { reachJson, reachText } from './reach-report.ts';
import { diagnosticLine, matrixJson, matrixText, objectsText, problemText, walkText } from './report.ts';
import { EXPECT_FORMATS, expectJson, expectText } from './expect-report.ts';
import { fixJson, fixText } from './policy-report.ts';
import { exportedJson, exportedText, importedJson, importedText, importNotes } from './traffic-report.ts';
import { cliTexts, type CliTexts } from './texts.ts';
import { burstText } from '../i18n/burst-text.ts';

export const EXIT_DONE = 0;
const EXIT_ERRORS = 1;
const EXIT_USAGE = 2;
/** A fault of the program itself (EX_SOFTWARE). */
const EXIT_INTERNAL = 70;

/** Where a command reads and writes. */
export interface Terminal {
  readonly stdin: NodeJS.ReadableStream;
  /** All of standard input at once, for the file `-`. */
  readonly readStdin: () => string;
  /** Writes a file. */
  readonly write: (file: string, bytes: Uint8Array) => void;
  readonly print: (text: string) => void;
  readonly complain: (text: string) => void;
}

interface Answer {
  readonly json: Record<string, unknown>;
  readonly text: string;
  /** What is said beside the text, on standard error. */
  readonly notes?: string;
  /** Exit status where the input itself has no errors. */
  readonly status?: number;
}

function answerFor(
  args: ParsedArgs & { readonly shown?: string },
  simulation: Simulation,
  files: readonly ScenarioFile[],
  texts: CliTexts,
  terminal: Terminal,
): Answer {
  switch (args.command) {
    case 'check':
      return {
        json: {},
        text: simulation.diagnostics.length === 0 ? texts.messages.cli.noProblems : '',
      };
    case 'objects':
      return { json: objectsJson(simulation), text: objectsText(simulation) };
    case 'walk': {
      const trace = answerWalk(simulation, args.options);
      const near = nearMissOfTrace(simulation, trace);
      return { json: walkJson(trace, texts, near), text: walkText(trace, texts, near) };
    }
    case 'burst': {
      const burst = answerBurst(simulation, args.options);
      return { json: { ...burst }, text: burstText(burst, texts.messages) };
    }
    case 'fix': {
      const fix = answerFix(simulation, files, args.options);
      return { json: fixJson(fix), text: fixText(fix, texts) };
    }
    case 'matrix': {
      const matrix = answerMatrix(simulation, args.options);
      return { json: matrixJson(matrix), text: matrixText(matrix) };
    }
    case 'reach': {
      const reach = answerReach(simulation, args.options);
      return { json: reachJson(reach), text: reachText(reach, texts) };
    }
    case 'admission': {
      const walks = answerAdmission(simulation, args.options);
      return { json: admissionJson(walks), text: admissionText(walks, texts) };
    }
    case 'runtime': {
      const told = answerRuntime(simulation, args.options);
      return { json: runtimeJson(told), text: runtimeText(told, texts) };
    }
    case 'show': {
      const text = answerShow(simulation, { ...args.options, command: args.shown });
      return { json: { text }, text };
    }
    case 'expect': {
      const results = answerExpect(simulation);
      const asked = args.options.format ?? 'text';
      const format = EXPECT_FORMATS.find((one) => one === asked);
      if (format === undefined)
        throw new UsageError(`--format is one of ${EXPECT_FORMATS.join(', ')}, not "${asked}"`);
      if (args.options.json === true && args.options.format !== undefined)
        throw new UsageError('--json is a format of its own: leave out --format');
      return {
        json: expectJson(results, simulation, texts),
        text: expectText(results, simulation, texts, format),
        status: results.every((r) => r.holds) ? EXIT_DONE : EXIT_ERRORS,
      };
    }
    case 'export': {
      const file = args.options.pcapng;
      if (args.options.traffic !== undefined)
        return exportTrafficTo(args.options, simulation, texts, terminal);
      if (file === undefined) throw new UsageError('export needs --pcapng FILE or --traffic FILE');
      const { bytes, frames, devices } = answerExport(simulation, args.options, texts);
      writeOut(terminal, file, bytes);
      return {
        json: { file, frames, devices },
        text: texts.messages.cli.exported({ file, frames, devices }),
      };
    }
    case 'import': {
      const { traffic } = args.options;
      if (traffic === undefined) throw new UsageError('import needs --traffic FILE');
      const [file] = readFiles([traffic], terminal.readStdin);
      if (file === undefined) throw new UsageError(`cannot read ${traffic}`);
      const imported = answerImport(simulation, files, file, args.options);
      const failed = imported.diagnostics.some((d) => d.severity === 'error');
      return {
        json: importedJson(imported, texts),
        text: importedText(imported, args.options.as ?? 'expect'),
        notes: importNotes(imported, texts),
        status: failed ? EXIT_ERRORS : EXIT_DONE,
      };
    }
    case 'lab': {
      const script = labScript(simulation.world, { title: labTitle(args.words) });
      return { json: { script }, text: script.trimEnd() };
    }
    default:
      throw new UsageError(`unknown command "${args.command}"`);
  }
}

function exportTrafficTo(
  options: ParsedArgs['options'],
  simulation: Simulation,
  texts: CliTexts,
  terminal: Terminal,
): Answer {
  const { traffic: file = '' } = options;
  const exported = answerTraffic(simulation, options);
  writeOut(terminal, file, new TextEncoder().encode(exported.text));
  return { json: { file, ...exportedJson(exported) }, text: exportedText(exported, file, texts) };
}

/** `The cluster of app.yaml and web.yaml`, as the lab calls itself. */
function labTitle(words: readonly string[]): string {
  return `The cluster of ${words.join(', ')}`;
}

function writeOut(terminal: Terminal, file: string, bytes: Uint8Array): void {
  try {
    terminal.write(file, bytes);
  } catch (error) {
    throw new UsageError(`cannot write ${file}: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function linkAnswer(link: string): Answer {
  return { json: { link }, text: link };
}

/** Commands that need a scenario. */
async function ask(
  args: ParsedArgs & { readonly shown?: string },
  texts: CliTexts,
  terminal: Terminal,
): Promise<number> {
  const { print, complain, readStdin } = terminal;
  const files = readFiles(args.words, readStdin);
  const json = args.options.json === true;
  const simulation = simulate({ files });
  const failed = simulation.diagnostics.some((d) => d.severity === 'error');
  const answer =
    args.command === 'link'
      ? linkAnswer(await linkOf(files))
      : answerFor(args, simulation, files, texts, terminal);
  if (json) {
    print(
      JSON.stringify({
        ...answer.json,
        diagnostics: simulation.diagnostics.map((d) => diagnosticJson(d, texts)),
      }),
    );
  } else {
    const lines = simulation.diagnostics.map((d) => diagnosticLine(d, texts)).join('\n');
    if (lines !== '') (args.command === 'check' ? print : complain)(lines);
    if (answer.notes !== undefined && answer.notes !== '') complain(answer.notes);
    if (answer.text !== '') print(answer.text);
  }
  return failed ? EXIT_ERRORS : (answer.status ?? EXIT_DONE);
}

async function open(args: ParsedArgs, texts: CliTexts, { print, complain }: Terminal): Promise<number> {
  const [link, ...more] = args.words;
  if (link === undefined || more.length > 0) throw new UsageError('open needs one link');
  const opened = await openLink(link);
  if (!opened.ok) {
    const problem = texts.messages.cli.linkProblem(opened.problem);
    if (args.options.json === true) print(JSON.stringify({ error: problem, diagnostics: [] }));
    complain(problem);
    return EXIT_ERRORS;
  }
  const { files, view } = opened.state;
  print(
    args.options.json === true
      ? JSON.stringify({ files, view, diagnostics: [] })
      : files.map((f) => `# ${f.name}\n${f.text.trimEnd()}`).join('\n---\n'),
  );
  return EXIT_DONE;
}

/** Runs one command and returns its exit status. */
export async function runCommandLine(argv: readonly string[], terminal: Terminal): Promise<number> {
  const { print, complain } = terminal;
  let texts = cliTexts('en');
  try {
    if (argv.length === 0) throw new UsageError(texts.messages.cli.usage);
    if (argv.includes('--help') || argv[0] === 'help') {
      print(cliTexts(argv.includes('ko') ? 'ko' : 'en').messages.cli.usage);
      return EXIT_DONE;
    }
    const args = argv[0] === 'show' || argv.includes('--in') ? readShowArgs(argv, isFile) : readArgs(argv);
    const { lang } = args.options;
    if (lang !== undefined && lang !== 'en' && lang !== 'ko')
      throw new UsageError(`--lang is en or ko, not "${lang}"`);
    texts = cliTexts(lang ?? 'en');
    checkUsage(args.command, Object.keys(args.options));
    if (args.command === 'batch') {
      if (args.words.length > 0)
        throw new UsageError('batch takes its files from the lines of standard input');
      await runBatch(terminal.stdin, print, lang);
      return EXIT_DONE;
    }
    return args.command === 'open' ? await open(args, texts, terminal) : await ask(args, texts, terminal);
  } catch (error) {
    const text = problemText(error, texts);
    if (argv.includes('--json')) {
      const diagnostics = error instanceof ProbeError ? [diagnosticJson(error.diagnostic, texts)] : [];
      print(JSON.stringify({ error: text, diagnostics }));
    }
    complain(`packetwalk: ${text}`);
    if (error instanceof LinkError) return EXIT_ERRORS;
    return error instanceof UsageError || error instanceof ProbeError ? EXIT_USAGE : EXIT_INTERNAL;
  }
}
