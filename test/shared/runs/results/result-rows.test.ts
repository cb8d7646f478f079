import { csvText } from '../../../../shared/http/csv';
import { toCsvCells, toResultRow } from '../../../../shared/runs/results/result-rows';

const column = (name: string, type: string, more = {}) => ({ name, type, ...more });
const cell = (v: unknown) => ({ v });
const rowOf = (field: ReturnType<typeof column>, v: unknown) => toResultRow([field], { f: [cell(v)] });

describe('A value of BigQuery’s REST interface', () => {
  it.each([
    ['INTEGER', '9223372036854775807', '9223372036854775807'],
    ['INTEGER', '-5', '-5'],
    ['NUMERIC', '0.000000001', '0.000000001'],
    ['BIGNUMERIC', '57896044618658097711785492504343953926634992332820282019728.79', expect.any(String)],
    ['FLOAT', '0.1', 0.1],
    ['FLOAT', '-0.0', '-0.0'],
    ['FLOAT', 'NaN', 'NaN'],
    ['FLOAT', '-Infinity', '-Infinity'],
    ['BOOLEAN', 'true', true],
    ['BOOLEAN', 'false', false],
    ['TIMESTAMP', '1788825600123456', '2026-09-08T00:00:00.123456Z'],
    ['TIMESTAMP', '-1', '1969-12-31T23:59:59.999999Z'],
    ['TIMESTAMP', '-62135596800000000', '0001-01-01T00:00:00.000000Z'],
    ['TIMESTAMP', '253402300799999999', '9999-12-31T23:59:59.999999Z'],
    ['DATE', '2026-01-31', '2026-01-31'],
    ['BYTES', 'AAH/', 'AAH/'],
    ['JSON', '{"n":12345678901234567890}', '{"n":12345678901234567890}'],
    ['STRING', '', ''],
    ['STRING', null, null],
    ['INTEGER', null, null],
    ['RECORD', null, null],
  ])('of type %s: %s', (type, wire, value) => {
    expect(rowOf(column('c', type), wire)).toEqual({ c: value });
  });

  it('may be nested, and repeated', () => {
    const inner = [column('id', 'INTEGER'), column('tags', 'STRING', { mode: 'REPEATED' })];
    const field = column('items', 'RECORD', { mode: 'REPEATED', fields: inner });
    const item = (id: string | null, tags: readonly (string | null)[]) =>
      cell({ f: [cell(id), cell(tags.map(cell))] });
    expect(rowOf(field, [item('1', ['a', null]), item(null, [])])).toEqual({
      items: [
        { id: '1', tags: ['a', null] },
        { id: null, tags: [] },
      ],
    });
    expect(rowOf(field, [])).toEqual({ items: [] });
  });

  it('has its column’s own name, whatever that is', () => {
    expect(Object.entries(rowOf(column('__proto__', 'STRING'), 'x'))).toEqual([['__proto__', 'x']]);
  });
});

describe('Rows as CSV', () => {
  const fields = [
    column('n', 'INTEGER'),
    column('f', 'FLOAT'),
    column('text', 'STRING'),
    column('list', 'INTEGER', { mode: 'REPEATED' }),
  ];
  const lineOf = (...values: readonly unknown[]) =>
    csvText([toCsvCells(fields, toResultRow(fields, { f: values.map(cell) }))]);

  it.each([
    ['numbers keep their minus', ['-5', '-1.5', 'a', []], '-5,-1.5,a,[]\r\n'],
    ['NULL is empty, and an empty text is not', [null, null, '', []], ',,"",[]\r\n'],
    ['a formula is a text', ['1', '1', '=1+1', []], "1,1,'=1+1,[]\r\n"],
    ['a formula with quotes is a text', ['1', '1', '@"x",\n', []], '1,1,"\'@""x"",\n",[]\r\n'],
    ['lists are JSON', ['1', '1', 'a', [cell('1'), cell('2')]], '1,1,a,"[""1"",""2""]"\r\n'],
  ])('%s', (_what, values, line) => {
    expect(lineOf(...values)).toBe(line);
  });
});
