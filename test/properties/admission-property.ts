import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import fc from 'fast-check';
import { type LocalBigQuery, startLocalBigQuery } from 'local-bigquery/testing';
import { loadTables } from '../../shared/definitions/tables';
import { createRunStatement, type RunStatement } from '../../shared/google/bigquery/statements/run-statement';
import { createAppendRows } from '../../shared/google/bigquery/tables/append-rows';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import { admitRuns } from '../../shared/sql/runs/admit-runs';
import { decideRuns } from '../../shared/sql/runs/decide-runs';
import { settleHeldRuns } from '../../shared/sql/runs/settle-held-runs';
import { settleAndDropRuns, settleRuns } from '../../shared/sql/runs/settle-runs';
import { activateTenant } from '../../shared/sql/tenants/activate-tenant';
import { changeQuotas } from '../../shared/sql/tenants/change-quotas';
import { insertTenant } from '../../shared/sql/tenants/insert-tenant';
import { readTenant } from '../../shared/sql/tenants/read-tenant';
import { resetMonth as resetMonthStatement } from '../../shared/sql/tenants/reset-month';
import { suspendTenant } from '../../shared/sql/tenants/suspend-tenant';
import { aboutQueue, aboutSlots, refusedAtLimit, startedByKey } from '../support/started-by';
import { admit, finish, type ModelTenant, monthOf, resetMonth, runningAt } from './admission-model';

const minuteMs = 60_000;
const dayMs = 86_400_000;
const tenant_id = 'acme';
const quota = (max: number) => fc.option(fc.integer({ min: 0, max }), { nil: null });
const monthlyQuota = quota(12);
const concurrentQuota = quota(4);

const keepsNone = { keeps_monthly: false, keeps_concurrent: false, keeps_bytes: false, keeps_queued: false };
const leavesBytes = { sets_bytes: false, max_bytes_billed_per_month: null };
const leavesQueue = { sets_queued: false, max_queued_pipelines: null };
const sameAlerts = { sets_alerts: false, alert_at_percent: [] };
const sameTier = { ...sameAlerts, takes_any_version: true, versions: [], subscription_tier: null, tiers: [] };
const leavesRest = { ...keepsNone, ...leavesBytes, ...leavesQueue, ...sameTier };

/** Few run ids, so that the same one is asked for again, while it runs and within one list. */
const commands = fc.array(
  fc.oneof(
    {
      weight: 6,
      arbitrary: fc.record({
        kind: fc.constant('admit' as const),
        asked: fc.uniqueArray(fc.integer({ min: 0, max: 9 }), { minLength: 1, maxLength: 5 }),
        leaseMinutes: fc.integer({ min: 1, max: 40 }),
      }),
    },
    { weight: 4, arbitrary: fc.record({ kind: fc.constant('finish' as const), which: fc.nat({ max: 9 }) }) },
    {
      weight: 3,
      arbitrary: fc.record({ kind: fc.constant('wait' as const), minutes: fc.integer({ min: 1, max: 90 }) }),
    },
    {
      weight: 1,
      arbitrary: fc.record({ kind: fc.constant('month' as const), days: fc.integer({ min: 20, max: 70 }) }),
    },
    {
      weight: 2,
      arbitrary: fc.record({
        kind: fc.constant('quotas' as const),
        monthly: monthlyQuota,
        concurrent: concurrentQuota,
      }),
    },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('suspend' as const) }) },
    { weight: 2, arbitrary: fc.record({ kind: fc.constant('activate' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reset' as const) }) },
  ),
  // Long enough for leases to expire while the quota is used up.
  { minLength: 12, maxLength: 25, size: 'max' },
);

type Command = (typeof commands extends fc.Arbitrary<infer List> ? List : never)[number];

/** Checks so many random histories of a tenant against the model. */
export const describeHistories = (histories: number): void =>
  describe('Admission, release, lease expiry, quota change and month change, in any order', () => {
    let bigquery: LocalBigQuery;
    let runStatement: RunStatement;
    let tenants = 0;

    beforeAll(async () => {
      bigquery = await startLocalBigQuery({ memoryOnly: true });
      runStatement = createRunStatement(bigquery.client);
    });
    afterAll(() => bigquery.stop());

    it('do what the model does, and keep the conservation law', async () => {
      await fc.assert(
        fc.asyncProperty(monthlyQuota, concurrentQuota, commands, async (monthly, concurrent, list) => {
          const dataset = await newTenant(monthly, concurrent);
          const model: ModelTenant = {
            isActive: true,
            monthlyQuota: monthly,
            concurrentQuota: concurrent,
            ...{ runsCount: 0, runsThisMonth: 0, month: monthOf(start), slots: [], ledger: [] },
          };
          let now = start;
          for (const command of list) {
            if (command.kind === 'wait') now += command.minutes * minuteMs;
            if (command.kind === 'month') now += command.days * dayMs;
            await apply(dataset, model, command, now);
            await compare(dataset, model, now);
          }
        }),
        { numRuns: histories },
      );
    }, 240_000);

    const start = Date.UTC(2026, 10, 28, 22, 0, 0);

    async function newTenant(monthly: number | null, concurrent: number | null): Promise<string> {
      const dataset = `acme_${++tenants}`;
      const datasets = createTenantDatasets(bigquery.client);
      await datasets.ensureDataset(dataset, 'US');
      for (const table of loadTables(join(__dirname, '../../schemas'))) {
        if (['tenants', 'pipeline_runs'].includes(table.name)) await datasets.ensureTable(dataset, table);
      }
      await runStatement(dataset, insertTenant, {
        tenant_id,
        company_name: 'Acme',
        contact_email: 'admin@acme.example',
        subscription_tier: 'FREE',
        max_pipelines_per_month: monthly,
        max_concurrent_pipelines: concurrent,
        max_bytes_billed_per_month: null,
        max_queued_pipelines: 0,
        alert_at_percent: '80,100',
        notes: null,
        onboarding_id: null,
        now: new Date(start),
      });
      return dataset;
    }

    async function apply(dataset: string, model: ModelTenant, command: Command, at: number): Promise<void> {
      const now = new Date(at);
      const change = () => ({ tenant_id, now, change_id: randomUUID() });
      switch (command.kind) {
        case 'admit': {
          // A run that is over is not asked for again: in production a new run has a new id.
          const over = new Set(model.ledger.map(({ runId }) => runId));
          const generation = Math.floor(model.ledger.length / 3);
          const runIds = command.asked.map((id) => `run-${generation}-${id}`).filter((id) => !over.has(id));
          // No statement is sent for nobody.
          if (runIds.length === 0) return;
          const parameters = {
            tenant_id,
            now,
            unlimited: 1_000_000,
            statement_id: 'statement-of-the-test',
            most_waiting: 1_000_000,
            ...aboutQueue,
            candidates: runIds.map((run_id) => ({
              run_id,
              pipeline: 'gcp/example/dryrun',
              parameters: '{}',
              trigger: 'api',
              request_hash: '',
              ...startedByKey,
              key_id: 'key',
              lease_seconds: command.leaseMinutes * 60,
              ...refusedAtLimit,
            })),
          };
          const before = new Set(model.slots.map(({ runId }) => runId));
          admit(model, runIds, command.leaseMinutes * minuteMs, at);
          const after = new Set(model.slots.map(({ runId }) => runId));
          const areAllNew = runIds.every((id) => after.has(id) && !before.has(id));
          // All of them or none: where none, the other statement admits those that fit.
          const { affectedRows } = await runStatement(dataset, admitRuns, parameters);
          expect(affectedRows).toBe(Number(areAllNew));
          const { rows } = await runStatement(dataset, decideRuns, parameters);
          const holding = runIds.filter((id) => after.has(id));
          expect([...(rows[0]?.known.map(({ run_id }) => run_id) ?? [])].sort()).toEqual(holding.sort());
          return;
        }
        case 'finish': {
          const slot = model.slots[command.which % Math.max(1, model.slots.length)];
          const runId = slot?.runId ?? 'run-that-never-was';
          const parameters = { tenant_id, onboarding_id: '', now, outcomes: [outcomeOf(runId, now)] };
          const affected = async () => (await runStatement(dataset, settleRuns, parameters)).affectedRows;
          expect(await affected()).toBe(slot === undefined ? 0 : 1);
          expect(await affected()).toBe(0);
          finish(model, runId);
          if (slot === undefined) return;
          const admittedAt = new Date(slot.admittedAt);
          const days = { from: admittedAt, to: new Date(slot.admittedAt + 1) };
          const held = { ...parameters, ...days, ...aboutSlots };
          const told = async () => (await runStatement(dataset, settleHeldRuns, held)).rows[0]?.recorded;
          const drop = () =>
            runStatement(dataset, settleAndDropRuns, {
              ...parameters,
              outcomes: [],
              appended: [{ run_id: runId, recorded_at: now }],
              ...{ appended_run_ids: [runId], appended_from: days.from, appended_to: days.to },
            });
          const recorded = { run_id: runId, recorded_at: now, admitted_at: admittedAt };
          // It is not in the ledger, so it is kept, however often it is to be dropped.
          await drop();
          expect(await told()).toMatchObject([{ ...recorded, is_waiting: true }]);
          await appendToLedger(dataset, runId, slot.admittedAt, now);
          // Every third stays in the tenant row and in the ledger.
          if (command.which % 3 === 0) return;
          await drop();
          expect(await told()).toMatchObject([{ ...recorded, is_waiting: false }]);
          return;
        }
        case 'quotas':
          model.monthlyQuota = command.monthly;
          model.concurrentQuota = command.concurrent;
          await runStatement(dataset, changeQuotas, {
            ...change(),
            sets_monthly: true,
            max_pipelines_per_month: command.monthly,
            sets_concurrent: true,
            max_concurrent_pipelines: command.concurrent,
            ...leavesRest,
          });
          return;
        case 'suspend':
          model.isActive = false;
          await runStatement(dataset, suspendTenant, { ...change(), reason: 'x', public_reason: null });
          return;
        case 'activate':
          model.isActive = true;
          await runStatement(dataset, activateTenant, change());
          return;
        case 'reset':
          resetMonth(model, at);
          await runStatement(dataset, resetMonthStatement, { period: now.toISOString().slice(0, 10), now });
          return;
      }
    }

    const outcomeOf = (run_id: string, at: Date) => ({
      run_id,
      status: 'COMPLETED',
      error_code: null,
      error_message: null,
      failed_step: null,
      handed_on_at: null,
      only_if_queued: null,
      started_at: at,
      ended_at: at,
      duration_ms: 0,
      rows_written: 1,
      bytes_processed: 2,
      bytes_billed: 3,
      watermark: null,
      recorded_at: at,
    });

    const appendToLedger = (dataset: string, runId: string, admittedAt: number, at: Date) =>
      createAppendRows(bigquery.client)(dataset, 'pipeline_runs', [
        {
          insertId: runId,
          json: {
            run_id: runId,
            tenant_id,
            pipeline: 'gcp/example/dryrun',
            status: 'COMPLETED',
            admitted_at: new Date(admittedAt).toISOString(),
            ended_at: at.toISOString(),
            recorded_at: at.toISOString(),
          },
        },
      ]);

    async function compare(dataset: string, model: ModelTenant, at: number): Promise<void> {
      const { rows } = await runStatement(dataset, readTenant, { tenant_id, now: new Date(at) });
      const [row] = rows;
      const thisMonth = model.month < monthOf(at) ? 0 : model.runsThisMonth;
      expect(row).toMatchObject({
        pipeline_runs_count: model.runsCount,
        pipeline_runs_this_month: thisMonth,
        current_running_pipelines: runningAt(model, at),
        is_active: model.isActive,
      });
      expect(
        row?.active_runs.map(({ run_id, admitted_at, lease_expires_at }) => [
          run_id,
          +admitted_at,
          +lease_expires_at,
        ]),
      ).toEqual(model.slots.map(({ runId, admittedAt, leaseEndsAt }) => [runId, admittedAt, leaseEndsAt]));

      expect(monthOf(Date.parse(row?.quota_reset_date ?? ''))).toBe(model.month);

      // The conservation law, on what BigQuery holds.
      const inFlight =
        row?.active_runs.map(({ run_id, admitted_at }) => ({ runId: run_id, admittedAt: +admitted_at })) ??
        [];
      const all = new Map([...model.ledger, ...inFlight].map((run) => [run.runId, run.admittedAt]));
      expect(row?.pipeline_runs_count).toBe(all.size);
      expect(row?.pipeline_runs_this_month).toBe(
        [...all.values()].filter((admitted) => monthOf(admitted) === monthOf(at)).length,
      );
    }
  });
