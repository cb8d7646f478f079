import { AsyncLocalStorage } from 'node:async_hooks';

/**
 * The job on whose behalf a commit is made. It travels with the asynchronous context, so that the SQL engine in between
 * does not need to know of jobs; the store writes its name into the commit.
 */
export interface CommitTag {
  readonly job: string;
  /** Called right before a commit. @throws BigQueryError if the job was cancelled: then nothing is committed */
  readonly mayCommit: () => void;
}

const context = new AsyncLocalStorage<CommitTag>();

/** Runs `work` so that every commit made within it carries the tag. */
export function asJob<T>(tag: CommitTag, work: () => Promise<T>): Promise<T> {
  return context.run(tag, work);
}

export function currentTag(): CommitTag | undefined {
  return context.getStore();
}
