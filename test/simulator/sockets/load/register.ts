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
  /** Runs whose requests were sent, so that they may exist. */
  readonly wanted: ReadonlyMap<string, WantedRun>;
  /** Runs whose callers were told 202. */
  readonly admitted: ReadonlySet<string>;
  /** Runs for which some caller got a 503, or no answer. */
  readonly doubtful: ReadonlySet<string>;
  /** Runs whose only caller was told that nothing was started. */
  readonly denied: ReadonlySet<string>;
  /** How many requests got which answer, by status and code. */
  readonly answers: ReadonlyMap<string, number>;
  /** How many cancellations got which answer, by status and the run's outcome. */
  readonly cancelAnswers: ReadonlyMap<string, number>;
  /** Runs that somebody tried to cancel, each with the outcomes that callers were told for it. */
  readonly toldOutcomes: ReadonlyMap<string, ReadonlySet<string>>;
  readonly requests: () => number;
  readonly want: (run: WantedRun) => void;
  readonly tell: (answer: Answer, run?: WantedRun) => void;
  readonly tellCancel: (runId: string, answer: Answer, outcome: string) => void;
}

export function createRegister(): Register {
  const wanted = new Map<string, WantedRun>();
  const admitted = new Set<string>();
  const doubtful = new Set<string>();
  const denied = new Set<string>();
  const answers = new Map<string, number>();
  const cancelAnswers = new Map<string, number>();
  const toldOutcomes = new Map<string, Set<string>>();
  let requests = 0;
  return {
    wanted,
    admitted,
    doubtful,
    denied,
    answers,
    cancelAnswers,
    toldOutcomes,
    requests: () => requests,
    want: (run) => wanted.set(run.runId, run),
    tell(answer, run) {
      requests++;
      count(answers, answer, answer.kind === 'answered' ? answer.code : '');
      if (run === undefined) return;
      if (answer.kind === 'answered' && answer.status === 202) admitted.add(run.runId);
      else if (isDenial(answer) && !run.isKeyed) denied.add(run.runId);
      else if (answer.kind === 'unanswered' || answer.status >= 500) doubtful.add(run.runId);
    },
    tellCancel(runId, answer, outcome) {
      requests++;
      count(cancelAnswers, answer, outcome);
      const told = toldOutcomes.get(runId) ?? new Set();
      toldOutcomes.set(runId, told);
      if (answer.kind === 'answered' && answer.status < 300) told.add(outcome);
    },
  };
}

function count(counts: Map<string, number>, answer: Answer, word: string): void {
  const told = answer.kind === 'unanswered' ? 'unanswered' : `${answer.status} ${word}`.trim();
  counts.set(told, (counts.get(told) ?? 0) + 1);
}

const isDenial = (answer: Answer): boolean =>
  answer.kind === 'answered' &&
  answer.status === 503 &&
  String(answer.body.detail).endsWith('Nothing was started.');
