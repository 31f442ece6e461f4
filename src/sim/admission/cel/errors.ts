/**
 * The library's errors in the words of cel-go, which the API server passes on, with cel-go's place and line. What cel-go says
 * in words that cannot be known from here (its parser's) is said in ours, and marked so.
 */
import { EvaluationError, ParseError } from '@marcbachmann/cel-js';

interface Node {
  readonly op: string;
  readonly args: unknown;
  readonly start: number;
  readonly end: number;
  readonly checkedType?: { readonly name: string };
}

interface LibraryError {
  readonly code: string;
  readonly summary: string;
  readonly node?: Node;
  readonly range?: { readonly start: number; readonly end: number };
}

const isLibraryError = (fault: unknown): fault is LibraryError =>
  fault instanceof Error && 'code' in fault && 'summary' in fault;

/** What the API server says of an expression that does not compile; empty where it may be of another mind. */
export function compileWords(fault: unknown, expression: string): string {
  if (!isLibraryError(fault)) return '';
  const at = fault.range?.start ?? 0;
  if (fault instanceof ParseError) {
    return `compilation failed: ERROR: <input>:${place(expression, at)}: Syntax error (in Packetwalk’s words): ${fault.summary}${excerpt(expression, at)}`;
  }
  const said = fault.node === undefined ? undefined : wordsOf(fault, fault.node, expression);
  if (said === undefined) return '';
  return `compilation failed: ERROR: <input>:${place(expression, said.at)}: ${said.words}${excerpt(expression, said.at)}`;
}

function wordsOf(
  { code, summary }: LibraryError,
  node: Node,
  expression: string,
): { words: string; at: number } | undefined {
  const after = (end: number, mark: string): number => Math.max(expression.indexOf(mark, end), 0);
  const undeclared = (name: string): string => `undeclared reference to '${name}' (in container '')`;
  switch (code) {
    case 'unknown_variable':
      return { words: undeclared(String(node.args)), at: node.start };
    case 'no_such_key': {
      if (node.op !== '.') return undefined;
      const [left, name] = node.args as [Node, string];
      return { words: `undefined field '${name}'`, at: after(left.end, '.') };
    }
    case 'no_such_overload': {
      const types = typesOf(node);
      if (types === undefined) return undefined;
      const unary = node.op === '!_' || node.op === '-_';
      const name = node.op === 'in' ? '@in' : unary ? node.op : `_${node.op}_`;
      const at = unary ? node.start : after((node.args as [Node])[0].end, node.op);
      return { words: `found no matching overload for '${name}' applied to '(${types.join(', ')})'`, at };
    }
    case 'no_matching_overload': {
      const [called, first, second] = node.args as [string, Node | Node[], Node[]?];
      const name = called.replace('Re2', '');
      const member = node.op === 'rcall';
      const args = (member ? second : first) as Node[];
      const at = after(member ? (first as Node).end : node.start, '(');
      const types = args.map(typeOf);
      const on = member ? typeOf(first as Node) : '';
      if (!KNOWN_FUNCTIONS.has(name)) return { words: undeclared(name), at };
      if (types.includes(undefined) || on === undefined) return undefined;
      const applied = member ? `${on}.(${types.join(', ')})` : `(${types.join(', ')})`;
      return { words: `found no matching overload for '${name}' applied to '${applied}'`, at };
    }
    case 'heterogeneous_list_element':
    case 'heterogeneous_map_key':
    case 'heterogeneous_map_value': {
      const [, wanted = '', found = ''] = /expected type '(.*)' but found '(.*)'/.exec(summary) ?? [];
      if (wanted.includes('dyn') || found.includes('dyn')) return undefined;
      const words = `expected type '${celType(wanted)}' but found '${celType(found)}'`;
      return { words, at: node.start };
    }
    default:
      // Types that do not fit in other ways: the library may be stricter than cel-go.
      return undefined;
  }
}

/** Functions that cel-go and Kubernetes know: with other arguments it is the overload that lacks. */
const KNOWN_FUNCTIONS: ReadonlySet<string> = new Set(
  `size startsWith endsWith contains matches indexOf lastIndexOf substring split join lowerAscii upperAscii trim replace charAt reverse format int uint double string bytes bool duration timestamp type dyn has isSorted sum min max quantity isQuantity ip isIP cidr isCIDR getFullYear getMonth getDayOfMonth getHours getMinutes getSeconds`.split(
    ' ',
  ),
);

function typesOf(node: Node): readonly string[] | undefined {
  const operands = (Array.isArray(node.args) ? node.args : [node.args]) as Node[];
  const types = operands.map(typeOf);
  return types.includes(undefined) ? undefined : (types as string[]);
}

/** As cel-go writes types; undefined where what it infers may differ. */
function typeOf(node: Node): string | undefined {
  const name = node.checkedType?.name;
  if (name === undefined || name.includes('optional') || name.includes('.')) return undefined;
  return celType(name);
}

const celType = (name: string): string => name.replaceAll('<', '(').replaceAll('>', ')');

const lineOf = (text: string, at: number): number => text.slice(0, at).split('\n').length;
const columnOf = (text: string, at: number): number => at - (text.lastIndexOf('\n', at - 1) + 1);
const place = (text: string, at: number): string => `${lineOf(text, at)}:${columnOf(text, at) + 1}`;

/** The line and a caret, as cel-go's Error.ToDisplayString draws them. */
function excerpt(text: string, at: number): string {
  const line = text.split('\n')[lineOf(text, at) - 1] ?? '';
  return `\n | ${line}\n | ${'.'.repeat(columnOf(text, at))}^`;
}

/** What an evaluation that failed says. */
export function runWords(fault: unknown): string {
  if (!(fault instanceof EvaluationError)) return fault instanceof Error ? fault.message : String(fault);
  const { code, summary } = fault;
  switch (code) {
    case 'no_such_key':
      return summary.replace(/^No such key/, 'no such key');
    case 'index_out_of_bounds':
      return `index out of bounds: ${/index (-?\d+)/.exec(summary.replace(/^.*?bounds, /, ''))?.[1] ?? ''}`;
    case 'modulo_by_zero':
      return 'modulus by zero';
    case 'numeric_overflow':
      return 'integer overflow';
    case 'no_such_overload':
    case 'no_matching_overload':
    case 'cannot_index_type':
    case 'invalid_logical_operand':
      return 'no such overload';
    default:
      return summary;
  }
}
