import type { Field, Row } from 'local-bigquery/engine';
import { createAudit } from './audit';

const field = (name: string, fields?: readonly Field[]): Field =>
  fields === undefined
    ? { name, type: 'STRING', mode: 'NULLABLE' }
    : { name, type: 'RECORD', mode: 'REPEATED', fields };
const slotFields = ['run_id', 'admitted_at', 'lease_expires_at'].map((name) => field(name));
const counters = ['pipeline_runs_count', 'pipeline_runs_this_month', 'current_running_pipelines'];
const quotas = ['max_concurrent_pipelines', 'max_pipelines_per_month'];
const schema = [
  ...[...counters, ...quotas, 'quota_reset_date', 'updated_at'].map((name) => field(name)),
  field('active_runs', slotFields),
  field(
    'settled_runs',
    ['run_id', 'admitted_at'].map((name) => field(name)),
  ),
];
const ledgerSchema = [field('run_id'), field('admitted_at')];

const at = (time: string) => String(Date.parse(time) * 1000);
const november = at('2026-11-20T12:00:00Z');
const slot = (runId: string, leaseEndsAt = at('2026-11-23T13:00:00Z')): Row => [runId, november, leaseEndsAt];

interface Written {
  readonly slots?: readonly Row[];
  /** Runs that are settled and not yet in the ledger. */
  readonly settled?: readonly string[];
  /** Ever, this month, running. */
  readonly counted: readonly [number, number, number];
  readonly quotas?: readonly [concurrent: string | null, monthly: string | null];
  readonly resetDate?: string;
}

function books() {
  const audit = createAudit();
  const facts = (violations: ReturnType<typeof audit>) =>
    violations.map(({ invariant, facts: what }) => `${invariant}: ${what}`);
  return {
    tenant({
      slots = [],
      settled = [],
      counted,
      quotas: given = ['2', '10'],
      resetDate = '2026-11-01',
    }: Written) {
      const row = [...counted.map(String), ...given, resetDate, at('2026-11-23T12:00:00Z')];
      const rows = [[...row, slots, settled.map((runId): Row => [runId, november])]];
      return facts(
        audit({ datasetId: 'acme', tableId: 'tenants' }, { kind: 'replace', rows }, { schema, rows }),
      );
    },
    ledger(...rows: readonly Row[]) {
      const reference = { datasetId: 'acme', tableId: 'pipeline_runs' };
      return facts(audit(reference, { kind: 'append', rows }, { schema: ledgerSchema, rows }));
    },
  };
}

describe('The audit of a tenant', () => {
  it('finds nothing if quotas are filled and runs go from slots by way of settled_runs into the ledger', () => {
    const { tenant, ledger } = books();
    expect(tenant({ counted: [0, 0, 0] })).toEqual([]);
    expect(tenant({ slots: [slot('a'), slot('b')], counted: [2, 2, 2] })).toEqual([]);
    expect(tenant({ slots: [slot('b')], settled: ['a'], counted: [2, 2, 1] })).toEqual([]);
    expect(ledger(['a', november])).toEqual([]);
    expect(ledger(['a', november])).toEqual([]);
    expect(tenant({ slots: [slot('b')], counted: [2, 2, 1] })).toEqual([]);
  });

  it.each<[string, Written, string]>([
    [
      'more at once than there may be',
      { slots: [slot('a'), slot('b'), slot('c')], counted: [3, 3, 3] },
      '3 running of 2',
    ],
    [
      'more in a month than there may be',
      { slots: [slot('a')], counted: [1, 1, 1], quotas: [null, '0'] },
      '1 of 0 in the month',
    ],
    [
      'a count that differs from what runs',
      { slots: [slot('a')], counted: [1, 1, 0] },
      '1 running, counted as 0',
    ],
  ])('finds %s', (_what, written, found) => {
    const { tenant } = books();
    tenant({ counted: [0, 0, 0] });
    expect(tenant(written)).toEqual([`no quota is exceeded: acme: ${found}`]);
  });

  it('does not count ended leases against the quota', () => {
    const { tenant } = books();
    const ended = slot('a', at('2026-11-23T11:59:59Z'));
    expect(tenant({ slots: [ended, slot('b'), slot('c')], counted: [3, 3, 2] })).toEqual([]);
  });

  it('accepts quotas that are lowered below what is used, and then no further slot', () => {
    const { tenant } = books();
    const slots = [slot('a'), slot('b')];
    tenant({ slots, counted: [2, 2, 2] });
    expect(tenant({ slots, counted: [2, 2, 2], quotas: ['1', '1'] })).toEqual([]);
    expect(tenant({ slots: [slot('b'), slot('c')], counted: [2, 2, 2], quotas: ['1', null] })).toContainEqual(
      'no quota is exceeded: acme: 2 running of 1',
    );
  });

  it('finds a run that left its slot and was neither settled nor in the ledger', () => {
    const { tenant } = books();
    tenant({ slots: [slot('a')], counted: [1, 1, 1] });
    expect(tenant({ counted: [1, 1, 0] })).toEqual([
      'conservation law: acme: 1 counted, 0 known',
      'conservation law: acme: 1 counted in the month, 0 known',
    ]);
  });

  it('finds a run in the ledger that nobody counted, and one with two slots', () => {
    const { tenant, ledger } = books();
    tenant({ counted: [0, 0, 0] });
    expect(ledger(['b', november])).toContain('conservation law: acme: 0 counted, 1 known');
    expect(tenant({ slots: [slot('a'), slot('a')], counted: [2, 2, 2] })).toContain(
      'conservation law: acme: a run is in the row twice',
    );
  });

  it('counts a month’s admissions in that month', () => {
    const { tenant } = books();
    const slots = [slot('a')];
    expect(tenant({ slots, counted: [1, 0, 1], resetDate: '2026-12-01' })).toEqual([]);
    expect(tenant({ slots, counted: [1, 1, 1], resetDate: '2026-12-01' })).toEqual([
      'conservation law: acme: 1 counted in the month, 0 known',
    ]);
  });
});
