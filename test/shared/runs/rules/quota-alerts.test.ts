import {
  alertKey,
  alertPercentsOf,
  alertPercentsOfTier,
  alertPercentsSchema,
  storedAlertPercents,
} from '../../../../shared/runs/rules/quota-alerts';

describe('Shares of quotas at which an event is told', () => {
  it('are those of the tier, and 80 and 100 % where it names none', () => {
    expect(alertPercentsOfTier({})).toEqual([80, 100]);
    expect(alertPercentsOfTier({ alert_at_percent: [] })).toEqual([]);
    expect(alertPercentsOfTier({ alert_at_percent: [50] })).toEqual([50]);
  });

  it.each([[[]], [[1]], [[80, 100]]])('come back from the row as they were set: %j', (percents) => {
    expect(alertPercentsOf(storedAlertPercents(percents))).toEqual(percents);
  });

  it('are the usual ones in a row that a version before has made', () => {
    expect(alertPercentsOf([])).toEqual([80, 100]);
  });

  it('are taken in any order', () => {
    expect(alertPercentsSchema.parse([100, 50, 1])).toEqual([1, 50, 100]);
  });

  it.each([[[0]], [[101]], [[1.5]], [[50, 50]], [[1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11]], ['80']])(
    'are refused where they are not up to ten different percentages: %j',
    (given) => {
      expect(alertPercentsSchema.safeParse(given).success).toBe(false);
    },
  );

  it('have names in the row that tell month, quota and its height', () => {
    const alert = { quota: 'monthly' as const, month: '2026-11-01', percent: 80, quota_limit: 100 };
    const rest = { used: 80, run_id: 'r', reached_at: new Date(0), announced_at: null };
    expect(alertKey({ ...alert, ...rest })).toBe('monthly 2026-11-01 80 100');
  });
});
