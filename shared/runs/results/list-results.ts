import type { PipelineDefinition } from '../../definitions/schemas/pipeline-schema';
import type { DescribeRows } from '../../google/bigquery/tables/read-rows-page';
import type { FindFiles, FoundFiles } from '../../google/storage/find-files';
import type { RecordedRun } from '../../sql/runs/read-run';
import { forEachBounded } from '../../support/for-each';
import { findMadeResults, type MadeResult, type RunOnRecord, unknownSteps } from './made-results';

export interface ListResultsDependencies {
  readonly describeRows: DescribeRows;
  readonly findFiles: FindFiles;
}

/** What a run has made, as it is now. Free of charge: a request for each table and each export. */
export async function listResults(
  tenantId: string,
  run: RunOnRecord & Pick<RecordedRun, 'pipeline' | 'status'>,
  definition: PipelineDefinition | undefined,
  deps: ListResultsDependencies,
) {
  const made = definition === undefined ? [] : findMadeResults(tenantId, run, definition);
  const shown = new Map<number, Awaited<ReturnType<typeof describeResult>>>();
  await forEachBounded(made, callsAtOnce, async (result) => {
    shown.set(result.n, await describeResult(tenantId, result, deps));
  });
  return {
    run_id: run.run_id,
    tenant_id: tenantId,
    pipeline: run.pipeline,
    status: run.status,
    results: made.flatMap(({ n }) => shown.get(n) ?? []),
    unknown_steps: definition === undefined ? [] : unknownSteps(run, definition),
  };
}

const callsAtOnce = 8;

const describeResult = async (tenantId: string, result: MadeResult, deps: ListResultsDependencies) => ({
  ...showMadeResult(result),
  rows_written: result.rowsWritten,
  ...(await stateOf(tenantId, result, deps)),
});

/** What names a result. */
export const showMadeResult = (result: MadeResult) => ({
  n: result.n,
  step_id: result.stepId,
  kind: result.kind,
  name: result.kind === 'table' ? result.table : result.uri,
  partition: result.kind === 'table' ? (result.partitionId ?? null) : null,
  write_disposition: result.kind === 'table' ? result.writeDisposition : null,
  format: result.kind === 'files' ? result.format : null,
  is_final: result.isFinal,
  made_at: result.madeAt?.toISOString() ?? null,
  reused_from: result.reusedFrom ?? null,
  definition_changed: result.isOfOtherDefinition,
});

/** What is there now. Nulls: it is not there, or cannot be looked at. */
async function stateOf(
  tenantId: string,
  result: MadeResult,
  { describeRows, findFiles }: ListResultsDependencies,
) {
  if (result.kind === 'table') {
    const table = await describeRows(tenantId, result.table);
    if (table === undefined) return { ...nothing, exists: false };
    return {
      exists: true,
      rows: table.rows,
      bytes: table.bytes,
      files: null,
      is_complete: true,
      last_modified_at: table.lastModifiedAt.toISOString(),
      changed_since: hasChanged(result, table.lastModifiedAt),
    };
  }
  const found = await findFiles(result.uri);
  if (found === undefined) return { ...nothing, exists: null };
  const { files, areAll } = found;
  // Where only some were looked at, those that are named may be among the others.
  if (files.length === 0) return { ...nothing, exists: areAll ? false : null, is_complete: areAll };
  const last = lastChangeOf(files);
  return {
    exists: true,
    rows: null,
    bytes: files.reduce((sum, { bytes }) => sum + bytes, 0),
    files: files.length,
    is_complete: areAll,
    last_modified_at: last.toISOString(),
    changed_since: haveChanged(result, found),
  };
}

const nothing = {
  rows: null,
  bytes: null,
  files: null,
  is_complete: null,
  last_modified_at: null,
  changed_since: null,
};

/** @param files at least one */
export const lastChangeOf = (files: FoundFiles['files']): Date =>
  new Date(Math.max(...files.map(({ updatedAt }) => updatedAt.getTime())));

/** Null: it is not known, such as where there are more files than were looked at. */
export function haveChanged(result: MadeResult, { files, areAll }: FoundFiles): boolean | null {
  const changed = hasChanged(result, lastChangeOf(files));
  return changed === false && !areAll ? null : changed;
}

/** Both times are Google's: a job's changes are there before it ends. Null: it is not known. */
export const hasChanged = ({ madeAt }: MadeResult, lastModifiedAt: Date): boolean | null =>
  madeAt === undefined ? null : lastModifiedAt > madeAt;
