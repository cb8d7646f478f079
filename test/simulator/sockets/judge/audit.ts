import type { Field, Row, TableChange, TableReference, TableSnapshot } from 'local-bigquery/engine';
import { z } from 'zod';
import type { Violation } from './journal';
import { ledgerRunsOf, type TenantState, tenantStateOf } from './tenant-state';

/** Judges a change of a table. Returns the invariants that it breaks. */
export type Audit = (
  reference: Pick<TableReference, 'datasetId' | 'tableId'>,
  change: TableChange,
  state: Pick<TableSnapshot, 'schema' | 'rows'> | undefined,
) => Violation[];

/** What the audit of one commit found. */
export const findingSchema = z.object({
  violations: z.array(
    z.object({ invariant: z.string(), facts: z.string(), runIds: z.array(z.string()).readonly() }),
  ),
});
export type Finding = z.infer<typeof findingSchema>;

interface Books {
  tenant: TenantState | undefined;
  /** When each run in the ledger was admitted, in microseconds since 1970. */
  readonly ledger: Map<string, number>;
}

/**
 * Checks quotas and the conservation law in every state that a tenant's row and ledger were ever in, in the
 * order of their commits: between two of them there is no other state that could break an invariant.
 */
export function createAudit(): Audit {
  const tenants = new Map<string, Books>();
  return ({ datasetId, tableId }, change, state) => {
    const books = tenants.get(datasetId) ?? { tenant: undefined, ledger: new Map<string, number>() };
    tenants.set(datasetId, books);
    if (state === undefined || (tableId !== 'tenants' && tableId !== 'pipeline_runs')) return [];
    const before = books.tenant;
    if (tableId === 'tenants') books.tenant = tenantStateOf(state.schema, state.rows);
    else enter(books.ledger, state.schema, change);
    const after = books.tenant;
    if (after === undefined) return [];
    return [
      ...(tableId === 'tenants' ? judgeQuotas(datasetId, before, after) : []),
      ...judgeLaw(datasetId, after, books.ledger),
    ];
  };
}

function enter(ledger: Map<string, number>, schema: readonly Field[], change: TableChange): void {
  const rows: readonly Row[] = 'rows' in change ? (change.rows ?? []) : [];
  for (const { runId, admittedAt } of ledgerRunsOf(schema, rows)) {
    ledger.set(runId, Math.min(admittedAt, ledger.get(runId) ?? admittedAt));
  }
}

/** A new slot has to be within the quotas of that moment. Quotas may be lowered below what is there already. */
function judgeQuotas(tenantId: string, before: TenantState | undefined, after: TenantState): Violation[] {
  const held = new Set(before?.slots.map(({ runId }) => runId));
  const added = after.slots.map(({ runId }) => runId).filter((runId) => !held.has(runId));
  if (added.length === 0) return [];
  const running = after.slots.filter(({ leaseEndsAt }) => leaseEndsAt > after.updatedAt).length;
  const over = [
    ...(running > after.maxConcurrent ? [`${running} running of ${after.maxConcurrent}`] : []),
    ...(after.runsThisMonth > after.maxPerMonth
      ? [`${after.runsThisMonth} of ${after.maxPerMonth} in the month`]
      : []),
    ...(running === after.running ? [] : [`${running} running, counted as ${after.running}`]),
  ];
  return over.map((what) => ({
    invariant: 'no quota is exceeded',
    facts: `${tenantId}: ${what}`,
    runIds: added,
  }));
}

function judgeLaw(tenantId: string, tenant: TenantState, ledger: ReadonlyMap<string, number>): Violation[] {
  const inTheRow = [...tenant.slots, ...tenant.settled];
  const known = new Map([
    ...inTheRow.map(({ runId, admittedAt }) => [runId, admittedAt] as const),
    ...ledger,
  ]);
  const thisMonth = [...known.values()].filter((admittedAt) => admittedAt >= tenant.monthStart).length;
  const distinct = new Set(inTheRow.map(({ runId }) => runId));
  const broken = [
    ...(tenant.runs === known.size ? [] : [`${tenant.runs} counted, ${known.size} known`]),
    ...(tenant.runsThisMonth === thisMonth
      ? []
      : [`${tenant.runsThisMonth} counted in the month, ${thisMonth} known`]),
    ...(distinct.size === inTheRow.length ? [] : ['a run is in the row twice']),
  ];
  return broken.map((what) => ({ invariant: 'conservation law', facts: `${tenantId}: ${what}`, runIds: [] }));
}
