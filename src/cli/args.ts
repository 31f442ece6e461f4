/** The command line's words, read strictly: what is not known is wrong usage. */
import { parseArgs } from 'node:util';

const OPTIONS = {
  json: { type: 'boolean' },
  lang: { type: 'string' },
  from: { type: 'string' },
  to: { type: 'string' },
  tool: { type: 'string' },
  port: { type: 'string' },
  proto: { type: 'string' },
  method: { type: 'string' },
  header: { type: 'string', multiple: true },
  resolve: { type: 'string', multiple: true },
  type: { type: 'string' },
  source: { type: 'string' },
  seed: { type: 'string' },
  endpoint: { type: 'string' },
  ttl: { type: 'string' },
  pcapng: { type: 'string' },
  bytes: { type: 'string' },
  pmtudisc: { type: 'string' },
  sport: { type: 'string' },
  'max-time': { type: 'string' },
  count: { type: 'string' },
  requests: { type: 'string' },
  interval: { type: 'string' },
  block: { type: 'boolean' },
  object: { type: 'string' },
  pod: { type: 'string' },
  traffic: { type: 'string' },
  as: { type: 'string' },
  format: { type: 'string' },
  in: { type: 'string' },
  after: { type: 'string' },
  help: { type: 'boolean' },
} as const;

export const COMMANDS = [
  'check',
  'objects',
  'walk',
  'burst',
  'fix',
  'matrix',
  'reach',
  'admission',
  'runtime',
  'show',
  'expect',
  'lab',
  'export',
  'import',
  'link',
  'open',
  'batch',
] as const;
export type Command = (typeof COMMANDS)[number];

const PROBE = [
  'from',
  'to',
  'tool',
  'port',
  'proto',
  'method',
  'header',
  'resolve',
  'type',
  'source',
  'seed',
  'endpoint',
  'ttl',
  'bytes',
  'pmtudisc',
  'sport',
  'max-time',
  'count',
  'interval',
] as const;

/** The options of each command, beside `json`, `lang` and `help`. */
const OPTIONS_OF: { readonly [C in Command]: readonly string[] } = {
  check: [],
  objects: [],
  walk: PROBE,
  burst: [...PROBE.filter((option) => option !== 'count' && option !== 'interval'), 'requests'],
  fix: [...PROBE, 'block'],
  matrix: ['port'],
  reach: ['pod', 'port', 'proto'],
  admission: ['object'],
  runtime: ['pod'],
  show: ['in', 'after'],
  expect: ['format'],
  lab: [],
  export: [...PROBE, 'pcapng', 'traffic'],
  import: ['traffic', 'as'],
  link: [],
  open: [],
  batch: [],
};

/** Throws `UsageError` for a command that there is not, or an option that it does not have. */
export function checkUsage(
  command: unknown,
  options: readonly string[],
  more: readonly string[] = [],
): asserts command is Command {
  const known = COMMANDS.find((c) => c === command);
  if (known === undefined) throw new UsageError(`unknown command ${JSON.stringify(command)}`);
  const allowed = [...OPTIONS_OF[known], 'json', 'lang', 'help', ...more];
  const wrong = options.find((o) => !allowed.includes(o));
  if (wrong !== undefined) throw new UsageError(`${known} has no option "${wrong}"`);
}

export interface ParsedArgs {
  readonly command: string;
  readonly words: readonly string[];
  readonly options: {
    readonly [K in keyof typeof OPTIONS]?: (typeof OPTIONS)[K] extends { multiple: true }
      ? string[]
      : (typeof OPTIONS)[K]['type'] extends 'boolean'
        ? boolean
        : string;
  };
}

/** Wrong usage: exit status 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** Splits argv. For `show`, everything after `--in NETNS` is FILE... until the first word that begins a command. */
export function readArgs(argv: readonly string[]): ParsedArgs {
  try {
    const { values, positionals } = parseArgs({ args: [...argv], options: OPTIONS, allowPositionals: true });
    const [command = '', ...words] = positionals;
    return { command, words, options: values };
  } catch (error) {
    throw new UsageError(error instanceof Error ? error.message : String(error));
  }
}

const OWN_IN_SHOW: ReadonlySet<string> = new Set(['--after', '--lang']);

/**
 * `show FILE... --in NETNS COMMAND...`: what follows the namespace is the shown command, dashes and all (`ip -6 route`,
 * `conntrack -L`), except for our own `--after`, `--lang` and `--json`. `isFile` tells paths from words, so that files may also
 * stand last.
 */
export function readShowArgs(
  argv: readonly string[],
  isFile: (word: string) => boolean,
): ParsedArgs & { readonly shown: string } {
  const at = argv.indexOf('--in');
  if (at < 0 || argv[at + 1] === undefined) throw new UsageError('show needs --in NETNS COMMAND');
  const own: string[] = argv.slice(0, at);
  const shown: string[] = [];
  const rest = argv.slice(at + 2);
  for (let i = 0; i < rest.length; i++) {
    const word = rest[i] ?? '';
    if (OWN_IN_SHOW.has(word)) own.push(word, rest[++i] ?? '');
    else if (word === '--json') own.push(word);
    else shown.push(word);
  }
  const parsed = readArgs(own);
  const files: string[] = [];
  if (parsed.words.length === 0)
    while (shown.length > 1 && isFile(shown.at(-1) ?? '')) files.unshift(shown.pop() ?? '');
  if (shown.length === 0) throw new UsageError('show needs a command after the namespace');
  return {
    command: parsed.command,
    words: [...parsed.words, ...files],
    options: { ...parsed.options, in: argv[at + 1] },
    shown: shown.join(' '),
  };
}
