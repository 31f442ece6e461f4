/**
 * The API's own field tables (Kubernetes 1.36, taken by `scripts/kubernetes-fields.mjs` from the type maps of
 * @kubernetes/client-node 2.0.1, Apache-2.0). The everyday ones are there from the start; the rest (volume sources, RBAC,
 * statuses, ...) is a file of its own, fetched when a document first has one.
 */
import { CodeMissing } from '../../base/code.ts';
import everyday from './upstream.generated.json' with { type: 'json' };

type Tables = Readonly<Record<string, string>>;

let rare: Tables | undefined;

/** Fetches the tables that few documents need. */
export async function loadRareTables(): Promise<void> {
  rare ??= (await import('./rare-tables.ts')).rareTables;
}

/** The table of an API type, as schema.ts reads it; undefined for what is no table. `CodeMissing` asks for the rare ones. */
export function apiTable(type: string): string | undefined {
  const known = (everyday as Tables)[type];
  // Plain types are written in small letters.
  if (known !== undefined || !/^[A-Z]/.test(type)) return known;
  if (rare === undefined) throw new CodeMissing([{ id: 'api-tables', load: loadRareTables }]);
  return rare[type];
}
