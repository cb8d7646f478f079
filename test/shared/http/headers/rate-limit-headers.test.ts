import { rateLimitHeaders } from '../../../../shared/http/headers/rate-limit-headers';
import type { QuotaState } from '../../../../shared/runs/rules/admission-rules';
import { quotasLeft } from '../../../../shared/runs/rules/quotas-left';

const state: QuotaState = {
  max_pipelines_per_month: 100,
  max_concurrent_pipelines: 3,
  used_this_month: 60,
  max_bytes_billed_per_month: null,
  bytes_this_month: 0,
  quota_reset_date: '2026-11-02',
  running: 1,
};
const headers = (change: Partial<QuotaState>, now = '2026-11-23T12:00:00.250Z') =>
  rateLimitHeaders(quotasLeft({ ...state, ...change }, new Date(now)));

describe('The rate limit headers', () => {
  it('name the quotas, what is left of them, and until when', () => {
    expect(headers({})).toEqual({
      // November has 30 days.
      'RateLimit-Policy': '"monthly";q=100;w=2592000, "concurrent";q=3;qu="concurrent-requests"',
      // 7 days and 12 hours, rounded up to the second.
      RateLimit: '"monthly";r=40;t=648000, "concurrent";r=2',
    });
  });

  it('name the byte budget where there is one', () => {
    expect(headers({ max_bytes_billed_per_month: 1_000, bytes_this_month: 400 })).toEqual({
      'RateLimit-Policy':
        '"monthly";q=100;w=2592000, "bytes";q=1000;qu="bytes-billed";w=2592000, "concurrent";q=3;qu="concurrent-requests"',
      RateLimit: '"monthly";r=40;t=648000, "bytes";r=600;t=648000, "concurrent";r=2',
    });
  });

  it.each([
    [
      'the month',
      { max_pipelines_per_month: null },
      '"concurrent";q=3;qu="concurrent-requests"',
      '"concurrent";r=2',
    ],
    [
      'runs at once',
      { max_concurrent_pipelines: null },
      '"monthly";q=100;w=2592000',
      '"monthly";r=40;t=648000',
    ],
  ])('leave out what is unlimited: %s', (_what, change, policy, limit) => {
    expect(headers(change)).toEqual({ 'RateLimit-Policy': policy, RateLimit: limit });
  });

  it('are left out if everything is unlimited', () => {
    expect(headers({ max_pipelines_per_month: null, max_concurrent_pipelines: null })).toEqual({});
  });

  it('never go below zero, though a quota may be lowered below what is used', () => {
    expect(headers({ used_this_month: 101, running: 9 }).RateLimit).toBe(
      '"monthly";r=0;t=648000, "concurrent";r=0',
    );
    expect(headers({ max_pipelines_per_month: 0, max_concurrent_pipelines: 0 })).toEqual({
      'RateLimit-Policy': '"monthly";q=0;w=2592000, "concurrent";q=0;qu="concurrent-requests"',
      RateLimit: '"monthly";r=0;t=648000, "concurrent";r=0',
    });
  });

  it.each([
    ['the first instant of a month', '2026-12-01T00:00:00Z', 31 * 86_400, 31 * 86_400],
    ['the last millisecond of a year', '2026-12-31T23:59:59.999Z', 31 * 86_400, 1],
    ['a leap year’s February', '2028-02-01T00:00:00Z', 29 * 86_400, 29 * 86_400],
    ['a whole second', '2026-11-30T23:59:50Z', 30 * 86_400, 10],
  ])('know the month (UTC): %s', (_what, now, window, left) => {
    const { 'RateLimit-Policy': policy, RateLimit: limit } = headers({ max_concurrent_pipelines: null }, now);
    expect(policy).toBe(`"monthly";q=100;w=${window}`);
    expect(limit).toBe(`"monthly";r=40;t=${left}`);
  });

  it('know the month that is counted, by a clock that was set back over its border', () => {
    const counted = { quota_reset_date: '2027-01-01', max_concurrent_pipelines: null };
    expect(headers(counted, '2026-12-31T23:59:00Z')).toEqual({
      'RateLimit-Policy': `"monthly";q=100;w=${31 * 86_400}`,
      RateLimit: `"monthly";r=40;t=${31 * 86_400}`,
    });
  });
});
