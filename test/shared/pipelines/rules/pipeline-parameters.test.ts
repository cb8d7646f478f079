import type { ParameterDefinition } from '../../../../shared/definitions/schemas/pipeline-schema';
import {
  knownParameters,
  parseParameters,
  toQueryParameters,
} from '../../../../shared/pipelines/rules/pipeline-parameters';

type Type = ParameterDefinition['type'];
const define = (
  type: Type,
  more: Partial<ParameterDefinition> = {},
): Record<string, ParameterDefinition> => ({
  p: { type, description: 'A parameter', ...more },
});
const parseOne = (type: Type, value: unknown) => parseParameters(define(type), { p: value });

describe('parameters of a run', () => {
  it('that were recorded are taken without those that the pipeline no longer has', () => {
    const recorded = '{"p":"x","gone":1,"constructor":2,"__proto__":3}';
    expect(knownParameters(define('STRING'), recorded)).toEqual({ p: 'x' });
    expect(knownParameters(define('STRING'), null)).toEqual({});
  });

  const accepted: readonly (readonly [Type, unknown, unknown])[] = [
    ['STRING', "'; DROP TABLE tenants; --", "'; DROP TABLE tenants; --"],
    ['STRING', '', ''],
    ['STRING', 'x'.repeat(4096), 'x'.repeat(4096)],
    ['INT64', 5, 5],
    ['INT64', '5', 5],
    ['INT64', '-007', -7],
    ['INT64', '9223372036854775807', '9223372036854775807'],
    ['INT64', '-9223372036854775808', '-9223372036854775808'],
    ['INT64', '9007199254740993', '9007199254740993'],
    ['FLOAT64', 1.5, 1.5],
    ['FLOAT64', -3, -3],
    ['BOOL', true, true],
    ['BOOL', false, false],
    ['DATE', '2024-02-29', '2024-02-29'],
    ['TIMESTAMP', '2026-01-31T12:00:00Z', '2026-01-31T12:00:00.000000Z'],
    ['TIMESTAMP', '2026-01-31T12:00:00.123456+02:00', '2026-01-31T10:00:00.123456Z'],
    ['TIMESTAMP', '2026-01-01 00:30:00+01:00', '2025-12-31T23:30:00.000000Z'],
    ['NUMERIC', '0012.500', '12.5'],
    ['NUMERIC', '-0.00', '0'],
    ['NUMERIC', 0.1, '0.1'],
    ['NUMERIC', '99999999999999999999999999999.999999999', '99999999999999999999999999999.999999999'],
    ['STRING', null, null],
  ];
  it.each(accepted)('%s accepts %j as %j', (type, given, expected) => {
    expect(parseOne(type, given)).toEqual({ ok: true, values: { p: expected } });
  });

  const refused: readonly (readonly [Type, unknown])[] = [
    ['STRING', 5],
    ['STRING', 'x'.repeat(4097)],
    ['STRING', ['a']],
    ['INT64', 1.5],
    ['INT64', 2 ** 53],
    ['INT64', '9223372036854775808'],
    ['INT64', '-9223372036854775809'],
    ['INT64', '0x10'],
    ['INT64', ''],
    ['INT64', true],
    ['FLOAT64', '1.5'],
    ['FLOAT64', Number.NaN],
    ['BOOL', 'true'],
    ['BOOL', 1],
    ['DATE', '2023-02-29'],
    ['DATE', '2024-1-1'],
    ['DATE', '0000-01-01'],
    ['DATE', '2024-01-01T00:00:00Z'],
    ['TIMESTAMP', '2026-01-31T12:00:00'],
    ['TIMESTAMP', '2026-01-31T24:00:00Z'],
    ['TIMESTAMP', '2026-02-30T12:00:00Z'],
    ['TIMESTAMP', '0001-01-01T00:00:00+14:00'],
    ['TIMESTAMP', '9999-12-31T23:00:00-14:00'],
    ['TIMESTAMP', 1700000000],
    ['NUMERIC', '1e5'],
    ['NUMERIC', '1.0000000001'],
    ['NUMERIC', '1'.repeat(30)],
  ];
  it.each(refused)('%s refuses %j, naming parameter and type', (type, given) => {
    const parsed = parseOne(type, given);
    expect(parsed).toEqual({
      ok: false,
      problems: [
        {
          parameter: 'p',
          message: expect.stringMatching(new RegExp(`^Parameter 'p' must be an? ${type}.*; given `, 's')),
        },
      ],
    });
  });

  it('names every problem at once: unknown, missing and wrong ones', () => {
    const definitions = {
      ...define('INT64'),
      q: { type: 'STRING', description: 'Another', required: true },
    } as const;
    expect(parseParameters(definitions, { p: 'x', r: 1 })).toEqual({
      ok: false,
      problems: [
        { parameter: 'r', message: "Unknown parameter 'r'. Known: p, q." },
        { parameter: 'p', message: expect.stringContaining("Parameter 'p' must be an INT64") },
        { parameter: 'q', message: "Parameter 'q' is required (STRING)." },
      ],
    });
  });

  it.each(['__proto__', 'constructor', 'toString'])('treats %s as an unknown name like any other', (name) => {
    const given: unknown = JSON.parse(`{"${name}": 1}`);
    expect(parseParameters(define('INT64'), given)).toMatchObject({
      ok: false,
      problems: [{ parameter: name }],
    });
  });

  it.each([[[]], ['text'], [5], [null], [true]])('refuses %j in place of an object', (given) => {
    expect(parseParameters({}, given)).toMatchObject({ ok: false, problems: [{ parameter: '' }] });
  });

  it('uses defaults for what is left out, or null if there is none', () => {
    expect(parseParameters(define('INT64', { default: '007' }), undefined)).toEqual({
      ok: true,
      values: { p: 7 },
    });
    expect(parseParameters(define('INT64', { default: 7 }), { p: null })).toEqual({
      ok: true,
      values: { p: null },
    });
    expect(parseParameters(define('INT64'), {})).toEqual({ ok: true, values: { p: null } });
    expect(parseParameters(define('INT64', { required: true }), { p: null })).toMatchObject({ ok: false });
  });

  it('matches a pattern against the whole value', () => {
    const definitions = define('STRING', { pattern: 'gs://[^/]+/.+|none' });
    expect(parseParameters(definitions, { p: 'gs://bucket/file' })).toMatchObject({ ok: true });
    expect(parseParameters(definitions, { p: 'none' })).toMatchObject({ ok: true });
    expect(parseParameters(definitions, { p: 'x gs://bucket/file' })).toMatchObject({ ok: false });
    expect(parseParameters(definitions, { p: 'nonesuch' })).toMatchObject({ ok: false });
  });

  it('gives equal parameters equal JSON, whatever their order and spelling', () => {
    const definitions = { ...define('INT64'), q: { type: 'NUMERIC', description: 'Another' } } as const;
    const one = parseParameters(definitions, { p: 5, q: '1.50' });
    const other = parseParameters(definitions, { q: 1.5, p: '5' });
    expect(JSON.stringify(one)).toBe(JSON.stringify(other));
  });

  it('refuses more than 32 KB of JSON in all, counted in bytes', () => {
    const names = Array.from({ length: 4 }, (_, index) => `p${index}`);
    const definitions = Object.fromEntries(
      names.map((name) => [name, { type: 'STRING', description: 'x' } as const]),
    );
    const given = (text: string) => Object.fromEntries(names.map((name) => [name, text]));
    expect(parseParameters(definitions, given('x'.repeat(4096)))).toMatchObject({ ok: true });
    expect(parseParameters(definitions, given('€'.repeat(4096)))).toEqual({
      ok: false,
      problems: [{ parameter: '', message: expect.stringContaining('at most 32768') }],
    });
  });

  it('become named query parameters; a null keeps its type', () => {
    const definitions = {
      ...define('INT64'),
      q: { type: 'DATE', description: 'x' },
      b: { type: 'BOOL', description: 'x' },
    } as const;
    expect(toQueryParameters(definitions, { p: '9223372036854775807', q: null, b: false })).toEqual([
      { name: 'p', parameterType: { type: 'INT64' }, parameterValue: { value: '9223372036854775807' } },
      { name: 'q', parameterType: { type: 'DATE' }, parameterValue: {} },
      { name: 'b', parameterType: { type: 'BOOL' }, parameterValue: { value: 'false' } },
    ]);
  });
});
