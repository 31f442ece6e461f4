/** Keeps the identity of what did not change, so that whatever is derived from it can be reused. */

/** One value per owner, reused while `key` stays. Memory goes with the owner. */
export function memoByOwner<O extends object, V>(): (owner: O, key: string, make: () => V) => V {
  const known = new WeakMap<O, { key: string; value: V }>();
  return (owner, key, make) => {
    const entry = known.get(owner);
    if (entry !== undefined && entry.key === key) return entry.value;
    const value = make();
    known.set(owner, { key, value });
    return value;
  };
}

/** The last few values of equal content, for what has no owner: settings, nodes. Content is compared as JSON. */
export function internByContent<V>(limit = 64): (value: V) => V {
  const known = new Map<string, V>();
  return (value) => {
    const key = JSON.stringify(value);
    const found = known.get(key);
    if (found !== undefined) return found;
    if (known.size >= limit) known.clear();
    known.set(key, value);
    return value;
  };
}

/** The previous list where every element is the identical one. */
export function sameList<V>(previous: readonly V[] | undefined, next: readonly V[]): readonly V[] {
  if (previous === undefined || previous.length !== next.length) return next;
  for (let i = 0; i < next.length; i++) if (previous[i] !== next[i]) return next;
  return previous;
}

/** Remembers the last list, so that an equal one is the identical one. */
export function keepList<V>(): (next: readonly V[]) => readonly V[] {
  let last: readonly V[] | undefined;
  return (next) => {
    last = sameList(last, next);
    return last;
  };
}

/** The last result, reused while every input is the identical one. */
export function memoLast<A extends readonly unknown[], V>(make: (...inputs: A) => V): (...inputs: A) => V {
  let last: { inputs: A; value: V } | undefined;
  return (...inputs) => {
    if (last !== undefined && sameList(last.inputs, inputs) === last.inputs) return last.value;
    last = { inputs, value: make(...inputs) };
    return last.value;
  };
}
