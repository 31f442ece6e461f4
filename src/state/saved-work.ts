/** Work kept in the browser: the text as it stands, and earlier work that something else took the place of. */
import * as v from 'valibot';
import type { ScenarioFile } from '../sim/scenario.ts';

const CURRENT = 'packetwalk.work';
const SHELF = 'packetwalk.shelf';
const SHELF_LIMIT = 12;

const workSchema = v.object({
  files: v.array(v.object({ name: v.string(), text: v.string() })),
  active: v.string(),
  scenario: v.optional(v.string()),
  /** Milliseconds since the epoch. */
  savedAt: v.number(),
});

export interface Work {
  readonly files: readonly ScenarioFile[];
  readonly active: string;
  readonly scenario?: string;
  readonly savedAt: number;
}

function read(storage: Storage, key: string): unknown {
  try {
    return JSON.parse(storage.getItem(key) ?? 'null');
  } catch {
    return undefined;
  }
}

/** Storage may be full or forbidden: then work lives as long as the page. Returns whether it was kept. */
function write(storage: Storage, key: string, value: unknown): boolean {
  try {
    storage.setItem(key, JSON.stringify(value));
    return true;
  } catch {
    return false;
  }
}

export function loadWork(storage: Storage = localStorage): Work | undefined {
  const checked = v.safeParse(workSchema, read(storage, CURRENT));
  return checked.success && checked.output.files.length > 0 ? checked.output : undefined;
}

export function saveWork(work: Work, storage: Storage = localStorage): boolean {
  return write(storage, CURRENT, work);
}

export function clearWork(storage: Storage = localStorage): void {
  storage.removeItem(CURRENT);
}

/** Earlier work, newest first. */
export function shelvedWork(storage: Storage = localStorage): readonly Work[] {
  const checked = v.safeParse(v.array(workSchema), read(storage, SHELF));
  return checked.success ? checked.output : [];
}

/** Puts work aside before something else is opened over it. The same text is kept once. */
export function shelve(work: Work, storage: Storage = localStorage): boolean {
  const text = JSON.stringify(work.files);
  const others = shelvedWork(storage).filter((w) => JSON.stringify(w.files) !== text);
  return write(storage, SHELF, [work, ...others].slice(0, SHELF_LIMIT));
}

/** Takes one piece of earlier work off the shelf. */
export function dropShelved(savedAt: number, storage: Storage = localStorage): void {
  write(
    storage,
    SHELF,
    shelvedWork(storage).filter((w) => w.savedAt !== savedAt),
  );
}
