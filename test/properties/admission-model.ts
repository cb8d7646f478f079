/** The rules of admission, written as simply as possible. The SQL is checked against them. */
export interface ModelTenant {
  isActive: boolean;
  monthlyQuota: number | null;
  concurrentQuota: number | null;
  runsCount: number;
  runsThisMonth: number;
  /** First day of the month that `runsThisMonth` counts, in milliseconds since 1970. */
  month: number;
  slots: { runId: string; admittedAt: number; leaseEndsAt: number }[];
  /** Finished runs. */
  ledger: { runId: string; admittedAt: number }[];
}

export const monthOf = (at: number): number => {
  const date = new Date(at);
  return Date.UTC(date.getUTCFullYear(), date.getUTCMonth(), 1);
};

export const runningAt = (tenant: ModelTenant, at: number): number =>
  tenant.slots.filter(({ leaseEndsAt }) => leaseEndsAt > at).length;

/** Of the runs asked for, in this order, those that get a slot. */
export function admit(tenant: ModelTenant, runIds: readonly string[], leaseMs: number, at: number): string[] {
  if (!tenant.isActive) return [];
  const used = tenant.month < monthOf(at) ? 0 : tenant.runsThisMonth;
  const room = Math.max(
    0,
    Math.min(
      (tenant.monthlyQuota ?? Number.POSITIVE_INFINITY) - used,
      (tenant.concurrentQuota ?? Number.POSITIVE_INFINITY) - runningAt(tenant, at),
    ),
  );
  const held = new Set(tenant.slots.map(({ runId }) => runId));
  const admitted = runIds.filter((runId) => !held.has(runId)).slice(0, room);
  if (admitted.length === 0) return [];
  tenant.month = Math.max(tenant.month, monthOf(at));
  tenant.runsThisMonth = used + admitted.length;
  tenant.runsCount += admitted.length;
  for (const runId of admitted) tenant.slots.push({ runId, admittedAt: at, leaseEndsAt: at + leaseMs });
  return admitted;
}

/** The run's ledger row comes first, then its slot goes. */
export function finish(tenant: ModelTenant, runId: string): void {
  const slot = tenant.slots.find((candidate) => candidate.runId === runId);
  if (slot === undefined) return;
  tenant.ledger.push({ runId, admittedAt: slot.admittedAt });
  tenant.slots = tenant.slots.filter((candidate) => candidate.runId !== runId);
}

export function resetMonth(tenant: ModelTenant, at: number): void {
  if (tenant.month >= monthOf(at)) return;
  tenant.month = monthOf(at);
  tenant.runsThisMonth = 0;
}
