import {
  backfillRuns,
  dateParameters,
  haveExamples,
  type ParameterDefinition,
  readParameters,
  textsAtFirst,
} from '../../../console/pipelines/pipeline/parameters';
import { datesOf } from '../../../shared/operations/rules/backfill';
import { parseParameterValue } from '../../../shared/pipelines/rules/parameter-values';

const definition = (type: ParameterDefinition['type'], given: Partial<ParameterDefinition> = {}) => ({
  type,
  description: 'd',
  ...given,
});

describe('Parameters that are typed in', () => {
  const cases: readonly (readonly [ParameterDefinition['type'], string, unknown])[] = [
    ['STRING', ' as it is ', ' as it is '],
    ['INT64', ' 42 ', 42],
    ['INT64', '9223372036854775807', '9223372036854775807'],
    ['INT64', '4.2', undefined],
    ['FLOAT64', '1e3', 1_000],
    ['FLOAT64', 'much', undefined],
    ['BOOL', 'true', true],
    ['BOOL', 'yes', undefined],
    ['DATE', '2026-02-28', '2026-02-28'],
    ['DATE', '2026-02-30', undefined],
    ['TIMESTAMP', '2026-01-31T12:00:00+02:00', '2026-01-31T12:00:00+02:00'],
    ['TIMESTAMP', '2026-01-31 12:00', undefined],
    ['NUMERIC', '12.50', '12.50'],
    ['NUMERIC', '12,50', undefined],
  ];
  it.each(cases)('%s %j', (type, text, expected) => {
    const { values, errors } = readParameters({ p: definition(type) }, { p: text });
    expect(values.p).toEqual(expected);
    expect(errors.has('p')).toBe(expected === undefined);
    // What the form lets pass the server takes, and what it does not, the server would refuse.
    const given = values.p ?? text;
    expect(parseParameterValue('p', definition(type), given).ok).toBe(expected !== undefined);
  });

  it('are left out where nothing is given, unless that is needed', () => {
    const definitions = {
      day: definition('DATE', { required: true }),
      region: definition('STRING', { default: 'eu' }),
    };
    expect(textsAtFirst(definitions)).toEqual({ day: '', region: 'eu' });
    const { values, errors } = readParameters(definitions, { day: ' ', region: '' });
    expect(values).toEqual({});
    expect([...errors.keys()]).toEqual(['day']);
    expect(readParameters(definitions, {}, new Set(['day'])).errors.size).toBe(0);
  });

  it('begin with an example only where that is asked for, and there is no default; with another run’s values before all', () => {
    const definitions = {
      uri: definition('STRING', { example: 'gs://b/x.csv' }),
      day: definition('DATE', { example: '2026-01-31' }),
      region: definition('STRING', { default: 'eu', example: 'us' }),
    };
    const given = { uri: 'gs://b/y.csv', day: null, unknown: 7 };
    expect(textsAtFirst(definitions, false, given)).toEqual({ uri: 'gs://b/y.csv', day: '', region: 'eu' });
    expect(textsAtFirst(definitions)).toEqual({ uri: '', day: '', region: 'eu' });
    expect(textsAtFirst(definitions, true)).toEqual({ uri: 'gs://b/x.csv', day: '2026-01-31', region: 'eu' });
    expect(haveExamples(definitions)).toBe(true);
    expect(haveExamples({ region: definitions.region })).toBe(false);
  });

  it('have to match as a whole', () => {
    const definitions = { uri: definition('STRING', { pattern: 'gs://[^/]+/.+' }) };
    expect(readParameters(definitions, { uri: 'gs://b/x.csv' }).errors.size).toBe(0);
    expect(readParameters(definitions, { uri: 'see gs://b/x.csv' }).errors.get('uri')).toContain(
      'gs://[^/]+/.+',
    );
  });
});

describe('A backfill', () => {
  it('takes a date where there is one, else a text that looks like one', () => {
    const definitions = {
      name: definition('STRING'),
      uri: definition('STRING', { pattern: 'gs://.+' }),
      month: definition('STRING', { pattern: '\\d{4}-\\d{2}-\\d{2}' }),
      since: definition('STRING', { example: '2026-01-31' }),
      count: definition('INT64'),
      at: definition('TIMESTAMP'),
      day: definition('DATE'),
    };
    expect(dateParameters(definitions)).toEqual(['day', 'month', 'since']);
    expect(dateParameters({ name: definitions.name, uri: definitions.uri })).toEqual([]);
  });

  it.each([
    ['2026-01-01', '2026-01-01', 'day'],
    ['2025-01-01', '2025-12-31', 'day'],
    ['2026-01-31', '2026-03-01', 'month'],
    ['2026-01-01', '2026-12-01', 'month'],
    ['2026-01-02', '2026-01-31', 'month'],
  ] as const)('from %s to %s by %s has as many runs as the server makes', (from, to, step) => {
    expect(backfillRuns(from, to, step)).toBe(datesOf(from, to, step).length);
  });

  it.each([
    ['', '2026-01-01'],
    ['2026-01-02', '2026-01-01'],
  ])('from %j to %j is none', (from, to) => {
    expect(backfillRuns(from, to, 'day')).toBeUndefined();
  });
});
