import {
  type CancelFilter,
  cancelFilterText,
  matchingRuns,
  parseCancelFilter,
} from '../../../../shared/operations/rules/bulk-cancel';

const at = (hour: number) => new Date(`2026-11-30T0${hour}:00:00Z`);
const tenant = {
  subscription_tier: 'FREE',
  active_runs: [
    { run_id: 'one', pipeline: 'gcp/billing/daily_costs', admitted_at: at(1), queued_until: null },
    { run_id: 'two', pipeline: 'gcp/example/dryrun', admitted_at: at(2), queued_until: null },
    { run_id: 'three', pipeline: 'gcp/billing/monthly', admitted_at: at(3), queued_until: at(9) },
  ],
};
const all: CancelFilter = {
  tenants: null,
  tier: null,
  pipeline: null,
  status: null,
  from: null,
  to: at(9),
  allowed_pipelines: [],
};

it.each([
  ['all', {}, ['one', 'two', 'three']],
  ['those of a pipeline', { pipeline: 'gcp/example/dryrun' }, ['two']],
  ['those of a domain', { pipeline: 'gcp/billing/*' }, ['one', 'three']],
  ['those that wait', { status: 'QUEUED' }, ['three']],
  ['those that have a slot', { status: 'ADMITTED' }, ['one', 'two']],
  ['those from a time on', { from: at(2) }, ['two', 'three']],
  ['those before a time', { to: at(2) }, ['one']],
  ['those of a tier', { tier: 'FREE' }, ['one', 'two', 'three']],
  ['none of another tier', { tier: 'STARTER' }, []],
  [
    'only what the key is for',
    { pipeline: 'gcp/billing/*', allowed_pipelines: ['gcp/billing/monthly'] },
    ['three'],
  ],
  [
    'none of what the key is not for',
    { pipeline: 'gcp/example/dryrun', allowed_pipelines: ['gcp/billing/*'] },
    [],
  ],
] satisfies [string, Partial<CancelFilter>, string[]][])('a filter matches %s', (_, change, expected) => {
  expect(matchingRuns(tenant, { ...all, ...change })).toEqual(expected);
});

it('a filter is read as it was written', () => {
  const filter = { ...all, tenants: ['acme'], from: at(1) };
  expect(parseCancelFilter(cancelFilterText(filter))).toEqual(filter);
  expect(() => parseCancelFilter('{"tenants":null}')).toThrow();
});
