import { inOrderOf, matching, withFigures } from '../../../console/pipelines/catalogue';

const figures = (pipeline: string, runs: number, p50_ms: number | null) => ({
  pipeline,
  runs,
  completed: runs,
  failed: 0,
  cancelled: 0,
  success_rate: runs === 0 ? null : 1,
  p50_ms,
  p95_ms: p50_ms,
  last_run_at: '2026-11-30T10:00:00Z',
  last_failed_at: null,
});
const entry = (pipeline: string, description: string) => ({
  pipeline,
  description,
  timeout_seconds: 60,
  parameters: {},
});

const listed = withFigures(
  [entry('gcp/billing/daily', 'Costs by day'), entry('aws/usage/hourly', 'Usage')],
  [figures('gcp/billing/daily', 7, 900), figures('old/gone/one', 3, 100)],
);
const names = (pipelines: typeof listed) => pipelines.map(({ pipeline }) => pipeline.split('/')[0]).join(' ');

describe('The catalogue with its figures', () => {
  it('has what can be started, and what only has figures', () => {
    expect(names(listed)).toBe('gcp aws old');
    expect(listed[1]?.figures).toBeNull();
  });

  it('says of none how it ran before that is known', () => {
    expect(withFigures([entry('gcp/billing/daily', '')], undefined)[0]?.figures).toBeUndefined();
  });

  it.each([
    ['billing COSTS', 'gcp'],
    ['usage', 'aws'],
    ['', 'gcp aws old'],
    ['nothing like it', ''],
  ])('is searched for %j', (search, expected) => {
    expect(names(matching(listed, search))).toBe(expected);
  });

  it.each([
    ['name', false, 'aws gcp old'],
    ['runs', true, 'gcp old aws'],
    ['p50', false, 'old gcp aws'],
    ['no such order', false, 'aws gcp old'],
  ])('is put in order by %s', (by, isDescending, expected) => {
    expect(names(inOrderOf(listed, by, isDescending))).toBe(expected);
  });
});
