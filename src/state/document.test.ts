import { beforeEach, describe, expect, it } from 'vitest';
import { useDocument } from './document.ts';

const doc = () => useDocument.getState();
const text = (name: string): string | undefined => doc().files.find((f) => f.name === name)?.text;

beforeEach(() => {
  doc().open(
    [
      { name: 'a.yaml', text: 'a' },
      { name: 'b.yaml', text: 'b' },
    ],
    'demo',
  );
});

describe('the text and its one undo history', () => {
  it('joins quick typing in one file into one step', () => {
    doc().type('a.yaml', 'a1', 2, 1000);
    doc().type('a.yaml', 'a12', 3, 1200);
    doc().type('a.yaml', 'a123', 4, 1500);
    doc().undo();
    expect(text('a.yaml')).toBe('a');
    doc().redo();
    expect(text('a.yaml')).toBe('a123');
  });

  it('keeps steps apart by time and by file', () => {
    doc().type('a.yaml', 'a1', 2, 1000);
    doc().type('a.yaml', 'a12', 3, 9000);
    doc().type('b.yaml', 'b1', 2, 9100);
    doc().undo();
    expect([text('a.yaml'), text('b.yaml')]).toEqual(['a12', 'b']);
    doc().undo();
    expect(text('a.yaml')).toBe('a1');
    doc().undo();
    expect(text('a.yaml')).toBe('a');
    expect(doc().past).toEqual([]);
  });

  it('undoes what menus do: files added, renamed, removed, replaced', () => {
    doc().addFile('c.yaml', 'c');
    doc().renameFile('c.yaml', 'd.yaml');
    doc().removeFile('a.yaml');
    doc().replaceFiles([{ name: 'z.yaml', text: 'z' }], 'z.yaml');
    for (let i = 0; i < 4; i++) doc().undo();
    expect(doc().files.map((f) => f.name)).toEqual(['a.yaml', 'b.yaml']);
    for (let i = 0; i < 4; i++) doc().redo();
    expect(doc().files.map((f) => f.name)).toEqual(['z.yaml']);
  });

  it('forgets what could be redone after a new change, and counts openings apart from undo', () => {
    const { opening } = doc();
    doc().type('a.yaml', 'a1', 2, 1000);
    doc().undo();
    doc().type('a.yaml', 'other', 5, 5000);
    doc().redo();
    expect(text('a.yaml')).toBe('other');
    expect(doc().opening).toBe(opening);
    doc().open([{ name: 'n.yaml', text: '' }]);
    expect(doc().opening).toBe(opening + 1);
    expect(doc().dirty).toBe(false);
  });

  it('lets go of the oldest steps of huge texts, never of the newest', () => {
    for (let i = 0; i < 8; i++) doc().type('a.yaml', String(i).repeat(5_000_000), 0, i * 10_000);
    expect(doc().past.length).toBeGreaterThan(0);
    expect(doc().past.length).toBeLessThan(5);
    doc().undo();
    expect(text('a.yaml')?.[0]).toBe('6');
  });
});
