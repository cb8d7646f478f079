import { burnOf, byDay, type DailyUsage, monthAround, paceOf } from '../../../console/tenant/burn';

interface Given {
  readonly quota: number | null;
  readonly expected: number | null;
  readonly days: Readonly<Record<string, number>>;
}

const usageWith = ({ quota, expected, days }: Given): DailyUsage => ({
  quota: { max_pipelines_per_month: quota },
  forecast: expected === null ? null : { pipeline_runs: expected },
  usage: Object.entries(days).map(([day, runs]) => ({ day, runs, bytes_billed: runs * 10 })),
});

const longAgo = Date.UTC(2025, 0, 1);
const noonOf = (day: string) => Date.parse(`${day}T12:00:00Z`);

describe('The month’s burn', () => {
  const usage = usageWith({
    quota: 60,
    expected: 24,
    days: { '2026-11-01': 2, '2026-11-03': 5, '2026-11-10': 1 },
  });

  it('adds up runs to today, and knows nothing of days to come', () => {
    const { days, used } = burnOf(usage, noonOf('2026-11-10'), longAgo);
    expect(days).toHaveLength(30);
    expect(days[0]).toBe(Date.UTC(2026, 10, 1) / 1_000);
    expect(used.slice(0, 11)).toEqual([2, 2, 7, 7, 7, 7, 7, 7, 7, 8, null]);
    expect(used.slice(10).every((value) => value === null)).toBe(true);
  });

  it('has an even pace that reaches the quota on the last day', () => {
    const { pace } = burnOf(usage, noonOf('2026-11-10'), longAgo);
    expect([pace?.[0], pace?.[14], pace?.[29]]).toEqual([2, 30, 60]);
  });

  it('has a pace from when the tenant was onboarded', () => {
    const { pace } = burnOf(usage, noonOf('2026-11-22'), Date.UTC(2026, 10, 21));
    expect([pace?.[18], pace?.[19], pace?.[20], pace?.[29]]).toEqual([0, 0, 6, 60]);
  });

  it('has no pace without a quota', () => {
    expect(
      burnOf(usageWith({ quota: null, expected: 24, days: {} }), noonOf('2026-11-10'), longAgo).pace,
    ).toBeNull();
  });

  it('leads from what is used today to what is forecast', () => {
    const { forecast } = burnOf(usage, noonOf('2026-11-10'), longAgo);
    expect(forecast.slice(0, 9).every((value) => value === null)).toBe(true);
    expect([forecast[9], forecast[29]]).toEqual([8, 24]);
    expect(forecast[19]).toBeCloseTo(16);
  });

  it('never leads down: runs that were counted stay counted', () => {
    const { forecast } = burnOf(
      usageWith({ quota: 60, expected: 3, days: { '2026-11-02': 5 } }),
      noonOf('2026-11-04'),
      longAgo,
    );
    expect([forecast[3], forecast[29]]).toEqual([5, 5]);
  });

  it.each([
    ['on the first day, when nothing is forecast', null, '2026-11-01', 0],
    ['on the last day, when nothing is left to come', 8, '2026-11-30', 1],
  ])('has its forecast %s', (_, expected, day, known) => {
    const { forecast } = burnOf(
      usageWith({ quota: 60, expected, days: { '2026-11-01': 8 } }),
      noonOf(day),
      longAgo,
    );
    expect(forecast.filter((value) => value !== null)).toHaveLength(known);
  });

  it('sums parts of one day', () => {
    const { usage: parts, ...rest } = usage;
    const twice = { ...rest, usage: [...parts, ...parts] };
    const { values } = byDay(twice, noonOf('2026-11-03'), ({ bytes_billed }) => bytes_billed);
    expect(values.slice(0, 4)).toEqual([40, 0, 100, null]);
  });

  it.each([
    ['2026-02-10', 28],
    ['2028-02-10', 29],
    ['2026-12-31', 31],
  ])('knows how long the month of %s is', (day, length) => {
    const { from, to } = monthAround(noonOf(day));
    expect((to - from) / 86_400_000).toBe(length);
  });
});

describe('The pace', () => {
  const middle = Date.UTC(2026, 10, 16);

  it('is even in the middle of the month with half of the quota', () => {
    expect(paceOf(30, 60, middle, longAgo)).toEqual({ even: 30, ahead: 0, usedUpAt: null });
  });

  it('is even in the middle of what the month had left when the tenant was onboarded', () => {
    expect(paceOf(30, 60, Date.UTC(2026, 10, 26), Date.UTC(2026, 10, 21)).even).toBe(30);
  });

  it('says no time on the first day: that is too early', () => {
    const onboarded = middle - 3_600_000;
    expect(paceOf(5, 60, middle, onboarded).usedUpAt).toBeNull();
    expect(paceOf(5, 60, middle + 86_400_000, onboarded).usedUpAt).not.toBeNull();
  });

  it('says when the quota is used up, if that is in this month', () => {
    const { ahead, usedUpAt } = paceOf(40, 60, middle, longAgo);
    expect(ahead).toBe(10);
    expect(usedUpAt).toBe(Date.UTC(2026, 10, 23, 12));
  });

  it.each([
    ['nothing is used', 0, 60],
    ['it is used up already', 60, 60],
    ['there is none to use', 0, 0],
  ])('says no time where %s', (_, used, quota) => {
    expect(paceOf(used, quota, middle, longAgo).usedUpAt).toBeNull();
  });
});
