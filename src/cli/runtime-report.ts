/** What runs pods and what separates them from their nodes' kernels, as JSON that people script against, and as text. */
import { layerWords, limitWords, namesOf, packetWords, runtimeWords } from '../i18n/runtime-text.ts';
import type { Lane } from '../i18n/runtime.en.ts';
import type { SourceRange } from '../sim/base/origin.ts';
import type { Placed, PodRuntime } from '../sim/pod-runtime.ts';
import type { CliTexts } from './texts.ts';

function placeJson(range: SourceRange | undefined): object {
  return range === undefined ? {} : { file: range.file, line: range.line, column: range.column };
}

const placedJson = ({ text, range }: Placed): object => ({ text, ...placeJson(range) });

export function runtimeJson(told: readonly PodRuntime[]): Record<string, unknown> {
  return {
    pods: told.map(({ runtimeClass, containerRuntime, overhead, scheduling, limits, ...rest }) => ({
      ...rest,
      ...(runtimeClass === undefined
        ? {}
        : { runtimeClass: { name: runtimeClass.name, ...placeJson(runtimeClass.chosen) } }),
      containerRuntime: {
        name: containerRuntime.name,
        by: containerRuntime.by,
        ...(containerRuntime.version === undefined ? {} : { version: containerRuntime.version }),
        ...(containerRuntime.other === undefined ? {} : { other: containerRuntime.other }),
        ...(containerRuntime.handlers === undefined ? {} : { handlers: containerRuntime.handlers.names }),
      },
      overhead: overhead.map(placedJson),
      scheduling: scheduling.map(placedJson),
      limits: limits.map(({ limit, asked }) => ({
        limit,
        ...(asked === undefined ? {} : { asked: placedJson(asked) }),
      })),
    })),
  };
}

const LANES: readonly Lane[] = ['calls', 'packets', 'files'];
const placeText = (range: SourceRange | undefined): string =>
  range === undefined ? '' : ` (${range.file}:${range.line})`;

/** One pod: every layer. Several: a line each. */
export function runtimeText(told: readonly PodRuntime[], texts: CliTexts): string {
  const [only] = told;
  if (only !== undefined && told.length === 1) return wholeText(only, texts).join('\n');
  return told.map((one) => headline(one, texts)).join('\n');
}

function headline(told: PodRuntime, { messages: { runtime: t } }: CliTexts): string {
  const name = told.sandbox === undefined ? '?' : t.sandboxName(told.sandbox);
  const by = told.runtimeClass === undefined ? t.noClass : t.byClass(told.runtimeClass);
  const mark = told.refusal === undefined ? '✓' : '✗';
  const head = `${mark} ${told.pod}  ${told.handler}: ${name}, ${by}${placeText(told.runtimeClass?.chosen)}`;
  return told.refusal === undefined ? head : `${head}\n    ${told.refusal}`;
}

function wholeText(told: PodRuntime, texts: CliTexts): readonly string[] {
  const { runtime: t } = texts.messages;
  const { containerRuntime, config, overhead, scheduling } = told;
  const { handlers } = containerRuntime;
  const lines = [headline(told, texts)];
  const section = (title: string, items: readonly string[]): void => {
    if (items.length > 0) lines.push(`  ${title}`, ...items.map((item) => `    ${item}`));
  };
  if (told.node === undefined) lines.push(`  ${t.waiting}`);
  else {
    const { name, note } = runtimeWords(told, t);
    lines.push(`  ${told.node}: ${name}${note === undefined ? '' : ` (${note})`}`);
    lines.push(`  ${t.handlers}: ${handlers?.names.join(', ') ?? t.handlersUnknown}`);
  }
  if (told.refusal !== undefined) lines.push(`  ${t.refused}`);
  else if (told.sandbox === undefined) lines.push(`  ${t.unknownHandler}`);
  else {
    for (const { title, what, lanes, kernel, crossing } of layerWords(told, t)) {
      const whose = kernel === undefined ? '' : `; ${kernel === 'own' ? t.ownKernel : t.sharedKernel}`;
      lines.push(`  ┌ ${title}: ${what}${whose}`);
      for (const lane of LANES) lines.push(`  │ ${t.lanes[lane]}: ${lanes[lane]}`);
      lines.push('  └');
      if (crossing === undefined) continue;
      const note = { isolation: t.isolation, direct: t.direct, plain: undefined }[crossing.kind];
      lines.push(`    ↓ ${crossing.text}${note === undefined ? '' : ` · ${note}`}`);
    }
    const { same, other, reach } = packetWords(told, namesOf(told, t), t);
    section(`${t.packetsHeading}: ${t.same}`, same);
    section(`${t.packetsHeading}: ${t.other}`, other);
    if (reach !== undefined) lines.push(`    ${reach}`);
    section(
      t.limitsHeading,
      limitWords(told, t).map(({ text, asked }) =>
        asked === undefined ? text : `! ${text} ${t.asks({ field: asked.text })}${placeText(asked.range)}`,
      ),
    );
  }
  const placed = ({ text, range }: Placed): string => `${text}${placeText(range)}`;
  section(t.overhead, overhead.map(placed));
  section(t.scheduling, scheduling.map(placed));
  section(config.written ? t.configWritten(config) : t.configDocumented(config), config.lines);
  section(t.sources, told.sources);
  return lines;
}
