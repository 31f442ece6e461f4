/** One piece of text -> its object, remembered by the text: what did not change is not read again. */
import type { Diagnostic } from '../../base/diagnostic.ts';
import { diagnose } from '../diagnostics.ts';
import { MAX_DEPTH, tooDeepAt } from './nesting.ts';
import { buildObject, type ParsedObject } from './object.ts';
import { lineStarts, pieceRange } from './places.ts';
import type { TextProblem } from './read-any-yaml.ts';
import { readYaml } from './read-yaml.ts';
import { entryOf, nodeType } from './tree.ts';

export const MAX_DOCUMENT_LENGTH = 256 * 1024;
/** Characters of text that are remembered. */
const CACHE_LIMIT = 24 * 1024 * 1024;

export interface ParsedPiece {
  readonly starts: readonly number[];
  /** One, or the items of a List that could not be cut up by its text. */
  readonly objects: readonly ParsedObject[];
  /** With ranges of the piece. */
  readonly diagnostics: readonly Diagnostic[];
}

const cache = new Map<string, ParsedPiece>();
let cachedLength = 0;

/** Equal text gives the identical result. */
export function parsePiece(text: string): ParsedPiece {
  const known = cache.get(text);
  if (known !== undefined) return known;
  const piece = readPiece(text);
  if (text.length <= MAX_DOCUMENT_LENGTH) {
    cachedLength += text.length;
    cache.set(text, piece);
    // The oldest go first; what is still in use comes back at its next turn.
    for (const old of cache.keys()) {
      if (cachedLength <= CACHE_LIMIT) break;
      cachedLength -= old.length;
      cache.delete(old);
    }
  }
  return piece;
}

/** Reads a piece without the cache. */
export function readPiece(text: string): ParsedPiece {
  if (text.length > MAX_DOCUMENT_LENGTH) {
    const starts = lineStarts(text.slice(0, 1000));
    const end = Math.min(text.length, starts[1] ?? 80);
    const range = pieceRange(starts, 0, Math.max(1, end - 1));
    const params = { size: text.length, limit: MAX_DOCUMENT_LENGTH };
    return { starts, objects: [], diagnostics: [diagnose('yaml/document-too-big', params, { range })] };
  }
  const starts = lineStarts(text);
  const deep = tooDeepAt(text);
  if (deep >= 0) {
    const range = pieceRange(starts, deep, deep + 1);
    return { starts, objects: [], diagnostics: [diagnose('yaml/too-deep', { limit: MAX_DEPTH }, { range })] };
  }
  // JSON may be indented with tabs, and kubectl reads what begins with a brace as JSON.
  const { root, problems } = readYaml(/^\s*\{/.test(text) ? text.replaceAll('\t', ' ') : text);
  const template = /\{\{.*?\}\}/.exec(text);
  if (template !== null && problems.some((p) => p.code === 'yaml/syntax' || p.code === 'yaml/complex-key')) {
    const range = pieceRange(starts, template.index, template.index + template[0].length);
    return { starts, objects: [], diagnostics: [diagnose('yaml/template', {}, { range })] };
  }
  const diagnostics = problems.map((p) => textDiagnostic(p, starts));
  if (root === undefined || (root.kind === 'scalar' && root.value === null))
    return { starts, objects: [], diagnostics };
  if (root.kind !== 'map') {
    const range = pieceRange(
      starts,
      root.start,
      Math.max(root.start + 1, Math.min(root.end, (starts[1] ?? root.end + 1) - 1)),
    );
    return {
      starts,
      objects: [],
      diagnostics: [...diagnostics, diagnose('yaml/not-an-object', { got: nodeType(root) }, { range })],
    };
  }
  const objects = listObjects(buildObject(root, starts, text), starts, text);
  const told = objects.flatMap((o) => o.diagnostics);
  return { starts, objects, diagnostics: [...diagnostics.map((d) => withoutRepeatedFix(d, told)), ...told] };
}

/** `yes` where text is wanted is both a surprise and a wrong type: one fix is enough. */
function withoutRepeatedFix(d: Diagnostic, told: readonly Diagnostic[]): Diagnostic {
  const same = told.some(
    (t) => t.fixes !== undefined && t.range?.line === d.range?.line && t.range?.column === d.range?.column,
  );
  if (!same) return d;
  const { fixes: _, ...rest } = d;
  return rest;
}

/** A List's items as objects of their own; any other object alone. */
function listObjects(object: ParsedObject, starts: readonly number[], text: string): ParsedObject[] {
  const items = object.spec?.kind === 'List' ? entryOf(object.node, 'items')?.value : undefined;
  if (items?.kind !== 'seq') return [object];
  const maps = items.items.filter((item) => item.kind === 'map');
  return [object, ...maps.flatMap((item) => listObjects(buildObject(item, starts, text), starts, text))];
}

function textDiagnostic(p: TextProblem, starts: readonly number[]): Diagnostic {
  return diagnose(p.code, p.params as never, {
    range: pieceRange(starts, p.start, p.end),
    ...(p.fix && {
      fixes: [
        {
          titleCode: p.fix.code,
          params: p.fix.params,
          range: pieceRange(starts, p.fix.start, p.fix.end),
          newText: p.fix.newText,
        },
      ],
    }),
  });
}
