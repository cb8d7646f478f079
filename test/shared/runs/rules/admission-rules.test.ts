import { type AdmissionState, byRunId, verdictOf } from '../../../../shared/runs/rules/admission-rules';
import { nextMonthOf } from '../../../../shared/runs/rules/months';
import { candidate as candidateOf } from '../candidates';

const now = new Date('2026-11-23T12:00:00Z');
const candidate = candidateOf('run', { request_hash: 'hash', key_id: 'key' });
const holder = { run_id: 'run', request_hash: 'hash' };
const state: AdmissionState = {
  is_active: true,
  suspension_public_reason: null,
  max_pipelines_per_month: 100,
  max_concurrent_pipelines: 3,
  used_this_month: 0,
  max_bytes_billed_per_month: null,
  bytes_this_month: 0,
  quota_reset_date: '2026-11-01',
  running: 0,
  waiting_outcomes: 0,
  max_queued_pipelines: 0,
  queued: 0,
  queue_left: 0,
  mean_run_ms: null,
  keys_held: [],
  oldest: [],
  revoked_key_ids: [],
  withdrawn: [],
  known: [],
  finished: [],
};

const refusal = (change: Partial<AdmissionState> | undefined) => {
  const changed = change && { ...state, ...change };
  const known = byRunId([...(changed?.known ?? []), ...(changed?.finished ?? [])]);
  const verdict = verdictOf(candidate, 'acme', changed, known, now);
  return verdict.kind === 'refused' ? [verdict.error.code, verdict.error.detail] : verdict.kind;
};

describe('The verdict of an admission', () => {
  it('is admitted for a run that is known, even if the tenant is full or suspended or the key revoked by now', () => {
    const full = {
      is_active: false,
      used_this_month: 100,
      running: 3,
      revoked_key_ids: ['key'],
      known: [holder],
    };
    expect(refusal(full)).toBe('admitted');
  });

  it('names the oldest run of its pipeline and key as one to be replaced, unless others wait', () => {
    const oldest = [
      { pipeline: 'another', concurrency_key: null, run_id: 'another' },
      { pipeline: candidate.pipeline, concurrency_key: null, run_id: 'oldest' },
    ];
    const replacing = { ...candidate, at_limit: 'cancel_oldest' as const };
    const replacedIn = (change: Partial<AdmissionState>) => {
      const verdict = verdictOf(
        replacing,
        'acme',
        { ...state, running: 3, oldest, ...change },
        byRunId([]),
        now,
      );
      return verdict.kind === 'refused' ? verdict.oldestRunId : verdict.kind;
    };
    expect(replacedIn({})).toBe('oldest');
    expect(replacedIn({ queued: 1 })).toBeUndefined();
    expect(replacedIn({ oldest: [] })).toBeUndefined();
    expect(replacedIn({ running: 2 })).toBe('undecided');
  });

  it('is admitted for a run that is already in the ledger', () => {
    expect(refusal({ finished: [holder] })).toBe('admitted');
  });

  it.each(['known', 'finished'] as const)(
    'refuses another request under the key of one that is %s',
    (place) => {
      expect(refusal({ [place]: [{ run_id: 'run', request_hash: 'another' }] })).toEqual([
        'idempotency_key_reused',
        expect.stringContaining('Idempotency-Key'),
      ]);
    },
  );

  it('is tenant_not_found if there is no row', () => {
    expect(refusal(undefined)).toEqual(['tenant_not_found', "There is no tenant 'acme'"]);
  });

  it('names a revoked key before everything else of the tenant', () => {
    const verdict = refusal({ revoked_key_ids: ['another', 'key'], is_active: false, running: 3 });
    expect(verdict).toEqual(['unauthenticated', expect.any(String)]);
    expect(refusal({ revoked_key_ids: ['another'] })).toBe('undecided');
  });

  it('is unavailable while too many outcomes wait for the ledger', () => {
    expect(refusal({ waiting_outcomes: 5_000 })).toEqual(['unavailable', expect.stringContaining('Nothing')]);
    expect(refusal({ waiting_outcomes: 4_999 })).toBe('undecided');
  });

  it('names suspension before quotas', () => {
    expect(refusal({ is_active: false, used_this_month: 100, running: 3 })).toEqual([
      'tenant_inactive',
      'Tenant account is inactive. Contact support to reactivate.',
    ]);
  });

  it('names the month before the slots', () => {
    expect(refusal({ used_this_month: 100, running: 3 })).toEqual([
      'monthly_quota_exceeded',
      'Monthly pipeline quota exceeded. Used 100/100. Upgrade subscription or wait for monthly reset.',
    ]);
  });

  it('names the byte budget after the month, before the slots', () => {
    const used = { max_bytes_billed_per_month: 1_000, bytes_this_month: 1_000, running: 3 };
    expect(refusal({ ...used, used_this_month: 100 })).toEqual(['monthly_quota_exceeded', expect.anything()]);
    expect(refusal(used)).toEqual([
      'byte_quota_exceeded',
      'Monthly byte budget exceeded. BigQuery billed 1000/1000 bytes. Upgrade subscription or wait for monthly reset.',
    ]);
    expect(refusal({ ...used, bytes_this_month: 999, running: 0 })).toBe('undecided');
    expect(refusal({ ...used, max_bytes_billed_per_month: null, running: 0 })).toBe('undecided');
  });

  it('names the slots', () => {
    expect(refusal({ used_this_month: 99, running: 3 })).toEqual([
      'concurrent_limit_reached',
      'Concurrent pipeline limit reached. 3/3 pipelines running. Wait for current pipelines to complete or upgrade subscription.',
    ]);
  });

  it('says when to come back: at the end of the month', () => {
    const verdict = verdictOf(candidate, 'acme', { ...state, used_this_month: 100 }, new Map(), now);
    const seconds = (Date.UTC(2026, 11, 1) - now.getTime()) / 1000;
    expect(verdict).toMatchObject({
      error: { retryAfterSeconds: seconds, members: { used: 100, quota: 100 } },
    });
  });

  it('says when to come back: after the month that is counted, by a clock that was set back over its border', () => {
    const full = { ...state, used_this_month: 100, quota_reset_date: '2026-12-01' };
    expect(verdictOf(candidate, 'acme', full, new Map(), new Date('2026-11-30T23:59:00Z'))).toMatchObject({
      error: { retryAfterSeconds: 31 * 86_400, members: { resets_at: '2027-01-01T00:00:00.000Z' } },
    });
  });

  it.each([
    ['unlimited by the month', { max_pipelines_per_month: null, used_this_month: 1_000_000 }],
    ['unlimited at once', { max_concurrent_pipelines: null, running: 1_000_000 }],
    ['one below both quotas', { used_this_month: 99, running: 2 }],
  ])('is undecided for a run without a slot if there is room: %s', (_, change) => {
    expect(refusal(change)).toBe('undecided');
  });

  it('refuses every run if a quota is 0', () => {
    expect(refusal({ max_pipelines_per_month: 0 })).toEqual(['monthly_quota_exceeded', expect.any(String)]);
    expect(refusal({ max_concurrent_pipelines: 0 })).toEqual([
      'concurrent_limit_reached',
      expect.any(String),
    ]);
  });
});

describe('The next month', () => {
  it.each([
    ['2026-11-23T12:00:00Z', '2026-12-01T00:00:00.000Z'],
    ['2026-12-31T23:59:59.999Z', '2027-01-01T00:00:00.000Z'],
    ['2028-02-29T00:00:00Z', '2028-03-01T00:00:00.000Z'],
  ])('of %s begins at %s', (at, expected) => {
    expect(nextMonthOf(new Date(at)).toISOString()).toBe(expected);
  });
});
