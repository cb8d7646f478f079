import { BigQueryError } from '../bigquery-error';
import type { Cell, Field } from '../model';
import type { QueryParameter, QueryParameterType, QueryParameterValue } from '../query-parameters';
import { geographyText } from '../store/values/geographies';
import { boundOf, boundsOfRange, convertedRange, isAscending, rangeText } from '../store/values/ranges';
import {
  bigNumericMaximum,
  bigNumericMinimum,
  bigNumericScale,
  formatDecimal,
  numericMaximum,
  numericScale,
  parseDecimal,
} from '../store/values/scaled-decimals';
import { elementOf, fieldTypeNamed } from './analyse/engine-types';
import {
  daysOfDate,
  formatTime,
  microsecondsOfTimestamp,
  packDatetime,
  parseTime,
  unpackDatetime,
} from './codec/civil-time';
import { formatFloat } from './codec/decode-cell';
import { positionalName } from './parse/parser';
import type { TypedValue } from './scope';

/**
 * Reads parameters as REST sends them. Throws `invalid`, naming the parameter, for an unknown type or a bad
 * value.
 */
export function readParameters(parameters: readonly QueryParameter[]): readonly TypedValue[] {
  return parameters.map((parameter, index) => {
    const label = parameter.name ? `@${parameter.name}` : `${index + 1}`;
    const name = parameter.name || positionalName(index + 1);
    const field = fieldOfParameter(name, parameter.parameterType, label);
    return { name, field, cell: cellOf(field, parameter.parameterValue, label) };
  });
}

function fieldOfParameter(name: string, parameterType: QueryParameterType, label: string): Field {
  const typeName = parameterType.type.toUpperCase();
  if (typeName === 'ARRAY') {
    if (parameterType.arrayType === undefined)
      throw invalid(`Missing array type for parameter ${label}`, label);
    const element = fieldOfParameter(name, parameterType.arrayType, label);
    if (element.mode === 'REPEATED')
      throw invalid(`Arrays of arrays are not supported: parameter ${label}`, label);
    return { ...element, mode: 'REPEATED' };
  }
  const type = fieldTypeNamed(typeName);
  if (type === undefined) throw invalid(`Invalid type ${parameterType.type} for parameter ${label}`, label);
  if (type === 'RANGE') return rangeParameter(name, parameterType, label);
  if (type !== 'RECORD') return { name, type, mode: 'NULLABLE' };
  const fields = (parameterType.structTypes ?? []).map((inner) =>
    fieldOfParameter(inner.name ?? '', inner.type, label),
  );
  return { name, type, mode: 'NULLABLE', fields };
}

function cellOf(field: Field, value: QueryParameterValue, label: string): Cell {
  if (field.mode === 'REPEATED') {
    const element: Field = { ...field, mode: 'NULLABLE' };
    return (value.arrayValues ?? []).map((item) => cellOf(element, item, label));
  }
  if (field.type === 'RECORD') return recordCell(field, value, label);
  if (field.type === 'RANGE') return rangeCell(field, value, label);
  if (value.value === undefined || value.value === null) return null;
  const cell = parseScalar(field.type, value.value);
  if (cell === undefined)
    throw invalid(
      `Invalid value for parameter ${label}: '${value.value}' is not a valid ${field.type}`,
      label,
    );
  return cell;
}

function rangeParameter(name: string, { rangeElementType }: QueryParameterType, label: string): Field {
  const type = rangeElementType?.type.toUpperCase();
  if (type !== 'DATE' && type !== 'DATETIME' && type !== 'TIMESTAMP')
    throw invalid(`Missing or invalid range element type for parameter ${label}`, label);
  return { name, type: 'RANGE', mode: 'NULLABLE', rangeElementType: { type } };
}

function rangeCell(field: Field, { rangeValue, value }: QueryParameterValue, label: string): Cell {
  const given = rangeValue && {
    start: boundOf(rangeValue.start?.value ?? undefined),
    end: boundOf(rangeValue.end?.value ?? undefined),
  };
  if (given === undefined && (value === undefined || value === null)) return null;
  const bounds = given ?? boundsOfRange(value ?? '');
  const range = bounds && convertedRange(bounds, (bound) => parseScalar(elementOf(field), bound));
  if (range === undefined || !isAscending(range))
    throw invalid(`Invalid value for parameter ${label}: not a valid RANGE`, label);
  return rangeText(range);
}

function recordCell(field: Field, value: QueryParameterValue, label: string): Cell {
  const values = value.structValues;
  if (values === undefined) return null;
  const fields = field.fields ?? [];
  const unknown = Object.keys(values).find((name) => !fields.some((inner) => inner.name === name));
  if (unknown !== undefined) throw invalid(`Parameter ${label} has no field '${unknown}' in its type`, label);
  return fields.map((inner) => cellOf(inner, values[inner.name] ?? {}, `${label}.${inner.name}`));
}

/** The cell that a text stands for; undefined where it is no value of the type. */
function parseScalar(type: Field['type'], value: string): string | undefined {
  switch (type) {
    case 'STRING':
      return value;
    case 'BYTES':
      return base64(value);
    case 'INTEGER':
      return integer(value);
    case 'FLOAT':
      return float(value);
    case 'BOOLEAN':
      return /^(true|false)$/i.test(value) ? value.toLowerCase() : undefined;
    case 'NUMERIC':
      return decimal(value, numericScale, -numericMaximum, numericMaximum);
    case 'BIGNUMERIC':
      return decimal(value, bigNumericScale, bigNumericMinimum, bigNumericMaximum);
    case 'DATE':
      return daysOfDate(value) === undefined
        ? undefined
        : value
            .split('-')
            .map((part) => part.padStart(2, '0'))
            .join('-');
    case 'DATETIME': {
      const packed = packDatetime(value);
      return packed && unpackDatetime(packed.seconds, packed.nanos);
    }
    case 'TIME': {
      const time = parseTime(value);
      return time && formatTime(time);
    }
    case 'TIMESTAMP':
      return microsecondsOfTimestamp(value)?.toString();
    case 'JSON':
      return json(value);
    case 'GEOGRAPHY':
      return geographyText(value);
    default:
      return undefined;
  }
}

function integer(value: string): string | undefined {
  if (!/^\s*[+-]?\d{1,40}\s*$/.test(value)) return undefined;
  const parsed = BigInt(value.trim().replace(/^\+/, ''));
  return BigInt.asIntN(64, parsed) === parsed ? parsed.toString() : undefined;
}

function float(value: string): string | undefined {
  const special = /^\s*([+-]?)(inf|infinity|nan)\s*$/i.exec(value);
  if (special !== null) {
    if (special[2]?.toLowerCase() === 'nan') return 'NaN';
    return special[1] === '-' ? '-Infinity' : 'Infinity';
  }
  if (!/^\s*[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?\s*$/i.test(value)) return undefined;
  const parsed = Number(value);
  return Number.isFinite(parsed) ? formatFloat(parsed) : undefined;
}

function decimal(value: string, scale: number, minimum: bigint, maximum: bigint): string | undefined {
  const parsed = parseDecimal(value, scale);
  if (parsed === undefined || parsed < minimum || parsed > maximum) return undefined;
  return formatDecimal(parsed, scale);
}

function base64(value: string): string | undefined {
  if (!/^[A-Za-z0-9+/_-]*={0,2}$/.test(value)) return undefined;
  return Buffer.from(value, 'base64').toString('base64');
}

function json(value: string): string | undefined {
  try {
    JSON.parse(value);
    return value;
  } catch {
    return undefined;
  }
}

function invalid(message: string, label: string): BigQueryError {
  return new BigQueryError('invalid', message, label);
}
