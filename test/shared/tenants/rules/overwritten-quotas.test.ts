import { overwrittenQuotas } from '../../../../shared/tenants/rules/quotas';

const quotasLike = (
  monthly: number | null,
  concurrent: number | null,
  bytes: number | null = null,
  queued = 0,
) => ({
  max_pipelines_per_month: monthly,
  max_concurrent_pipelines: concurrent,
  max_bytes_billed_per_month: bytes,
  max_queued_pipelines: queued,
});
const tiers = { FREE: quotasLike(100, 5), ENTERPRISE: quotasLike(null, null) };

it.each([
  ['none was its own', {}, 'FREE', quotasLike(100, 5), quotasLike(null, null), {}],
  [
    'one was',
    {},
    'FREE',
    quotasLike(700, 5),
    quotasLike(null, null),
    { max_pipelines_per_month: { from: 700, to: null } },
  ],
  [
    'an unlimited one was',
    {},
    'FREE',
    quotasLike(100, null),
    quotasLike(100, 5),
    { max_concurrent_pipelines: { from: null, to: 5 } },
  ],
  [
    'it was a queue of its own',
    {},
    'FREE',
    quotasLike(100, 5, null, 20),
    quotasLike(100, 5),
    { max_queued_pipelines: { from: 20, to: 0 } },
  ],
  [
    'it was given with the tier',
    { max_pipelines_per_month: 3 },
    'FREE',
    quotasLike(7, 5),
    quotasLike(3, 5),
    {},
  ],
  ['it was kept', {}, 'FREE', quotasLike(7, 5, 9), quotasLike(7, 5, 9), {}],
  [
    'the tier is no more',
    {},
    'GONE',
    quotasLike(7, 5),
    quotasLike(100, 5),
    { max_pipelines_per_month: { from: 7, to: 100 } },
  ],
])(
  'of a tenant’s own quotas a change of tier overwrites what is told, where %s',
  (_, given, tier, before, after, expected) => {
    expect(overwrittenQuotas(given, { subscription_tier: tier, ...before }, after, tiers)).toEqual(expected);
  },
);
