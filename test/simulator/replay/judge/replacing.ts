import { z } from 'zod';
import type { RecordedOutcome } from '../../../../shared/runs/rules/ledger-row';
import { decideKeyedRuns, decideRuns } from '../../../../shared/sql/runs/decide-runs';
import type { Observer } from '../cloud/observer';
import { countOne, type Register } from './register';

/** Judges which runs are cancelled for newer ones of their pipeline. */
export interface ReplacingJudge extends Pick<Observer, 'read'> {
  /** Whether a run that found no slot, and had none before, was told that it may take this one's place. */
  readonly mayReplace: (tenantId: string, outcome: RecordedOutcome) => boolean;
}

const askedSchema = z.object({
  candidates: z.array(
    z.object({
      run_id: z.string(),
      pipeline: z.string(),
      concurrency_key: z.string().nullable(),
      at_limit: z.string(),
      actor_kind: z.string().nullable(),
    }),
  ),
});
const runs = z.array(z.object({ run_id: z.string() }));
const toldSchema = z.object({
  known: runs,
  finished: runs.default([]),
  queued: z.number(),
  oldest: z.array(
    z.object({ run_id: z.string(), pipeline: z.string(), concurrency_key: z.string().nullable() }),
  ),
});
const deciding: ReadonlySet<string> = new Set([decideRuns.name, decideKeyedRuns.name]);

export function createReplacingJudge({ played }: Pick<Register, 'played'>): ReplacingJudge {
  /** Who was told so first, by tenant and the run whose place it is. */
  const told = new Map<string, string>();
  return {
    read(tenantId, statement, parameters, rows) {
      if (!deciding.has(statement) || rows.length === 0) return;
      const { known, finished, queued, oldest } = toldSchema.parse(rows[0]);
      const isThere = new Set([...known, ...finished].map(({ run_id }) => run_id));
      for (const candidate of askedSchema.parse(parameters).candidates) {
        if (candidate.at_limit !== 'cancel_oldest' || isThere.has(candidate.run_id) || queued > 0) continue;
        const before = oldest.find(
          ({ pipeline, concurrency_key }) =>
            pipeline === candidate.pipeline && concurrency_key === candidate.concurrency_key,
        );
        const run = before && `${tenantId} ${before.run_id}`;
        if (run !== undefined && !told.has(run)) told.set(run, candidate.actor_kind ?? '');
      }
    },
    mayReplace(tenantId, { run_id }) {
      const by = told.get(`${tenantId} ${run_id}`);
      if (by !== undefined) countOne(played, `replaced for a ${by}`);
      return by !== undefined;
    },
  };
}
