import type { Field } from '../../model';
import { rowOfJson } from '../../store/values/json-rows';
import {
  notScalar,
  streamedText,
  streamedValues,
  streamingRefusal,
} from '../../store/values/streamed-values';

/** What insertAll makes of one value: its cell, or the words of the refusal. */
function streamed(type: Field['type'], value: unknown): unknown {
  const field: Field = { name: 'x', type, mode: 'NULLABLE' };
  const made = rowOfJson({ x: value }, [field], false, streamedText, streamingRefusal);
  return 'row' in made ? { cell: made.row[0] } : made.problem.message;
}

const texts: Readonly<Record<Exclude<Field['type'], 'RECORD'>, string>> = {
  STRING: 'a',
  INTEGER: '9007199254740993',
  FLOAT: 'NaN',
  NUMERIC: '1.5',
  BIGNUMERIC: '1.5',
  BOOLEAN: 'TRUE',
  TIMESTAMP: '2024-09-02T00:00:00Z',
  DATE: '2024-09-02',
  DATETIME: '2024-09-02T01:02:03',
  TIME: '01:02:03',
  BYTES: 'YQ==',
  GEOGRAPHY: 'POINT(1 2)',
  INTERVAL: '1-2 3 4:5:6',
  RANGE: '[2024-09-01, UNBOUNDED)',
  JSON: '{"a":1}',
};
const samples = { text: undefined, whole: 1, fraction: 1.5, boolean: true, object: { a: 1 }, array: [1] };

/** Which kinds a column takes, its own texts besides. */
const takes: Readonly<Record<string, string>> = {
  STRING: 'whole fraction',
  INTEGER: 'whole',
  FLOAT: 'whole fraction',
  NUMERIC: 'whole fraction',
  BIGNUMERIC: 'whole fraction',
  BOOLEAN: 'boolean',
  TIMESTAMP: 'whole fraction',
};

function typedEntries<Key extends string>(record: Readonly<Record<Key, string>>): [Key, string][] {
  const entries: [Key, string][] = [];
  for (const key in record) entries.push([key, record[key]]);
  return entries;
}

describe('insertAll takes for a column of the type', () => {
  it.each(typedEntries(texts))('%s', (type, text) => {
    for (const [kind, sample] of Object.entries(samples)) {
      const made = streamed(type, kind === 'text' ? text : sample);
      const isTaken = kind === 'text' || (takes[type] ?? '').split(' ').includes(kind);
      expect({ kind, made }).toEqual({
        kind,
        made: isTaken ? { cell: expect.any(String) } : expect.any(String),
      });
    }
  });

  it('what it is known to take, and says where that is known from', () => {
    expect(Object.keys(streamedValues).sort()).toEqual(Object.keys(texts).sort());
    for (const { source } of [
      ...Object.values(streamedValues).flatMap(Object.values),
      ...Object.values(notScalar),
    ]) {
      expect(source).toMatch(/issue|pull|docs|assumed/);
    }
  });
});

it.each<[Field['type'], unknown, string]>([
  ['STRING', true, 'Conversion from bool to std::string is unsupported.'],
  ['STRING', { a: 1 }, 'This field: x is not a record.'],
  ['STRING', ['a'], 'Array specified for non-repeated field: x.'],
  ['RECORD', [{}], 'Array specified for non-repeated field: x.'],
  ['RECORD', 'a', 'This field: x is not a record.'],
  ['INTEGER', 1.5, 'Cannot convert value to integer (bad value): 1.5'],
  ['INTEGER', '9797115724809186304', 'Cannot convert value to integer (bad value): 9797115724809186304'],
  ['FLOAT', '', 'Cannot convert value to floating point (bad value): '],
  ['BOOLEAN', '1', 'Cannot convert string value to boolean: 1'],
  ['TIMESTAMP', 1690825888386, 'Timestamp field value is out of range: 1690825888386000000'],
  ['JSON', { a: 1 }, 'This field: x is not a record.'],
])('refuses for %s the value %j in the words that were reported', (type, value, words) => {
  expect(streamed(type, value)).toBe(words);
});

it('names the place of an item, and of the field of one', () => {
  const inner: Field = { name: 'value', type: 'STRING', mode: 'NULLABLE' };
  const fields: Field = { name: 'fields', type: 'RECORD', mode: 'REPEATED', fields: [inner] };
  const row = { fields: [{ value: 'a' }, { value: ['b'] }] };
  expect(rowOfJson(row, [fields], false, streamedText, streamingRefusal)).toEqual({
    problem: {
      message: 'Array specified for non-repeated field: value.',
      location: 'fields[1].value',
      value: undefined,
    },
  });
});
