/** Durations of the Gateway API (GEP-2257): `1h30m`, `100ms`. */
const UNITS: Readonly<Record<string, number>> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/** Undefined for what is none. */
export function milliseconds(text: string): number | undefined {
  if (!/^([0-9]{1,5}(h|m|s|ms)){1,4}$/.test(text)) return undefined;
  let sum = 0;
  for (const [, number = '', unit = ''] of text.matchAll(/(\d+)(h|ms|m|s)/g)) {
    sum += Number(number) * (UNITS[unit] ?? 0);
  }
  return sum;
}
