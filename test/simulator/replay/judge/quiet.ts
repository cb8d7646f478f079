import { z } from 'zod';
import { parseInstructions } from '../../../../shared/runs/rules/run-instructions';
import { outcomeOf, outcomesBetween } from '../cloud/statements/recorded';
import type { Answer } from '../world/fleet';
import type { World } from '../world/world';
import { shownOperationSchema } from './operations';
import { toldTimeSchema } from './schedules';

/** Whether nothing is left to be done: no slot, no message, no job, no row that cannot be read yet. */
export const isQuiet = ({ bigquery, pubsub, jobs, judge }: World): boolean =>
  pubsub.outstanding() === 0 &&
  judge.operations.underWay().length === 0 &&
  jobs.underWay() === 0 &&
  bigquery.unreadable() === 0 &&
  bigquery.tenantIds().every((tenantId) => {
    const { tenant } = bigquery.tablesOf(tenantId);
    return (
      tenant?.active_runs.length === 0 &&
      tenant.settled_runs.length === 0 &&
      tenant.quota_alerts.every(({ announced_at }) => announced_at !== null)
    );
  });

/** What is left, for who wonders why it does not become quiet. */
export const describeUnrest = ({ bigquery, pubsub, jobs, judge }: World): string => {
  const slots = bigquery
    .tenantIds()
    .flatMap((tenantId) => bigquery.tablesOf(tenantId).tenant?.active_runs ?? [])
    .map(({ run_id }) => run_id);
  const settled = bigquery
    .tenantIds()
    .flatMap((tenantId) => bigquery.tablesOf(tenantId).tenant?.settled_runs ?? [])
    .map(({ run_id }) => run_id);
  return `slots ${slots.join(', ') || 'none'}; settled ${settled.join(', ') || 'none'}; ${pubsub.outstanding()} messages, ${jobs.underWay()} jobs, ${bigquery.unreadable()} unreadable rows; operations ${judge.operations.underWay().join(', ') || 'none'}`;
};

const eventsSchema = z.object({ events: z.array(z.object({ data: z.object({ run_id: z.string() }) })) });
const usageSchema = z.object({
  total: z.object({ runs: z.number(), runs_by_status: z.record(z.string(), z.number()) }),
});
const historySchema = z.object({ times: z.array(toldTimeSchema) });
const months = ['2026-10', '2026-11'] as const;
const forEver = [new Date('2000-01-01'), new Date('2100-01-01')] as const;

/** Compares what is recorded and billed at the end with what callers were told. */
export async function judgeEnd(world: World): Promise<void> {
  const { bigquery, judge, register } = world;
  const outcomes = new Map<string, string>();
  for (const tenantId of bigquery.tenantIds()) {
    for (const { run_id, status, instructions } of outcomesBetween(bigquery.tablesOf(tenantId), ...forEver)) {
      outcomes.set(run_id, status);
      const needed = status === 'COMPLETED' ? 1 : 0;
      // What it has left out, the run before it has done.
      const before = parseInstructions(instructions).resume?.steps ?? {};
      const doneBy = before.append_row?.run_id ?? run_id;
      const count = judge.effects.get(`${doneBy} append_row`) ?? 0;
      const isLook =
        before.look !== undefined ||
        world.bigquery
          .tablesOf(tenantId)
          .stepsOf.get(run_id)
          ?.some(({ step_id }) => step_id === 'look');
      if (!isLook && count < needed)
        judge.violate('effect', `${tenantId} ${run_id} completed without effect`);
    }
  }
  for (const runId of register.admitted) {
    if (!outcomes.has(runId)) judge.violate('lost', `${runId} was answered 202 and is not in the ledger`);
  }
  for (const [run, { status }] of register.toldOutcome) {
    const recorded = outcomes.get(run.split(' ')[1] ?? '');
    if (recorded !== status)
      judge.violate('told', `${run}: a caller was told ${status}, and it is ${recorded}`);
  }
  judgeAllRuns(world, outcomes);
  for (const id of judge.untold()) judge.violate('announced', `${id} was never told`);
  await judgeBilling(world, outcomes);
  await judgeUsage(world);
  await judgeHistories(world);
  await judgeOperations(world);
  if (register.admitted.size === 0) judge.violate('something', 'No run was admitted');
}

/** That `all_runs` has the same runs as all ledgers together, with the same outcomes. */
function judgeAllRuns({ bigquery, judge }: World, outcomes: ReadonlyMap<string, string>): void {
  const seen = new Map<string, string>();
  for (const { tenant_id, ...row } of bigquery.allRuns()) {
    const outcome = outcomeOf(bigquery.tablesOf(tenant_id), row.run_id);
    const differing = Object.entries(row).find(([name, value]) => {
      const decided: unknown = outcome === undefined ? undefined : Reflect.get(outcome, name);
      return textOf(decided) !== textOf(value);
    });
    if (differing !== undefined)
      judge.violate(
        'everywhere',
        `${tenant_id} ${row.run_id}: ${differing.join(' ')}, and not as in the ledger`,
      );
    seen.set(row.run_id, row.status);
  }
  for (const runId of outcomes.keys()) {
    if (!seen.has(runId)) judge.violate('everywhere', `${runId} is missing in all_runs`);
  }
}

const textOf = (value: unknown): string =>
  value instanceof Date ? value.toISOString() : String(value ?? null);

async function judgeBilling(world: World, outcomes: ReadonlyMap<string, string>): Promise<void> {
  const billed = new Map<string, number>();
  for (const month of months) {
    const query = { month, format: 'openmeter', limit: '5000' };
    const answer = await ask(world, '/api/v1/billing/export', query);
    if (answer.kind === 'unanswered' || answer.status !== 200) {
      world.judge.violate('billed', `The export of ${month} failed`);
      continue;
    }
    for (const { data } of eventsSchema.parse(answer.body).events) {
      billed.set(data.run_id, (billed.get(data.run_id) ?? 0) + 1);
    }
  }
  for (const [runId, status] of outcomes) {
    const times = billed.get(runId) ?? 0;
    if (times !== (status === 'COMPLETED' ? 1 : 0)) {
      world.judge.violate('billed', `${runId} is ${status} and billed ${times} times`);
    }
  }
}

async function judgeUsage(world: World): Promise<void> {
  const { bigquery, judge } = world;
  for (const tenantId of bigquery.tenantIds()) {
    const answer = await ask(world, `/api/v1/tenants/${tenantId}/usage`, { from: '2026-01-01T00:00:00Z' });
    if (answer.kind === 'unanswered' || answer.status !== 200) {
      judge.violate('billed', `The usage of ${tenantId} cannot be read`);
      continue;
    }
    const { total } = usageSchema.parse(answer.body);
    const counted = bigquery.tablesOf(tenantId).tenant?.pipeline_runs_count;
    if (total.runs !== counted)
      judge.violate('billed', `${tenantId}: ${counted} runs, usage says ${total.runs}`);
  }
}

/** That the histories of all schedules tell what was. That of a deleted one is no more shown. */
async function judgeHistories(world: World): Promise<void> {
  for (const [scheduleId, tenantId] of world.judge.schedules.tenantOf) {
    if (!world.bigquery.schedules().some(({ schedule_id }) => schedule_id === scheduleId)) continue;
    const path = `/api/v1/tenants/${tenantId}/schedules/${scheduleId}/history`;
    const answer = await ask(world, path, { limit: '1000' });
    if (answer.kind === 'unanswered' || answer.status !== 200)
      world.judge.violate('history', `The history of ${scheduleId} cannot be read`);
    else world.judge.schedules.atEnd(scheduleId, historySchema.parse(answer.body).times);
  }
}

/** That operations are shown as they are. */
async function judgeOperations(world: World): Promise<void> {
  for (const operationId of world.judge.operations.ids()) {
    const answer = await ask(world, `/api/v1/operations/${operationId}`, {});
    if (answer.kind === 'unanswered' || answer.status !== 200)
      world.judge.violate('ended', `${operationId} cannot be shown`);
    else world.judge.operations.atEnd(shownOperationSchema.parse(answer.body));
  }
}

const ask = (world: World, path: string, query: Readonly<Record<string, string>>): Promise<Answer> =>
  world.fleets.tenants.ask({ method: 'GET', path, query });
