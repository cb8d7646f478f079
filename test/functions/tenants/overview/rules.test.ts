import { activityPoints, stepsOf } from '../../../../functions/tenants/overview/activity';
import { failingPipelines, firstHour, runsByHour } from '../../../../functions/tenants/overview/ended-runs';
import { fullestQuotas } from '../../../../functions/tenants/overview/quota-shares';
import { longestInFlight } from '../../../../functions/tenants/overview/runs-in-flight';
import type {
  RunInFlight,
  TenantToAdmit,
} from '../../../../shared/google/bigquery/tables/read-admission-state';
import { unlimitedTenant } from './unlimited-tenant';

const at = (time: string) => new Date(`2026-11-30T${time}Z`);

describe('Runs by hour and failing pipelines', () => {
  const counted = {
    hour: null,
    pipeline: null,
    runs: 4,
    completed: 2,
    failed: 1,
    cancelled: 1,
    failing_tenants: 1,
    last_failed_at: at('11:59:00'),
    last_error_code: 'check_failed',
    last_failed: { tenant_id: 'acme', run_id: 'run-1' },
  };

  it('tells 24 hours, the one that has begun last, and 0 where no run ended', () => {
    const now = at('12:34:56');
    const hours = runsByHour([{ ...counted, hour: at('11:00:00') }], firstHour(now));
    expect(hours).toHaveLength(24);
    expect(hours[0]).toEqual({ hour: '2026-11-29T13:00:00.000Z', completed: 0, failed: 0, cancelled: 0 });
    expect(hours.slice(-2)).toEqual([
      { hour: '2026-11-30T11:00:00.000Z', completed: 2, failed: 1, cancelled: 1 },
      { hour: '2026-11-30T12:00:00.000Z', completed: 0, failed: 0, cancelled: 0 },
    ]);
  });

  it('tells pipelines of which runs failed, the most first, and no hours among them', () => {
    const failing = failingPipelines([
      { ...counted, hour: at('11:00:00') },
      { ...counted, pipeline: 'a/b/few' },
      { ...counted, pipeline: 'a/b/none', failed: 0, last_failed_at: null, last_failed: null },
      { ...counted, pipeline: 'a/b/many', failed: 3, failing_tenants: 2 },
    ]);
    expect(failing).toEqual([
      {
        pipeline: 'a/b/many',
        failed: 3,
        runs: 4,
        tenants: 2,
        last_error_code: 'check_failed',
        last_failed_at: '2026-11-30T11:59:00.000Z',
        last_failed_run: { tenant_id: 'acme', run_id: 'run-1' },
      },
      expect.objectContaining({ pipeline: 'a/b/few', failed: 1, tenants: 1 }),
    ]);
  });
});

describe('Runs in flight', () => {
  const flight = (run_id: string, admitted: string, further: Partial<RunInFlight> = {}): RunInFlight => ({
    run_id,
    pipeline: 'a/b/c',
    admitted_at: at(admitted),
    handed_on_at: null,
    lease_expires_at: at('23:00:00'),
    queued_until: null,
    priority: null,
    ...further,
  });
  const waits = { queued_until: at('13:00:00') };

  it('are told with those first that have waited or had their slot the longest, and with their places', () => {
    const tenant = (tenantId: string, ...in_flight: readonly RunInFlight[]) => ({
      tenantId,
      tenant: { ...unlimitedTenant, in_flight, mean_run_ms: 60_000, max_concurrent_pipelines: 1 },
    });
    const tenants = [
      tenant('acme', flight('a', '12:00:09'), flight('b', '12:00:01', { handed_on_at: at('12:00:05') })),
      tenant(
        'other',
        flight('c', '12:00:03', waits),
        flight('d', '12:00:04', { ...waits, priority: 60 }),
        flight('e', '12:00:03', waits),
      ),
    ];
    const told = longestInFlight(tenants);
    // Of one reading they are put in order once.
    expect(longestInFlight(tenants)).toBe(told);
    expect(told.map(({ run_id, status, queue }) => [run_id, status, queue?.place])).toEqual([
      ['c', 'QUEUED', 2],
      ['e', 'QUEUED', 3],
      ['d', 'QUEUED', 1],
      ['b', 'ADMITTED', undefined],
      ['a', 'ADMITTED', undefined],
    ]);
    expect(told[0]).toMatchObject({
      tenant_id: 'other',
      lease_expires_at: null,
      queue: { estimated_wait_seconds: 120, until: '2026-11-30T13:00:00.000Z' },
    });
    expect(told[3]).toMatchObject({
      admitted_at: '2026-11-30T12:00:01.000Z',
      since: '2026-11-30T12:00:05.000Z',
      lease_expires_at: '2026-11-30T23:00:00.000Z',
    });
  });
});

describe('The fullest quotas', () => {
  const sharesOf = (...tenants: readonly Partial<TenantToAdmit>[]) =>
    fullestQuotas(
      tenants.map((own, index) => ({ tenantId: `tenant_${index}`, tenant: { ...unlimitedTenant, ...own } })),
    ).map(({ tenant_id, quota, share }) => [tenant_id, quota, share]);

  it('are of any kind, the fullest first, past the limit too, and never unlimited or unused ones', () => {
    expect(
      sharesOf(
        { max_pipelines_per_month: 150, max_concurrent_pipelines: 2 },
        { max_bytes_billed_per_month: 600, max_concurrent_pipelines: 0 },
        { max_pipelines_per_month: 100, used_this_month: 0 },
        {},
      ),
    ).toEqual([
      ['tenant_1', 'bytes', 1.5],
      ['tenant_0', 'concurrent', 1],
      ['tenant_1', 'concurrent', 1],
      ['tenant_0', 'monthly', 0.333],
    ]);
  });

  it('are ten at most, of active tenants', () => {
    const full = { max_pipelines_per_month: 50 };
    expect(sharesOf(...Array.from({ length: 12 }, () => full))).toHaveLength(10);
    expect(sharesOf({ ...full, is_active: false })).toEqual([]);
  });
});

describe('Activity', () => {
  it('has the most at once in each step, and goes on as the step before ended', () => {
    const steps = stepsOf(1, at('12:03:00'));
    expect(steps).toEqual({ first: at('11:05:00'), count: 12 });
    const points = activityPoints(
      [
        { step: at('11:10:00'), most_running: 3, most_queued: 1, last_running: 2, last_queued: 0 },
        { step: at('11:20:00'), most_running: 1, most_queued: 0, last_running: 0, last_queued: 0 },
      ],
      steps,
    );
    expect(points.map(({ running, queued }) => [running, queued]).slice(0, 5)).toEqual([
      [0, 0],
      [3, 1],
      [2, 0],
      // It begins with the two of before.
      [2, 0],
      [0, 0],
    ]);
    expect(points[0]?.at).toBe('2026-11-30T11:05:00.000Z');
    expect(points).toHaveLength(12);
  });
});
