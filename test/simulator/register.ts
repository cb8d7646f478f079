import type { Answer } from './client';
import type { PipelineName } from './workload';

/** A run as its caller meant it. */
export interface WantedRun {
  readonly runId: string;
  readonly tenantId: string;
  readonly pipeline: PipelineName;
  /** Names the run in the tables that it writes to. */
  readonly token: string;
  readonly isKeyed: boolean;
}

/** What was asked for, and what callers were told. */
export interface Register {
  /** Runs that may come to be: their requests were sent. */
  readonly wanted: ReadonlyMap<string, WantedRun>;
  /** Runs whose callers were told 202. */
  readonly admitted: ReadonlySet<string>;
  /** Runs of which some caller was told 503, or nothing. */
  readonly doubtful: ReadonlySet<string>;
  /** Runs whose only caller was told that nothing was started. */
  readonly denied: ReadonlySet<string>;
  /** How many requests got which answer, by status and code. */
  readonly answers: ReadonlyMap<string, number>;
  readonly requests: () => number;
  readonly want: (run: WantedRun) => void;
  readonly tell: (answer: Answer, run?: WantedRun) => void;
}

export function createRegister(): Register {
  const wanted = new Map<string, WantedRun>();
  const admitted = new Set<string>();
  const doubtful = new Set<string>();
  const denied = new Set<string>();
  const answers = new Map<string, number>();
  let requests = 0;
  return {
    wanted,
    admitted,
    doubtful,
    denied,
    answers,
    requests: () => requests,
    want: (run) => wanted.set(run.runId, run),
    tell(answer, run) {
      requests++;
      const told = answer.kind === 'unanswered' ? 'unanswered' : `${answer.status} ${answer.code}`.trim();
      answers.set(told, (answers.get(told) ?? 0) + 1);
      if (run === undefined) return;
      if (answer.kind === 'answered' && answer.status === 202) admitted.add(run.runId);
      else if (isDenial(answer) && !run.isKeyed) denied.add(run.runId);
      else if (answer.kind === 'unanswered' || answer.status >= 500) doubtful.add(run.runId);
    },
  };
}

const isDenial = (answer: Answer): boolean =>
  answer.kind === 'answered' &&
  answer.status === 503 &&
  String(answer.body.detail).endsWith('Nothing was started.');
