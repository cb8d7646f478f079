import type { Cell, FieldType } from '../../model';
import { bigNumericScale, parseDecimal } from '../../store/values/scaled-decimals';

/** How the values of a type are sorted. */
export interface CellOrder {
  /** Where the keys of two cells differ, they are in the order of their values. */
  readonly key: (cell: string) => number | string;
  /** The order of two cells with one key: below, at or above 0. */
  readonly tie: (left: string, right: string) => number;
}

const equal = () => 0;

const decimals: CellOrder = {
  key: Number,
  tie: (left, right) => (left === right ? 0 : sign(exact(left) - exact(right))),
};

const texts: CellOrder = { key: (cell) => cell, tie: equal };

const orders: Readonly<Partial<Record<FieldType, CellOrder>>> = {
  INTEGER: decimals,
  TIMESTAMP: decimals,
  NUMERIC: decimals,
  BIGNUMERIC: decimals,
  STRING: { key: byCodePoint, tie: equal },
  BYTES: { key: (cell) => Buffer.from(cell, 'base64').toString('latin1'), tie: equal },
  DATE: texts,
  DATETIME: texts,
  TIME: texts,
  BOOLEAN: texts,
  // Not a number is less than all numbers.
  FLOAT: {
    key: (cell) => (cell === 'NaN' ? Number.NEGATIVE_INFINITY : Number(cell)),
    tie: (left, right) => (left === 'NaN' ? 0 : 1) - (right === 'NaN' ? 0 : 1),
  },
};

/** The order of a type's values; undefined where it has none. */
export function cellOrder(type: FieldType): CellOrder | undefined {
  return orders[type];
}

/** The order of two cells of a column, neither of which is null. */
export function compareCells({ key, tie }: CellOrder, left: string, right: string): number {
  const [one, other] = [key(left), key(right)];
  return one < other ? -1 : one > other ? 1 : tie(left, right);
}

function exact(cell: string): bigint {
  return parseDecimal(cell, bigNumericScale) ?? 0n;
}

function sign(value: bigint): number {
  return value < 0n ? -1 : value > 0n ? 1 : 0;
}

/** BigQuery sorts by code points, as bytes of UTF-8 are sorted; JavaScript by units of UTF-16. */
function byCodePoint(text: string): string {
  return /[^ -~]/.test(text) ? Buffer.from(text, 'utf8').toString('latin1') : text;
}

/** A stored whole number may have needless signs and zeros; everything else has one form. */
export function canonical(cell: Cell): Cell {
  if (typeof cell !== 'string' || isCanonical(cell)) return cell;
  return BigInt(cell.trim().replace(/^\+/, '')).toString();
}

/** By its first character, mostly: there are many cells. */
function isCanonical(cell: string): boolean {
  const first = cell.charCodeAt(0);
  return (first >= one && first <= nine) || /^(0|-[1-9]\d*)$/.test(cell);
}

const [one, nine] = ['1'.charCodeAt(0), '9'.charCodeAt(0)];
