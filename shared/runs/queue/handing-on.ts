import type { PublishRun } from '../../google/pubsub/publish-run';
import type { Log } from '../../log';

/** A run that left the queue for a slot. */
export interface HandedOnRun {
  readonly run_id: string;
  readonly pipeline: string;
}

/**
 * Wakes the worker for runs that a statement gave a slot, apart from those it was sent for. One that cannot be
 * published, or whose statement's answer was lost for good, starts with the next reconcile.
 */
export interface HandingOn {
  /**
   * From when on a statement of this group is to tell which runs left the queue: from the first one on whose answer is
   * not known.
   */
  readonly since: (group: string, now: Date) => Date;
  /** A statement of this group was answered: publishes these runs. Never rejects. */
  readonly publish: (group: string, tenantId: string, runs: readonly HandedOnRun[]) => Promise<void>;
}

export interface HandingOnDependencies {
  /** Undefined: this function publishes no runs, and leaves them to reconcile. */
  readonly publishRun: PublishRun | undefined;
  readonly log: Log;
}

/** In milliseconds. */
const longestUnansweredMs = 600_000;

export function createHandingOn({ publishRun, log }: HandingOnDependencies): HandingOn {
  const unanswered = new Map<string, Date>();
  return {
    since(group, now) {
      const before = unanswered.get(group);
      // What is older, reconcile has published; and a clock may have been set back.
      const isRecent = before !== undefined && now.getTime() - before.getTime() < longestUnansweredMs;
      const since = isRecent && before < now ? before : now;
      unanswered.set(group, since);
      return since;
    },
    async publish(group, tenantId, runs) {
      unanswered.delete(group);
      if (publishRun === undefined) return;
      const publishing = runs.map(async ({ run_id, pipeline }) => {
        const message = { tenant_id: tenantId, run_id, pipeline };
        try {
          await publishRun(message);
        } catch (error) {
          const fields = { ...message, error };
          log(
            'WARNING',
            'A run that left the queue could not be published; it starts with the next reconcile',
            fields,
          );
        }
      });
      await Promise.all(publishing);
    },
  };
}
