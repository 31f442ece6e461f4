/** Work kept in the browser: the text as it stands, and earlier work that something else took the place of. */
import type { ScenarioFile } from '../sim/scenario.ts';

const CURRENT = 'packetwalk.work';
const SHELF = 'packetwalk.shelf';
const SHELF_LIMIT = 12;

export interface Work {
  readonly files: readonly ScenarioFile[];
  readonly active: string;
  readonly scenario?: string;
  /** Milliseconds since the epoch. */
  readonly savedAt: number;
}

type Unchecked<T> = { readonly [K in keyof T]?: unknown } | null | undefined;

/** Checked by hand: this is read before the first picture, and only this page writes it. */
function isWork(value: unknown): value is Work {
  const work = value as Unchecked<Work>;
  return (
    typeof work?.active === 'string' &&
    typeof work.savedAt === 'number' &&
    (work.scenario === undefined || typeof work.scenario === 'string') &&
    Array.isArray(work.files) &&
    work.files.every(isFile)
  );
}

function isFile(value: unknown): value is ScenarioFile {
  const file = value as Unchecked<ScenarioFile>;
  return typeof file?.name === 'string' && typeof file.text === 'string';
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
  const work = read(storage, CURRENT);
  return isWork(work) && work.files.length > 0 ? work : undefined;
}

export function saveWork(work: Work, storage: Storage = localStorage): boolean {
  return write(storage, CURRENT, work);
}

export function clearWork(storage: Storage = localStorage): void {
  storage.removeItem(CURRENT);
}

/** Earlier work, newest first. */
export function shelvedWork(storage: Storage = localStorage): readonly Work[] {
  const shelf = read(storage, SHELF);
  return Array.isArray(shelf) && shelf.every(isWork) ? shelf : [];
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
