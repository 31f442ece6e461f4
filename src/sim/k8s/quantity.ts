/**
 * Quantities of resources as apimachinery reads, compares and writes them (pkg/api/resource): `100m`, `1.5`, `64Mi`,
 * `1e3`. Whole numbers of nano units, which is the finest that the API keeps; what is finer is rounded up. Values stop at
 * 2^63 - 1 units, as upstream's do.
 */

export type QuantityFormat = 'DecimalSI' | 'BinarySI' | 'DecimalExponent';

export interface Quantity {
  /** In billionths. */
  readonly nano: bigint;
  readonly format: QuantityFormat;
}

export type QuantityFault = 'format' | 'suffix' | 'numeric';

const FAULTS: Readonly<Record<QuantityFault, string>> = {
  format: "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'",
  suffix: "unable to parse quantity's suffix",
  numeric: 'unable to parse numeric part of quantity',
};

const NANO = 1_000_000_000n;
const MAX = 2n ** 63n - 1n;
const DECIMAL = ['n', 'u', 'm', '', 'k', 'M', 'G', 'T', 'P', 'E'];
const BINARY = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

export const ZERO: Quantity = { nano: 0n, format: 'DecimalSI' };

export function parseQuantity(text: string): Quantity | QuantityFault {
  const parts = /^([+-]?)(\d*)(?:\.(\d*))?([eEinumkKMGTP]*[-+]?\d*)$/.exec(text);
  if (parts === null || text === '') return 'format';
  const [, sign = '', whole = '', fraction = '', suffix = ''] = parts;
  const scale = scaleOf(suffix);
  if (scale === undefined) return 'suffix';
  if (whole + fraction === '') return 'numeric';
  const { factor, tens, format } = scale;
  // Digits times `factor` times 10 to the power of `shift`, in billionths.
  const shift = tens + 9 - fraction.length;
  const digits = BigInt(whole + fraction) * factor;
  let nano =
    shift >= 0
      ? shift > 60 && digits > 0n
        ? MAX * NANO
        : digits * 10n ** BigInt(shift)
      : up(digits, -shift);
  if (nano > MAX * NANO) nano = MAX * NANO;
  return {
    nano: sign === '-' ? -nano : nano,
    // A part of one is written in decimals, or it would be rounded.
    format: format === 'BinarySI' && nano > 0n && nano < NANO && sign !== '-' ? 'DecimalSI' : format,
  };
}

/** Divided by a power of ten, away from zero. */
function up(digits: bigint, tens: number): bigint {
  if (tens > 60) return digits > 0n ? 1n : 0n;
  return ceil(digits, 10n ** BigInt(tens));
}

function ceil(value: bigint, by: bigint): bigint {
  return value >= 0n ? (value + by - 1n) / by : -((-value + by - 1n) / by);
}

function scaleOf(suffix: string): { factor: bigint; tens: number; format: QuantityFormat } | undefined {
  const decimal = DECIMAL.indexOf(suffix);
  if (decimal >= 0) return { factor: 1n, tens: (decimal - 3) * 3, format: 'DecimalSI' };
  const binary = BINARY.indexOf(suffix);
  if (binary >= 0) return { factor: 1024n ** BigInt(binary), tens: 0, format: 'BinarySI' };
  const exponent = /^[eE]([+-]?\d+)$/.exec(suffix)?.[1];
  return exponent === undefined
    ? undefined
    : { factor: 1n, tens: Number(exponent), format: 'DecimalExponent' };
}

/** Upstream's words for what is no quantity. */
export function quantityFault(text: string): string | undefined {
  const parsed = parseQuantity(text);
  return typeof parsed === 'string' ? FAULTS[parsed] : undefined;
}

/** A field's value, text or number. What is no quantity counts as nothing: it was told where it stands. */
export function quantityOf(value: unknown): Quantity {
  const parsed = parseQuantity(String(value));
  return typeof parsed === 'string' ? ZERO : parsed;
}

export function whole(count: number): Quantity {
  return { nano: BigInt(count) * NANO, format: 'DecimalSI' };
}

export function compare(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}

export function add(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

/** Units, rounded up. */
export const unitsOf = ({ nano }: Quantity): bigint => ceil(nano, NANO);
/** Thousandths, rounded up. */
export const milliOf = ({ nano }: Quantity): bigint => ceil(nano, 1_000_000n);

/** The canonical text: `0.5` is `500m`, `1024Mi` is `1Gi`. */
export function quantityText({ nano, format }: Quantity): string {
  if (nano === 0n) return '0';
  const binary =
    format === 'BinarySI' && nano % NANO === 0n && (nano >= 1024n * NANO || nano <= -1024n * NANO);
  if (binary) {
    let value = nano / NANO;
    let step = 0;
    while (value % 1024n === 0n && step < BINARY.length - 1) {
      value /= 1024n;
      step++;
    }
    return `${value}${BINARY[step]}`;
  }
  let value = nano;
  let step = 0;
  while (value % 1000n === 0n && step < DECIMAL.length - 1) {
    value /= 1000n;
    step++;
  }
  const exponent = (step - 3) * 3;
  return format === 'DecimalExponent'
    ? `${value}${exponent === 0 ? '' : `e${exponent}`}`
    : `${value}${DECIMAL[step]}`;
}
