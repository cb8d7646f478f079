import {
  type CommitOutcome,
  createGroupCommit,
  type GroupCommitOptions,
} from '../../../shared/runs/group-commit';

type Outcomes = readonly CommitOutcome<string>[];
type Options = GroupCommitOptions<string, string>;

export class Retryable extends Error {}

export const again: CommitOutcome<string> = { kind: 'again' };
export const done = (item: string): CommitOutcome<string> => ({ kind: 'done', result: `${item} is done` });

export const settings = {
  isRetryable: (error: unknown) => error instanceof Retryable,
  budgetMs: 30_000,
  initialBackoffMs: 0,
  maximumBackoffMs: 0,
  maximumItems: 1_000,
  maximumBytes: 1_000_000,
  bytesOf: (item: string) => item.length,
};

export interface Commit {
  readonly key: string;
  readonly items: readonly string[];
  /** Every item is done, unless outcomes are given. */
  readonly succeed: (outcomes?: Outcomes) => void;
  readonly fail: (error: unknown) => void;
}

/** A group commit whose commits end when and how the test says. */
export function byHand(change: Partial<Options> = {}) {
  const commits: Commit[] = [];
  let changed = () => {};
  const submit = createGroupCommit<string, string>({
    ...settings,
    ...change,
    commit: (key, items) =>
      new Promise((resolve, reject) => {
        const succeed = (outcomes: Outcomes = items.map(done)) => resolve(outcomes);
        commits.push({ key, items: [...items], succeed, fail: reject });
        changed();
      }),
  });
  /** The nth commit, once it has begun. */
  const commit = async (index: number): Promise<Commit> => {
    for (;;) {
      const begun = commits[index];
      if (begun !== undefined) return begun;
      await new Promise<void>((resolve) => {
        changed = resolve;
      });
    }
  };
  return { submit, commit, commits };
}

export const activeTimers = () =>
  process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length;
