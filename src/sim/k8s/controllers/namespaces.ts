/** Objects need their namespace: the API server turns down what names one that nobody made. */
import type { QuickFix } from '../../base/diagnostic.ts';
import type { Manifest, ParsedScenario } from '../manifest.ts';
import { thereBefore } from '../store.ts';
import type { Report } from './report.ts';

/** The manifests and drafts that fall out. A namespace anywhere in the documents counts, whatever the order, unless it was `refused`. */
export function refuseWithoutNamespace(
  parsed: ParsedScenario,
  refusedNamespaces: ReadonlySet<Manifest>,
  report: Report,
): ReadonlySet<Manifest> {
  const names = new Set<string>();
  for (const m of thereBefore(parsed)) if (m.kind === 'Namespace') names.add(m.metadata.name);
  for (const m of parsed.manifests) {
    if (m.kind === 'Namespace' && !refusedNamespaces.has(m)) names.add(m.metadata.name);
  }
  // One that is there and refused wants to be mended, not added again.
  const written = new Set([...refusedNamespaces].map((m) => m.metadata.name));
  const refused = new Set<Manifest>();
  for (const manifest of [...parsed.manifests, ...parsed.drafts]) {
    const { namespace } = manifest.ref;
    if (namespace === undefined || names.has(namespace)) continue;
    refused.add(manifest);
    report.refuse(
      'namespace/not-found',
      { namespace },
      manifest.ref,
      `namespaces "${namespace}" not found`,
      ['metadata', 'namespace'],
      written.has(namespace) ? [] : addNamespace(parsed, manifest, namespace),
    );
  }
  return refused;
}

function addNamespace(parsed: ParsedScenario, manifest: Manifest, namespace: string): QuickFix[] {
  const range = parsed.locate({ object: manifest.ref });
  if (range === undefined) return [];
  const start = { file: range.file, line: range.line, column: 1, endLine: range.line, endColumn: 1 };
  const newText = `apiVersion: v1\nkind: Namespace\nmetadata:\n  name: ${namespace}\n---\n`;
  return [{ titleCode: 'fix/add', params: { text: `Namespace ${namespace}` }, range: start, newText }];
}
