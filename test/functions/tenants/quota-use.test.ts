import { quotaUseOf } from '../../../functions/tenants/usage/quota-use';

const counters = {
  max_pipelines_per_month: 500,
  pipeline_runs_this_month: 100,
  quota_reset_date: '2026-11-01',
};
const at = (time: string) => new Date(time);

describe('The use of a monthly quota', () => {
  it('and the month as it will be if it goes on as it went', () => {
    expect(quotaUseOf(counters, at('2026-11-11T00:00:00Z'))).toEqual({
      quota: { max_pipelines_per_month: 500, pipeline_runs_this_month: 100, percent_used: 20 },
      forecast: { month: '2026-11', method: 'linear', pipeline_runs: 300, percent_of_quota: 60 },
    });
  });

  it('has no forecast on the first day, on which nothing of a month before counts', () => {
    expect(quotaUseOf(counters, at('2026-12-01T23:59:59.999Z'))).toEqual({
      quota: { max_pipelines_per_month: 500, pipeline_runs_this_month: 0, percent_used: 0 },
      forecast: null,
    });
    expect(quotaUseOf(counters, at('2026-12-02T00:00:00Z')).forecast).toMatchObject({ pipeline_runs: 0 });
  });

  it('has no percentage without a quota, and is used up where the quota is 0', () => {
    const now = at('2026-11-11T00:00:00Z');
    expect(quotaUseOf({ ...counters, max_pipelines_per_month: null }, now)).toMatchObject({
      quota: { percent_used: null },
      forecast: { percent_of_quota: null },
    });
    const none = { ...counters, max_pipelines_per_month: 0, pipeline_runs_this_month: 0 };
    expect(quotaUseOf(none, now)).toMatchObject({ quota: { percent_used: 100 } });
  });
});
