import type { RecordedOutcome } from '../rules/ledger-row';

/** A ledger row that was appended, while `all_runs` has the run, too. */
export type AppendedRun = Pick<RecordedOutcome, 'run_id' | 'admitted_at' | 'recorded_at'>;

/** Ids that a statement looks for in the ledger. */
const mostAppended = 1_000;

export type AppendedRuns = ReturnType<typeof createAppendedRuns>;

/** The runs whose rows this instance has appended, by life, until a statement has looked for them. */
export function createAppendedRuns() {
  const byLife = new Map<string, readonly AppendedRun[]>();
  return {
    get: (life: string): readonly AppendedRun[] => byLife.get(life) ?? [],
    add: (life: string, { run_id, admitted_at, recorded_at }: AppendedRun): void => {
      // Of more than a statement looks for, reconcile drops the others.
      const known = (byLife.get(life) ?? []).slice(0, mostAppended - 1);
      byLife.set(life, [...known, { run_id, admitted_at, recorded_at }]);
    },
    forget: (life: string, looked: readonly AppendedRun[]): void => {
      const left = (byLife.get(life) ?? []).filter((run) => !looked.includes(run));
      if (left.length === 0) byLife.delete(life);
      else byLife.set(life, left);
    },
  };
}

/** These, as a statement takes them that drops their entries as far as it sees their rows in the ledger. */
export const droppable = (appended: readonly AppendedRun[]) => {
  const { from, to } = admissionRange(appended);
  const appended_run_ids = appended.map(({ run_id }) => run_id);
  return { appended, appended_run_ids, appended_from: from, appended_to: to };
};

/** The half-open range of time in which these runs were admitted. */
export function admissionRange(runs: readonly Pick<AppendedRun, 'admitted_at'>[]): {
  readonly from: Date;
  readonly to: Date;
} {
  const times = runs.map(({ admitted_at }) => admitted_at.getTime());
  return {
    from: new Date(times.reduce((one, other) => Math.min(one, other))),
    to: new Date(times.reduce((one, other) => Math.max(one, other)) + 1),
  };
}
