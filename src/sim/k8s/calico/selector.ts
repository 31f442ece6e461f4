/**
 * Calico's selector language (libcalico-go/lib/selector): expressions over the labels of endpoints, their canonical text,
 * which names IP sets, and their value. Whitespace is spaces and tabs; strings have no escapes.
 */

type Quoted = 'equal' | 'not-equal' | 'contains' | 'starts-with' | 'ends-with';

export type SelectorNode =
  | { readonly node: 'all' | 'global' }
  | { readonly node: 'has'; readonly label: string }
  | { readonly node: Quoted; readonly label: string; readonly value: string }
  | { readonly node: 'in' | 'not-in'; readonly label: string; readonly values: readonly string[] }
  | { readonly node: 'not'; readonly of: SelectorNode }
  | { readonly node: 'and' | 'or'; readonly of: readonly SelectorNode[] };

/** What is wrong with a selector, in the parser's own words. */
export class SelectorError extends Error {}

/** The parser's names of what it reads, as its messages have them. */
type Kind =
  | 'Label'
  | 'StringLiteral'
  | 'LBrace'
  | 'RBrace'
  | 'Comma'
  | 'Eq'
  | 'Ne'
  | 'In'
  | 'Not'
  | 'NotIn'
  | 'Contains'
  | 'StartsWith'
  | 'EndsWith'
  | 'All'
  | 'Has'
  | 'LParen'
  | 'RParen'
  | 'And'
  | 'Or'
  | 'Global'
  | 'EOF';

interface Token {
  readonly kind: Kind;
  readonly value: string;
}

const SIMPLE: Readonly<Record<string, Kind>> = {
  '(': 'LParen',
  ')': 'RParen',
  '{': 'LBrace',
  '}': 'RBrace',
  ',': 'Comma',
};
const DOUBLE: Readonly<Record<string, Kind>> = { '=': 'Eq', '&': 'And', '|': 'Or' };
const OPERATORS: readonly (readonly [RegExp, Kind])[] = [
  [/^contains/, 'Contains'],
  [/^starts[ \t]*with/, 'StartsWith'],
  [/^ends[ \t]*with/, 'EndsWith'],
  [/^not[ \t]*in/, 'NotIn'],
  [/^in/, 'In'],
];
const CALLS: readonly (readonly [string, Kind])[] = [
  ['has(', 'Has'],
  ['all(', 'All'],
  ['global(', 'Global'],
];
const IDENTIFIER = /^[a-zA-Z0-9_./-]+/;
const SPACE = /^[ \t]+/;

function tokens(text: string): readonly Token[] {
  const found: Token[] = [];
  let rest = text;
  const take = (kind: Kind, length: number, value = ''): void => {
    found.push({ kind, value });
    rest = rest.slice(length);
  };
  for (;;) {
    rest = rest.replace(SPACE, '');
    const first = rest[0];
    if (first === undefined) {
      found.push({ kind: 'EOF', value: '' });
      return found;
    }
    const simple = SIMPLE[first];
    const double = DOUBLE[first];
    if (simple !== undefined) take(simple, 1);
    else if (first === '"' || first === "'") {
      const end = rest.indexOf(first, 1);
      if (end < 0) throw new SelectorError('unterminated string');
      take('StringLiteral', end + 1, rest.slice(1, end));
    } else if (double !== undefined) {
      if (rest[1] !== first) throw new SelectorError(`expected ${first}${first}`);
      take(double, 2);
    } else if (first === '!') {
      if (rest[1] === '=') take('Ne', 2);
      else take('Not', 1);
    } else if (found.at(-1)?.kind === 'Label') {
      const operator = OPERATORS.find(([pattern]) => pattern.test(rest));
      if (operator === undefined) {
        throw new SelectorError(
          `unexpected characters after label '${found.at(-1)?.value}', was expecting an operator`,
        );
      }
      take(operator[1], operator[0].exec(rest)?.[0].length ?? 0);
    } else {
      const call = CALLS.find(([name]) => rest.startsWith(name));
      if (call !== undefined) readCall(call);
      else {
        // A text that ends in a name has no operator behind it: the tokenizer finds no end of the name.
        const name = IDENTIFIER.exec(rest)?.[0];
        if (name === undefined || name.length === rest.length) {
          throw new SelectorError('unexpected characters');
        }
        take('Label', name.length, name);
      }
    }
  }

  function readCall([name, kind]: readonly [string, Kind]): void {
    let inside = rest.slice(name.length).replace(SPACE, '');
    let label = '';
    if (kind === 'Has') {
      label = IDENTIFIER.exec(inside)?.[0] ?? '';
      if (label === '' || label.length === inside.length) {
        throw new SelectorError('no label name in has( expression');
      }
      inside = inside.slice(label.length).replace(SPACE, '');
    }
    if (!inside.startsWith(')')) throw new SelectorError(`no closing ')' after ${name}`);
    take(kind, rest.length - inside.length + 1, label);
  }
}

const QUOTED: Partial<Record<Kind, Quoted>> = {
  Eq: 'equal',
  Ne: 'not-equal',
  Contains: 'contains',
  StartsWith: 'starts-with',
  EndsWith: 'ends-with',
};

/** Throws `SelectorError`. The empty text selects all. */
export function parseSelector(text: string): SelectorNode {
  const all = tokens(text);
  let at = 0;
  const END: Token = { kind: 'EOF', value: '' };
  const peek = (ahead = 0): Token => all[at + ahead] ?? END;
  const show = ({ kind, value }: Token): string => `Tok${kind}(${value})`;
  if (peek().kind === 'EOF') return { node: 'all' };
  const parsed = or();
  if (peek().kind !== 'EOF') {
    throw new SelectorError(`unexpected content at end of selector [${all.slice(at).map(show).join(' ')}]`);
  }
  return parsed;

  function or(): SelectorNode {
    return joined('or', 'Or', and);
  }
  function and(): SelectorNode {
    return joined('and', 'And', operation);
  }
  function joined(node: 'and' | 'or', kind: Kind, operand: () => SelectorNode): SelectorNode {
    const first = operand();
    const of = [first];
    while (peek().kind === kind) {
      at++;
      of.push(operand());
    }
    return of.length === 1 ? first : { node, of };
  }

  function operation(): SelectorNode {
    let negated = false;
    while (peek().kind === 'Not') {
      negated = !negated;
      at++;
    }
    const found = plain();
    return negated ? { node: 'not', of: found } : found;
  }

  function plain(): SelectorNode {
    const token = peek();
    switch (token.kind) {
      case 'Has':
        at++;
        return { node: 'has', label: token.value };
      case 'All':
        at++;
        return { node: 'all' };
      case 'Global':
        at++;
        return { node: 'global' };
      case 'Label':
        return comparison(token.value);
      case 'LParen': {
        at++;
        const inner = or();
        if (peek().kind !== 'RParen') throw new SelectorError('expected )');
        at++;
        return inner;
      }
      default:
        throw new SelectorError(`unexpected token: ${show(token)}`);
    }
  }

  function comparison(label: string): SelectorNode {
    if (all.length - at < 3) throw new SelectorError('unexpected end of string looking for op');
    const operator = peek(1);
    const operand = peek(2);
    const quoted = QUOTED[operator.kind];
    if (quoted !== undefined) {
      if (operand.kind !== 'StringLiteral') throw new SelectorError('expected string');
      at += 3;
      return { node: quoted, label, value: operand.value };
    }
    if (operator.kind !== 'In' && operator.kind !== 'NotIn') {
      throw new SelectorError(`expected == or != not: ${show(operator)}`);
    }
    if (operand.kind !== 'LBrace') throw new SelectorError('expected set literal');
    at += 3;
    const values: string[] = [];
    while (peek().kind === 'StringLiteral') {
      values.push(peek().value);
      at++;
      if (peek().kind !== 'Comma') break;
      at++;
    }
    if (peek().kind !== 'RBrace') throw new SelectorError('expected }');
    at++;
    return {
      node: operator.kind === 'In' ? 'in' : 'not-in',
      label,
      values: [...new Set(values)].toSorted(),
    };
  }
}

const OPERATOR_TEXT: Readonly<Record<Quoted, string>> = {
  equal: '==',
  'not-equal': '!=',
  contains: 'contains',
  'starts-with': 'starts with',
  'ends-with': 'ends with',
};

const quote = (value: string): string => (value.includes('"') ? `'${value}'` : `"${value}"`);

/** The canonical text. */
export function selectorText(selector: SelectorNode): string {
  switch (selector.node) {
    case 'all':
    case 'global':
      return `${selector.node}()`;
    case 'has':
      return `has(${selector.label})`;
    case 'in':
    case 'not-in':
      return `${selector.label} ${selector.node === 'in' ? 'in' : 'not in'} {${selector.values.map(quote).join(', ')}}`;
    case 'not':
      return `!${selectorText(selector.of)}`;
    case 'and':
    case 'or':
      return `(${selector.of.map(selectorText).join(selector.node === 'and' ? ' && ' : ' || ')})`;
    default:
      return `${selector.label} ${OPERATOR_TEXT[selector.node]} ${quote(selector.value)}`;
  }
}

/** The same over labels that begin with `prefix`. */
export function prefixed(selector: SelectorNode, prefix: string): SelectorNode {
  switch (selector.node) {
    case 'all':
    case 'global':
      return selector;
    case 'not':
      return { node: 'not', of: prefixed(selector.of, prefix) };
    case 'and':
    case 'or':
      return { node: selector.node, of: selector.of.map((one) => prefixed(one, prefix)) };
    default:
      return { ...selector, label: prefix + selector.label };
  }
}

export function selectorMatches(
  selector: SelectorNode,
  labels: (label: string) => string | undefined,
): boolean {
  switch (selector.node) {
    case 'all':
    case 'global':
      return true;
    case 'not':
      return !selectorMatches(selector.of, labels);
    case 'and':
      return selector.of.every((one) => selectorMatches(one, labels));
    case 'or':
      return selector.of.some((one) => selectorMatches(one, labels));
    default: {
      const value = labels(selector.label);
      if (value === undefined) return selector.node === 'not-equal' || selector.node === 'not-in';
      switch (selector.node) {
        case 'has':
          return true;
        case 'in':
          return selector.values.includes(value);
        case 'not-in':
          return !selector.values.includes(value);
        case 'equal':
          return value === selector.value;
        case 'not-equal':
          return value !== selector.value;
        case 'contains':
          return value.includes(selector.value);
        case 'starts-with':
          return value.startsWith(selector.value);
        case 'ends-with':
          return value.endsWith(selector.value);
      }
    }
  }
}
