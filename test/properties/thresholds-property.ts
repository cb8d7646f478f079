import fc from 'fast-check';
import type { QuotaAlert } from '../../shared/runs/rules/quota-alerts';
import { admitRuns } from '../../shared/sql/runs/admit-runs';
import { announceAlerts } from '../../shared/sql/runs/announce-alerts';
import { decideRuns } from '../../shared/sql/runs/decide-runs';
import { withdrawRuns } from '../../shared/sql/runs/withdraw-runs';
import { insertTenant } from '../../shared/sql/tenants/insert-tenant';
import { quotaThreshold } from '../../shared/tenants/rules/tenant-events';
import { statementModels } from '../simulator/replay/cloud/statements';
import { emptyTables, type Tables } from '../simulator/replay/cloud/tables';
import { aboutQueue, refusedAtLimit, startedByKey } from '../support/started-by';

// Over the models of the statements, which test/simulator/replay/cloud/models.test.ts holds to the statements.

const tenant_id = 'acme';
const life = { tenant_id, onboarding_id: 'life1' };
const october = Date.UTC(2026, 9, 31, 12);
const dayMs = 86_400_000;

/** One after the other: a batch of so many runs, of which some are withdrawn, and an announcement now and then. */
const batches = fc.array(
  fc.record({
    size: fc.integer({ min: 1, max: 60 }),
    isByScript: fc.boolean(),
    withdrawn: fc.integer({ min: 0, max: 3 }),
    isAnnounced: fc.boolean(),
    isNextMonth: fc.integer({ min: 0, max: 30 }).map((number) => number === 0),
  }),
  { minLength: 1, maxLength: 12 },
);
const percents = fc.option(fc.uniqueArray(fc.integer({ min: 1, max: 100 }), { minLength: 1, maxLength: 4 }), {
  nil: [80, 100],
});

function change(tables: Tables, name: string, parameters: object): number {
  return statementModels.get(name)?.change?.(tables, parameters, new Date(october)) ?? 0;
}

/** Tenants whose batches cross thresholds at random have exactly one event for each. Gives how many there were. */
export function crossThresholds(tenants: number): number {
  let crossings = 0;
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 200 }), percents, batches, (quota, shares, plan) => {
      const tables = emptyTables(new Set());
      let now = new Date(october);
      change(tables, insertTenant.name, {
        tenant_id,
        company_name: null,
        contact_email: null,
        subscription_tier: 'FREE',
        max_pipelines_per_month: quota,
        max_concurrent_pipelines: null,
        max_bytes_billed_per_month: null,
        max_queued_pipelines: 0,
        alert_at_percent: shares.join(),
        notes: null,
        onboarding_id: life.onboarding_id,
        now,
      });
      const entries: QuotaAlert[] = [];
      const expected = new Map<string, { readonly used: number; readonly run_id: string }>();
      let runs = 0;
      for (const { size, isByScript, withdrawn, isAnnounced, isNextMonth } of plan) {
        if (isNextMonth) now = new Date(now.getTime() + 31 * dayMs);
        const run_ids = Array.from({ length: size }, () => `run-${++runs}`);
        const before = usedIn(tables, now);
        const known = new Set(tables.tenant?.active_runs.map(({ run_id }) => run_id));
        change(tables, (isByScript ? decideRuns : admitRuns).name, admission(run_ids, now));
        const admitted = (tables.tenant?.active_runs ?? []).filter(({ run_id }) => !known.has(run_id));
        // What each single run, counted one after the other, has reached.
        admitted.forEach(({ run_id }, index) => {
          const used = before + index + 1;
          for (const percent of shares) {
            const id = idOf(now, percent, quota);
            if (used === Math.ceil((percent * quota) / 100) && !expected.has(id))
              expected.set(id, { used, run_id });
          }
        });
        note(tables, entries);
        change(tables, withdrawRuns.name, { tenant_id, run_ids: run_ids.slice(size - withdrawn), now });
        if (isAnnounced) {
          const alerts = (tables.tenant?.quota_alerts ?? []).map(
            ({ quota: of, month, percent, quota_limit }) => `${of} ${month} ${percent} ${quota_limit}`,
          );
          change(tables, announceAlerts.name, { ...life, now, alerts });
        }
      }
      const events = entries.map((entry) => quotaThreshold(life, entry));
      expect(events.map(({ id }) => id).sort()).toEqual([...expected.keys()].sort());
      for (const { id, data } of events) expect(data).toMatchObject(expected.get(id) ?? {});
      crossings += events.length;
    }),
    { numRuns: tenants },
  );
  return crossings;
}

const monthOf = (now: Date): string => now.toISOString().slice(0, 7);

const idOf = (now: Date, percent: number, quota: number): string =>
  `quota.threshold-acme-life1-monthly-${monthOf(now)}-${percent}-${quota}`;

const usedIn = ({ tenant }: Tables, now: Date): number =>
  tenant?.quota_reset_date.startsWith(monthOf(now)) ? tenant.pipeline_runs_this_month : 0;

const admission = (run_ids: readonly string[], now: Date) => ({
  tenant_id,
  now,
  unlimited: 1_000_000,
  statement_id: 'statement-of-the-test',
  most_waiting: 1_000,
  ...aboutQueue,
  candidates: run_ids.map((run_id) => ({
    run_id,
    pipeline: 'gcp/example/dryrun',
    parameters: '{}',
    trigger: 'api',
    request_hash: null,
    ...startedByKey,
    key_id: 'key-1',
    lease_seconds: 60,
    ...refusedAtLimit,
  })),
});

/** The entries that are new: they are there until they are announced, or longer. */
function note({ tenant }: Tables, entries: QuotaAlert[]): void {
  for (const entry of tenant?.quota_alerts ?? []) {
    const isKnown = entries.some(
      ({ month, percent, run_id }) =>
        month === entry.month && percent === entry.percent && run_id === entry.run_id,
    );
    if (!isKnown) entries.push(entry);
  }
}
