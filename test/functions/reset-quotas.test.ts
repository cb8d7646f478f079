import { call, onboard, query, startTestCloud, type TestCloud } from '../support/local-cloud';
import { rawRequest } from '../support/raw-request';
import { expectProblem } from './support/refusals';

const dayMs = 86_400_000;
const day = (time: number) => new Date(time).toISOString().slice(0, 10);

describe('The monthly reset', () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud();
    for (const tenantId of ['current', 'older', 'oldest']) await onboard(cloud.url, tenantId);
    await cloud.bigquery.createDataset('not_ours', { labels: { team: 'finance' } });
    // An unfinished onboarding: a dataset without tables.
    await cloud.bigquery.createDataset('half_way', { labels: { 'managed-by': 'tenant-pipelines' } });
  });
  afterAll(() => cloud?.close());

  const now = Date.now();
  const today = day(now);
  const thisMonth = `${today.slice(0, 7)}-01`;
  const lastMonth = day(Date.parse(thisMonth) - 1);

  const base = () => `http://127.0.0.1:${cloud.functions['reset-quotas'].port}`;
  const reset = (scheduleTime: string) =>
    call(base(), 'POST', '/', { headers: { 'X-CloudScheduler-ScheduleTime': scheduleTime } });
  const used = async (tenantId: string, count: number, resetDate: string) => {
    const sql = `UPDATE tenants SET pipeline_runs_this_month = @count, pipeline_runs_count = @count,
      quota_reset_date = @date WHERE TRUE`;
    await query(cloud.bigquery, tenantId, sql, { count, date: cloud.bigquery.date(resetDate) });
  };
  const state = async (tenantId: string) => {
    const sql = `SELECT pipeline_runs_this_month AS month, pipeline_runs_count AS ever,
      CAST(quota_reset_date AS STRING) AS date FROM tenants`;
    return (await query(cloud.bigquery, tenantId, sql))[0];
  };

  beforeEach(async () => {
    await used('current', 5, thisMonth);
    await used('older', 6, lastMonth);
    await used('oldest', 7, '2020-02-29');
  });

  it('starts the month once for tenants whose count is of an earlier one', async () => {
    const answer = await reset(`${today}T00:00:00Z`);
    expect(answer).toMatchObject({ status: 200, body: { tenants: 4, reset: 2, failed: 0, left_over: 0 } });
    expect(await state('current')).toEqual({ month: 5, ever: 5, date: thisMonth });
    expect(await state('older')).toEqual({ month: 0, ever: 6, date: today });
    expect(await state('oldest')).toEqual({ month: 0, ever: 7, date: today });
    for (let repeat = 0; repeat < 2; repeat++) {
      expect((await reset(`${today}T00:00:00Z`)).body).toMatchObject({ reset: 0, failed: 0 });
    }
    expect(await state('older')).toEqual({ month: 0, ever: 6, date: today });
  });

  it('takes the month from the schedule time, not from the clock', async () => {
    // A late call of the month before belongs to that month and must not reset this one's counts.
    expect((await reset(`${lastMonth}T23:59:59Z`)).body).toMatchObject({ reset: 1 });
    expect(await state('older')).toEqual({ month: 6, ever: 6, date: lastMonth });
    expect(await state('oldest')).toEqual({ month: 0, ever: 7, date: lastMonth });
    expect(await state('current')).toEqual({ month: 5, ever: 5, date: thisMonth });
  });

  it('understands an offset: the day counts in UTC', async () => {
    const firstSecond = `${thisMonth}T00:30:00+01:00`;
    expect((await reset(firstSecond)).body).toMatchObject({ reset: 1 });
    expect(await state('oldest')).toEqual({ month: 0, ever: 7, date: lastMonth });
  });

  it('does no harm when called twice at once', async () => {
    const answers = await Promise.all([1, 2, 3].map(() => reset(`${today}T00:00:00Z`)));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200]);
    expect(answers.reduce((sum, { body }) => sum + Number(body.reset), 0)).toBe(2);
    expect(await state('older')).toEqual({ month: 0, ever: 6, date: today });
  });

  it.each([
    ['is missing', undefined],
    ['is empty', ''],
    ['is not a time', 'yesterday'],
    ['has no time zone', `${today}T00:05:00`],
    ['is only a day', today],
    ['lies in the future', new Date(now + 2 * dayMs).toISOString()],
  ])('is refused if the schedule time %s: 400, and nothing is reset', async (_what, time) => {
    const headers: Record<string, string> =
      time === undefined ? {} : { 'X-CloudScheduler-ScheduleTime': time };
    const answer = await rawRequest(Number(new URL(base()).port), { method: 'POST', path: '/', headers });
    const detail = 'X-CloudScheduler-ScheduleTime';
    expectProblem(answer, '/', { status: 400, code: 'invalid_request', detail });
    expect(await state('oldest')).toEqual({ month: 7, ever: 7, date: '2020-02-29' });
  });

  it('is refused for other methods and paths', async () => {
    const port = Number(new URL(base()).port);
    const got = await rawRequest(port, { method: 'GET', path: '/' });
    expectProblem(got, '/', { status: 405 });
    expect(got.headers.allow).toBe('POST, OPTIONS');
    expectProblem(await rawRequest(port, { method: 'POST', path: '/now' }), '/now', { status: 404 });
  });

  it('can be called by the local scheduler', async () => {
    const path = `/local/scheduler/reset-quotas:run?scheduleTime=${today}T00:00:00Z`;
    expect(await call(cloud.url, 'POST', path)).toMatchObject({ status: 200, body: { ok: true } });
    expect(await state('older')).toEqual({ month: 0, ever: 6, date: today });
  });
});
