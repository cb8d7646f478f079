import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { isNotFound } from '../../../../shared/google/bigquery/failures';
import { date, integer, string } from '../../../../shared/sql/column-schemas';
import type { Register, WantedRun } from '../load/register';
import type { Journal } from './journal';
import { judgeCancels, ledgerSchema, type Outcomes, outcomesOf } from './outcomes';

/** What the tables say when all is quiet. */
export interface Verdict {
  readonly ledgerRuns: number;
  readonly completed: number;
  readonly cancelled: number;
  readonly failed: ReadonlyMap<string, number>;
  /** Rows beyond the first of a run. */
  readonly duplicateRows: number;
  /** Runs whose callers were told 503, or nothing. */
  readonly doubtful: number;
  readonly lost: number;
  readonly doubleEffects: number;
}

interface Judge {
  readonly bigquery: BigQuery;
  readonly journal: Journal;
  readonly register: Register;
}

const tenantSchema = z.array(
  z.object({
    pipeline_runs_count: integer,
    pipeline_runs_this_month: integer,
    current_running_pipelines: integer,
    quota_reset_date: date,
    active_runs: z.array(z.object({ run_id: string })),
    settled_runs: z.array(z.object({ run_id: string })),
  }),
);
const tokensSchema = z.array(z.object({ token: string }));

/** Compares the tables with what callers were told, tenant by tenant. */
export async function judge(tenantIds: readonly string[], deps: Judge): Promise<Verdict> {
  const verdict = {
    ledgerRuns: 0,
    completed: 0,
    cancelled: 0,
    duplicateRows: 0,
    doubtful: 0,
    lost: 0,
  };
  const failed = new Map<string, number>();
  let doubleEffects = 0;
  for (const tenantId of tenantIds) {
    const wanted = [...deps.register.wanted.values()].filter((run) => run.tenantId === tenantId);
    const rows = ledgerSchema.parse(await readAll(deps.bigquery, tenantId, 'pipeline_runs'));
    const outcomes = outcomesOf(rows);
    judgeLedger(tenantId, wanted, outcomes, deps);
    judgeCancels(tenantId, rows, outcomes, deps);
    await judgeTenant(tenantId, outcomes, deps);
    doubleEffects += await judgeEffects(tenantId, wanted, outcomes, deps);

    verdict.ledgerRuns += outcomes.size;
    verdict.duplicateRows += rows.length - outcomes.size;
    verdict.lost += wanted.filter(
      ({ runId }) => deps.register.admitted.has(runId) && !outcomes.has(runId),
    ).length;
    for (const { run_id, status, error_code } of outcomes.values()) {
      if (!deps.register.admitted.has(run_id)) verdict.doubtful++;
      if (status === 'COMPLETED') verdict.completed++;
      else if (status === 'CANCELLED') verdict.cancelled++;
      else failed.set(error_code ?? '', (failed.get(error_code ?? '') ?? 0) + 1);
    }
  }
  return { ...verdict, failed, doubleEffects };
}

function judgeLedger(
  tenantId: string,
  wanted: readonly WantedRun[],
  outcomes: Outcomes,
  { journal, register }: Judge,
): void {
  for (const { runId } of wanted) {
    if (!register.admitted.has(runId) || outcomes.has(runId)) continue;
    journal.violate('no run is lost', `${tenantId}: run ${runId} was answered 202 and is not in the ledger`, [
      runId,
    ]);
  }
  const known = new Set(wanted.map(({ runId }) => runId));
  for (const runId of outcomes.keys()) {
    if (known.has(runId) && (register.admitted.has(runId) || register.doubtful.has(runId))) continue;
    journal.violate(
      'what was refused does not run',
      `${tenantId}: run ${runId} was refused, or its caller was told that nothing was started, or never asked for`,
      [runId],
    );
  }
}

async function judgeTenant(
  tenantId: string,
  outcomes: Outcomes,
  { bigquery, journal }: Judge,
): Promise<void> {
  const [row] = tenantSchema.parse(await readAll(bigquery, tenantId, 'tenants'));
  if (row === undefined) return journal.violate('tenants stay', `The row of ${tenantId} is gone`);
  const slots = row.active_runs.map(({ run_id }) => run_id);
  if (slots.length > 0 || row.current_running_pipelines !== 0) {
    const facts = `${tenantId}: ${slots.length} slots, ${row.current_running_pipelines} counted as running`;
    journal.violate('all slots are free', facts, slots);
  }
  const waiting = row.settled_runs.map(({ run_id }) => run_id);
  if (waiting.length > 0)
    journal.violate('all outcomes are in the ledger', `${tenantId}: ${waiting.length} wait`, waiting);
  const month = row.quota_reset_date.slice(0, 7);
  const thisMonth = [...outcomes.values()].filter(
    ({ admitted_at }) => admitted_at.toISOString().slice(0, 7) === month,
  ).length;
  if (row.pipeline_runs_count !== outcomes.size || row.pipeline_runs_this_month !== thisMonth) {
    const counted = `${row.pipeline_runs_count} runs, ${row.pipeline_runs_this_month} in ${month}`;
    journal.violate(
      'counters are the ledger',
      `${tenantId}: counted ${counted}; the ledger has ${outcomes.size}, ${thisMonth}`,
    );
  }
}

/** A completed run took effect once, a failed one at most once, and nothing else took effect. */
async function judgeEffects(
  tenantId: string,
  wanted: readonly WantedRun[],
  outcomes: Outcomes,
  { bigquery, journal }: Judge,
): Promise<number> {
  const byToken = new Map(wanted.map((run) => [run.token, run]));
  let doubles = 0;
  for (const table of ['appended', 'loaded'] as const) {
    const tokens = tokensSchema.parse(await readAll(bigquery, tenantId, table)).map(({ token }) => token);
    const counts = new Map<string, number>();
    for (const token of tokens) counts.set(token, (counts.get(token) ?? 0) + 1);
    for (const [token, count] of counts) {
      const run = byToken.get(token);
      if (count > 1) {
        doubles++;
        const facts = `${tenantId}: ${token} is ${count} times in ${table}`;
        journal.violate('effects happen once', facts, run ? [run.runId] : []);
      }
      if (run !== undefined && outcomes.has(run.runId)) continue;
      journal.violate('effects are of runs', `${tenantId}: ${token} in ${table}`, run ? [run.runId] : []);
    }
    for (const run of wanted) {
      if (run.pipeline !== 'append' || outcomes.get(run.runId)?.status !== 'COMPLETED') continue;
      if (counts.has(run.token)) continue;
      const facts = `${tenantId}: ${run.token} completed and is not in ${table}`;
      journal.violate('what completed took effect', facts, [run.runId]);
    }
  }
  return doubles;
}

/** All rows of a table; none if it does not exist. */
async function readAll(bigquery: BigQuery, tenantId: string, table: string): Promise<unknown> {
  try {
    const [rows]: readonly unknown[] = await bigquery.dataset(tenantId).table(table).getRows();
    return rows;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
