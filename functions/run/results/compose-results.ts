import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import type { createBigQuery } from '../../../shared/google/bigquery/bigquery-client';
import {
  createDescribeRows,
  createReadRowsPage,
} from '../../../shared/google/bigquery/tables/read-rows-page';
import { createFindFiles } from '../../../shared/google/storage/find-files';
import { createSignUrl } from '../../../shared/google/storage/sign-url';
import type { Log } from '../../../shared/log';
import { listResults } from '../../../shared/runs/results/list-results';
import { toCsvCells } from '../../../shared/runs/results/result-rows';
import { type AskedPage, showResult } from '../../../shared/runs/results/show-result';
import type { RecordedRun } from '../../../shared/sql/runs/read-run';

/** What the routes of results call. */
export type Results = ReturnType<typeof composeResults>;

export function composeResults(
  bigquery: ReturnType<typeof createBigQuery>,
  tools: { readonly now: () => Date; readonly log: Log },
) {
  const deps = {
    ...tools,
    describeRows: createDescribeRows(bigquery),
    readRowsPage: createReadRowsPage(bigquery),
    findFiles: createFindFiles(bigquery),
    signUrl: createSignUrl(bigquery),
  };
  return {
    list: (tenantId: string, run: RecordedRun, definition: PipelineDefinition | undefined) =>
      listResults(tenantId, run, definition, deps),
    show: (tenantId: string, run: RecordedRun, definition: PipelineDefinition | undefined, page: AskedPage) =>
      showResult(tenantId, run, definition, page, deps),
    toCells: toCsvCells,
  };
}
