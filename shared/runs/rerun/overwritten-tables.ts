import type { PipelineDefinition } from '../../definitions/schemas/pipeline-schema';
import type { DescribeRows } from '../../google/bigquery/tables/read-rows-page';
import type { RecordedRun } from '../../sql/runs/read-run';
import { findMadeResults, type MadeTable } from '../results/made-results';

/** Which of a run's tables are not any more what it has made of them. */
export type FindOverwritten = (
  tenantId: string,
  run: Pick<RecordedRun, 'run_id' | 'attempts' | 'parameters' | 'instructions' | 'admitted_at'>,
  pipeline: PipelineDefinition,
) => Promise<readonly string[]>;

/**
 * Looks at the tables that the completed steps of a run have written whole: what was written to one since then is
 * another run's, and a step that goes on from there would take that for the run's own. What runs share by appending,
 * merging or by partition is not asked. Of steps that an earlier run has done, what was there at this one's admission
 * counts. A request for each table, free of charge. Throws BigQuery's error.
 */
export const createFindOverwritten =
  (describeRows: DescribeRows): FindOverwritten =>
  async (tenantId, run, pipeline) => {
    const isWhole = (made: { readonly kind: string }): made is MadeTable => made.kind === 'table';
    const made = findMadeResults(tenantId, run, pipeline)
      .filter(isWhole)
      .filter(
        ({ writeDisposition, partitionId }) =>
          writeDisposition === 'WRITE_TRUNCATE' && partitionId === undefined,
      );
    const looked = await Promise.all(
      made.map(async ({ table, stepId, madeAt = run.admitted_at }) => {
        const now = await describeRows(tenantId, table);
        if (now === undefined) return [`the table '${table}' of step '${stepId}' is gone`];
        return now.lastModifiedAt > madeAt
          ? [`the table '${table}' of step '${stepId}' was written to since then`]
          : [];
      }),
    );
    return looked.flat();
  };
