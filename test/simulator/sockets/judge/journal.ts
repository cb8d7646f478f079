import type { LogFields, Severity } from '../../../../shared/log';

/** What was observed about each run, and what has gone wrong. */
export interface Journal {
  /** Adds to the history of a run. */
  readonly note: (runId: string, what: string) => void;
  readonly historyOf: (runId: string) => readonly string[];
  /** The run's ledger row was written, as far as its writer knows. */
  readonly ended: (runId: string, what: string) => void;
  readonly endedRuns: ReadonlySet<string>;
  /** An instance died. */
  readonly died: (instance: string, where: string) => void;
  /** An invariant does not hold. The first violation is told with the histories of its runs. */
  readonly violate: (invariant: string, facts: string, runIds?: readonly string[]) => void;
  readonly violations: readonly Violation[];
  /** For the functions: lines about a run go into its history; errors are counted by their message. */
  readonly log: (severity: Severity, message: string, fields?: LogFields) => void;
  readonly errors: ReadonlyMap<string, number>;
}

export interface Violation {
  readonly invariant: string;
  readonly facts: string;
  readonly runIds: readonly string[];
}

export function createJournal(now: () => Date): Journal {
  const histories = new Map<string, string[]>();
  const violations: Violation[] = [];
  const endedRuns = new Set<string>();
  const errors = new Map<string, number>();
  const note = (runId: string, what: string) => {
    const history = histories.get(runId) ?? [];
    history.push(`${now().toISOString()} ${what}`);
    histories.set(runId, history);
  };
  return {
    note,
    historyOf: (runId) => histories.get(runId) ?? [],
    ended(runId, what) {
      endedRuns.add(runId);
      note(runId, what);
    },
    endedRuns,
    died(instance, where) {
      for (const [runId, history] of histories)
        if (where.includes(runId)) history.push(`${now().toISOString()} ${instance} died ${where}`);
    },
    violate: (invariant, facts, runIds = []) => violations.push({ invariant, facts, runIds }),
    violations,
    errors,
    log(severity, message, fields = {}) {
      const cause = fields.error instanceof Error ? `: ${fields.error.message}` : '';
      const code = typeof fields.error_code === 'string' ? ` (${fields.error_code})` : '';
      if (fields.run_id !== undefined) note(fields.run_id, `${severity} ${message}${code}${cause}`);
      if (severity !== 'ERROR') return;
      const told = `${message}${cause}`;
      errors.set(told, (errors.get(told) ?? 0) + 1);
    },
  };
}
