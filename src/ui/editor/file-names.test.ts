import { describe, expect, it } from 'vitest';
import { freeName, nameFault } from './file-names.ts';

describe('freeName', () => {
  it.each([
    { wanted: 'new.yaml', taken: [], name: 'new.yaml' },
    { wanted: 'new.yaml', taken: ['new.yaml'], name: 'new-2.yaml' },
    { wanted: 'new.yaml', taken: ['new.yaml', 'new-2.yaml'], name: 'new-3.yaml' },
    { wanted: 'notes', taken: ['notes'], name: 'notes-2' },
  ])('$wanted beside $taken is $name', ({ wanted, taken, name }) => {
    expect(freeName(wanted, taken)).toBe(name);
  });
});

describe('nameFault', () => {
  it.each([
    { name: '', fault: 'nameEmpty' },
    { name: 'a.yaml', fault: 'nameTaken' },
    { name: 'a/b.yaml', fault: 'nameBad' },
    { name: 'b.yaml', fault: undefined },
    { name: '정책.yaml', fault: undefined },
  ])('"$name": $fault', ({ name, fault }) => {
    expect(nameFault(name, ['a.yaml'])).toBe(fault);
  });
});
