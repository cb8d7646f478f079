import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, Row } from '../../model';
import {
  bigNumericScale,
  formatDecimal,
  numericScale,
  parseDecimal,
  roundScaled,
} from '../../store/values/scaled-decimals';

/** Fits a cell into a column: rounds it to the column's scale, and refuses what the column cannot hold. */
export type Fit = (cell: Cell) => Cell;

/**
 * The last step of every write: NUMERIC(p, s) rounds half away from zero and overflows, STRING(n) and
 * BYTES(n) have a maximum length, REQUIRED takes no null, and a null array is an empty one.
 */
export function fitOf(field: Field, path = field.name): Fit {
  const element = elementFit(field, path);
  if (field.mode === 'REPEATED')
    return (cell) => {
      if (!Array.isArray(cell)) return [];
      return element === undefined ? cell : cell.map(element);
    };
  const fitCell = element ?? ((cell: Cell) => cell);
  if (field.mode !== 'REQUIRED') return (cell) => (cell === null ? null : fitCell(cell));
  return (cell) => {
    if (cell === null)
      throw new BigQueryError('invalidQuery', `Required field ${path} cannot be null`, 'query');
    return fitCell(cell);
  };
}

function elementFit(field: Field, path: string): Fit | undefined {
  if (field.type === 'RECORD') return recordFit(field.fields ?? [], path);
  if (field.maxLength !== undefined) return lengthFit(field, Number(field.maxLength), path);
  if (field.precision !== undefined)
    return decimalFit(field, Number(field.precision), Number(field.scale ?? '0'), path);
  return undefined;
}

function recordFit(fields: readonly Field[], path: string): Fit {
  const fits = fields.map((inner) => fitOf(inner, `${path}.${inner.name}`));
  return (cell) => (Array.isArray(cell) ? fits.map((fitCell, index) => fitCell(cell[index] ?? null)) : cell);
}

function lengthFit(field: Field, maximum: number, path: string): Fit {
  return (cell) => {
    if (typeof cell !== 'string') return cell;
    const length = field.type === 'BYTES' ? Buffer.from(cell, 'base64').length : [...cell].length;
    if (length > maximum)
      throw new BigQueryError(
        'invalidQuery',
        `Field ${path}: ${field.type}(${maximum}) has maximum length ${maximum} but got a value with length ${length}`,
        'query',
      );
    return cell;
  };
}

function decimalFit(field: Field, precision: number, digits: number, path: string): Fit {
  const scale = field.type === 'BIGNUMERIC' ? bigNumericScale : numericScale;
  const limit = 10n ** BigInt(precision - digits + scale);
  return (cell) => {
    const value = typeof cell === 'string' ? parseDecimal(cell, scale) : undefined;
    if (value === undefined) return cell;
    const rounded = roundScaled(value, scale, digits);
    if (rounded >= limit || rounded <= -limit)
      throw new BigQueryError(
        'invalidQuery',
        `Field ${path}: ${field.type}(${precision}, ${digits}) has precision ${precision} and scale ${digits} but got a value that is not in range: ${cell}`,
        'query',
      );
    return formatDecimal(rounded, scale);
  };
}

/** Fits whole rows. */
export function rowFit(schema: readonly Field[]): (row: Row) => Row {
  const fits = schema.map((field) => fitOf(field));
  return (row) => fits.map((fitCell, index) => fitCell(row[index] ?? null));
}
