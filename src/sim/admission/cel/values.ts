/**
 * Values as CEL sees them: JSON with whole numbers as bigint, and what nobody here can know. Whatever an expression does
 * with such a value, its answer is unknown; an expression that passes it by has an answer.
 */

/** Thrown where an expression asks for what is not known here. */
export class NotKnown extends Error {
  override readonly name = 'NotKnown';
}

/** A value that the API server would have and the app has not: `metadata.uid`, the name of a token's volume. */
export function notKnown(what: string): unknown {
  // Whoever wants to know the type of a value looks at its constructor first.
  return Object.create(null, {
    constructor: {
      get: () => {
        throw new NotKnown(what);
      },
    },
  });
}

/** JSON to CEL: integers are int, other numbers double. What `notKnown` made stays. */
export function celValue(value: unknown): unknown {
  if (typeof value === 'number') return Number.isInteger(value) ? BigInt(value) : value;
  if (Array.isArray(value)) return value.map(celValue);
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype) {
    return value;
  }
  return Object.fromEntries(
    Object.entries(value)
      .filter(([, v]) => v !== undefined)
      .map(([key, v]) => [key, celValue(v)]),
  );
}
