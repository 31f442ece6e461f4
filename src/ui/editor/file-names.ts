import { useDocument } from '../../state/document.ts';

/** `new.yaml`, or `new-2.yaml` when that is taken. */
export function freeName(wanted: string, taken: readonly string[]): string {
  if (!taken.includes(wanted)) return wanted;
  const dot = wanted.lastIndexOf('.');
  const stem = dot < 0 ? wanted : wanted.slice(0, dot);
  const end = dot < 0 ? '' : wanted.slice(dot);
  for (let n = 2; ; n++) {
    const name = `${stem}-${n}${end}`;
    if (!taken.includes(name)) return name;
  }
}

export type NameFault = 'nameEmpty' | 'nameTaken' | 'nameBad';

/** What is wrong with a new name for a file; undefined when it is good. */
export function nameFault(name: string, others: readonly string[]): NameFault | undefined {
  if (name === '') return 'nameEmpty';
  if (others.includes(name)) return 'nameTaken';
  return /^[\p{L}\p{N}._-]+$/u.test(name) ? undefined : 'nameBad';
}

/** Adds an empty file under a free name and returns it. */
export function addFile(wanted: string): string {
  const doc = useDocument.getState();
  const name = freeName(
    wanted,
    doc.files.map((f) => f.name),
  );
  doc.addFile(name, '');
  return name;
}
