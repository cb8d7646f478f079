import type { RunStatement } from '../google/bigquery/statements/run-statement';
import { findStepRecord } from '../sql/runs/find-step-record';
import type { NotifyTools } from './execution';

/** Reads a run's step records: one BigQuery request, of 10 MB most often. */
export const createFindRecord =
  (runStatement: RunStatement): NonNullable<NotifyTools['findRecord']> =>
  async ({ datasetId, runId }, stepId) => {
    const { rows } = await runStatement(datasetId, findStepRecord, { run_id: runId, step_id: stepId });
    return rows[0] && { startedAt: rows[0].started_at, endedAt: rows[0].ended_at };
  };
