import type { Field } from '../../model';
import { type Converted, scalarOfText } from './scalars';

/** What a value of a JSON row is, as far as it decides whether a column takes it. */
export type JsonKind = 'text' | 'whole' | 'fraction' | 'boolean' | 'object' | 'array';

/** Whether a column takes a kind of value, and how that is known. */
export interface StreamedCell {
  /** 'converted': as the column's type reads its text. Else refused in these words; VALUE stands for what was given. */
  readonly rule: 'converted' | { readonly refused: string };
  /** A document or report; where none was found, 'assumed' and why. What is not known to be taken is refused. */
  readonly source: string;
}

type ScalarType = Exclude<Field['type'], 'RECORD'>;
type Rows = Readonly<Record<Exclude<JsonKind, 'object' | 'array'>, StreamedCell>>;

const taken = (source: string): StreamedCell => ({ rule: 'converted', source });
const refused = (words: string, source: string): StreamedCell => ({ rule: { refused: words }, source });

const reference = 'bigquery/docs/reference/rest/v2/tabledata/insertAll: values as JSON has them';
const textForm = 'bigquery/docs/reference/standard-sql/data-types: canonical format, given as text';
const asText = 'googleapis/google-cloud-java pull 6216: numbers are best given as texts';
const byAnalogy = 'assumed: no report found; as boolean for STRING';

/** What a load or query would call the type that a boolean or number is of. */
const noConversion = (from: string, to: string): string => `Conversion from ${from} to ${to} is unsupported.`;

const textsOnly = (to: string): Rows => ({
  text: taken(textForm),
  whole: refused(noConversion('int64', to), byAnalogy),
  fraction: refused(noConversion('double', to), byAnalogy),
  boolean: refused(noConversion('bool', to), byAnalogy),
});

const decimals = (to: string): Rows => ({
  text: taken(asText),
  whole: taken(reference),
  fraction: taken(reference),
  boolean: refused(noConversion('bool', to), byAnalogy),
});

/**
 * JSON kinds × column types of tabledata.insertAll. Texts that are not of the type (`abc` for INTEGER) are
 * refused by their conversion.
 */
export const streamedValues: Readonly<Record<ScalarType, Rows>> = {
  STRING: {
    text: taken(reference),
    whole: taken('googleapis/google-cloud-node issue 2052, googleapis/java-bigquerystorage pull 2437'),
    fraction: taken('assumed: no report found; as whole numbers'),
    boolean: refused(
      noConversion('bool', 'std::string'),
      'GoogleCloudPlatform/DataflowTemplates issue 132; googleapis/google-cloud-node issue 2052',
    ),
  },
  INTEGER: {
    text: taken(asText),
    whole: taken(reference),
    fraction: refused('Cannot convert value to integer (bad value): VALUE', 'google/slo-generator pull 82'),
    boolean: refused(noConversion('bool', 'int64'), byAnalogy),
  },
  FLOAT: decimals('double'),
  NUMERIC: decimals('numeric'),
  BIGNUMERIC: decimals('bignumeric'),
  BOOLEAN: {
    text: taken('confluentinc/kafka-connect-bigquery issue 176: "true" is taken, "1" is not'),
    whole: refused(noConversion('int64', 'bool'), 'fippo/rtcstats-server issue 279: 0 and 1 are not taken'),
    fraction: refused(noConversion('double', 'bool'), byAnalogy),
    boolean: taken(reference),
  },
  TIMESTAMP: {
    text: taken(textForm),
    whole: taken('confluentinc/kafka-connect-bigquery issue 346: seconds since 1970, refused out of range'),
    fraction: taken('confluentinc/kafka-connect-bigquery issue 346: seconds since 1970'),
    boolean: refused(noConversion('bool', 'timestamp'), byAnalogy),
  },
  DATE: textsOnly('date'),
  DATETIME: textsOnly('datetime'),
  TIME: textsOnly('time'),
  BYTES: textsOnly('bytes'),
  GEOGRAPHY: textsOnly('geography'),
  INTERVAL: textsOnly('interval'),
  RANGE: textsOnly('range'),
  JSON: {
    text: taken('googleapis/python-bigquery pull 1757: the client sends JSON as text'),
    whole: refused(noConversion('int64', 'json'), byAnalogy),
    fraction: refused(noConversion('double', 'json'), byAnalogy),
    boolean: refused(noConversion('bool', 'json'), byAnalogy),
  },
};

/** The words for what no scalar column takes, whatever its type. */
export const notScalar: Readonly<Record<'object' | 'array', StreamedCell>> = {
  object: refused(
    'This field: FIELD is not a record.',
    'confluentinc/kafka-connect-bigquery issue 65; for JSON columns pull 1757 of googleapis/python-bigquery',
  ),
  array: refused('Array specified for non-repeated field: FIELD.', 'glific/glific issue 3477'),
};

/** Why insertAll refuses a value for a column that is no RECORD; undefined where it reads it. */
export function streamingRefusal(value: unknown, field: Field): string | undefined {
  if (field.type === 'RECORD') return undefined;
  const kind = kindOf(value);
  if (field.type === 'RANGE' && isRange(value)) return undefined;
  const { rule } = kind === 'object' || kind === 'array' ? notScalar[kind] : streamedValues[field.type][kind];
  if (rule !== 'converted') return rule.refused.replace('VALUE', String(value)).replace('FIELD', field.name);
  // Loads read more words as booleans.
  if (field.type === 'BOOLEAN' && kind === 'text' && !/^(true|false)$/i.test(String(value))) {
    return `Cannot convert string value to boolean: ${value}`;
  }
  if (field.type === 'TIMESTAMP' && typeof value === 'number' && !(Math.abs(value) < maxSeconds)) {
    return `Timestamp field value is out of range: ${BigInt(Math.trunc(value)) * 1_000_000n}`;
  }
  return undefined;
}

/** The Node client sends {start, end}. */
const isRange = (value: unknown): boolean =>
  typeof value === 'object' &&
  value !== null &&
  Object.keys(value).length > 0 &&
  Object.keys(value).every((key) => key === 'start' || key === 'end');

/** How insertAll reads a text that it takes. */
export function streamedText(text: string, field: Field): Converted {
  const converted = scalarOfText(text, field);
  // googleapis/nodejs-bigquery issue 45, GoogleCloudPlatform/DataflowTemplates issue 22
  return field.type === 'FLOAT' && 'problem' in converted
    ? { problem: `Cannot convert value to floating point (bad value): ${text}` }
    : converted;
}

/** Of the end of the year 9999; before the year 1 is refused by the conversion. */
const maxSeconds = 253_402_300_800;

function kindOf(value: unknown): JsonKind {
  if (typeof value === 'string') return 'text';
  if (typeof value === 'boolean') return 'boolean';
  if (typeof value === 'number') return Number.isInteger(value) ? 'whole' : 'fraction';
  return Array.isArray(value) ? 'array' : 'object';
}
