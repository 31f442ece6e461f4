/**
 * What an evaluation may take. Each round of a macro counts, as in kube-apiserver, whose limit of 1,000,000 for one expression
 * is certainly passed when the rounds alone pass it; its other costs are not counted here. What grows without rounds (joined
 * lists, long texts) has a limit of our own, past which the answer is unknown.
 */
import type { ASTNode } from '@marcbachmann/cel-js';
import { NotKnown } from './values.ts';

/** PerCallLimit of k8s.io/apiserver/pkg/apis/cel. */
const MOST_ROUNDS = 1_000_000;
const MOST_ELEMENTS = 5_000_000;

/** cel-go's words. */
export class OverLimit extends Error {
  override readonly name = 'OverLimit';
  override readonly message = 'operation cancelled: actual cost limit exceeded';
}

let rounds = 0;
let elements = 0;

export function startCounting(): void {
  rounds = 0;
  elements = 0;
}

/** True once an evaluation is over its limit: errors may have been absorbed on the way. */
export const overLimit = (): boolean => rounds > MOST_ROUNDS;

/** Counts what has to be gone through or made at one go. */
export function countElements(count: number): void {
  elements += count;
  if (elements > MOST_ELEMENTS) throw new NotKnown('a cost that is not paid here');
}

/** The parts of the library's nodes that its types leave out. */
interface Node {
  readonly op: string;
  args: unknown;
  readonly meta: Meta;
  readonly setMeta: (key: 'evaluate', evaluate: Evaluate) => unknown;
}
type Evaluate = (evaluator: unknown, node: unknown, context: unknown) => unknown;
interface Meta {
  readonly evaluate: Evaluate;
  readonly alternate?: unknown;
  readonly macro?: Readonly<Record<string, unknown>>;
}

const isNode = (value: unknown): value is Node =>
  typeof value === 'object' && value !== null && 'op' in value && 'setMeta' in value;

/** Every node of a checked expression once, those inside macros too. */
export function eachNode(root: ASTNode, visit: (node: Node) => void): void {
  const seen = new Set<unknown>();
  const go = (value: unknown): void => {
    if (typeof value !== 'object' || value === null || seen.has(value)) return;
    if (isNode(value)) {
      seen.add(value);
      visit(value);
      go(value.args);
      go(value.meta.alternate);
      const { macro } = value.meta;
      for (const key of ['args', 'receiver', 'arg', 'val', 'exp']) go(macro?.[key]);
    } else if (Array.isArray(value)) {
      for (const item of value) go(item);
    } else if ('iterable' in value) {
      const parts = value as Readonly<Record<string, unknown>>;
      for (const key of ['iterable', 'init', 'step']) go(parts[key]);
    }
  };
  go(root);
}

/** Makes a checked expression count what it does. */
export function countIn(root: ASTNode): void {
  eachNode(root, (node) => {
    if (node.op === 'comprehension') {
      around(node, (run) => {
        if (overLimit()) throw new OverLimit();
        return run();
      });
      const { step } = node.args as { step: Node };
      around(step, (run) => {
        if (++rounds > MOST_ROUNDS) throw new OverLimit();
        return run();
      });
    }
    if (node.op === '+' || node.op === 'rcall' || node.op === 'call') {
      around(node, (run) => {
        const made = run();
        if (typeof made === 'string') countElements(made.length / 16);
        else if (Array.isArray(made)) countElements(made.length);
        return made;
      });
    }
  });
}

function around(node: Node, wrap: (run: () => unknown) => unknown): void {
  const { evaluate } = node.meta;
  node.setMeta('evaluate', (evaluator, self, context) => wrap(() => evaluate(evaluator, self, context)));
}
