import type { PipelineDefinition } from '../../definitions/schemas/pipeline-schema';
import { ServiceError } from '../../errors';
import type { DescribeRows, ReadRowsPage, TableField } from '../../google/bigquery/tables/read-rows-page';
import type { FindFiles } from '../../google/storage/find-files';
import type { SignUrl } from '../../google/storage/sign-url';
import { encodeCursor } from '../../http/parse';
import type { Log } from '../../log';
import { forEachBounded } from '../../support/for-each';
import { hasChanged, haveChanged, lastChangeOf, showMadeResult } from './list-results';
import { findMadeResults, type MadeFiles, type MadeTable, type RunOnRecord } from './made-results';
import { type ResultValue, toResultRow } from './result-rows';

export interface ShowResultDependencies {
  readonly describeRows: DescribeRows;
  readonly readRowsPage: ReadRowsPage;
  readonly findFiles: FindFiles;
  readonly signUrl: SignUrl;
  readonly now: () => Date;
  readonly log: Log;
}

/** A page of a result: from which row or file on, and how the page before saw what it is a page of. */
export interface ResultPlace {
  readonly start: number;
  /** When it was changed last. */
  readonly lastModifiedMs: number;
  /** Of files how many there were: that one was deleted is told by no time. */
  readonly count?: number | undefined;
}

export interface AskedPage {
  readonly n: number;
  readonly limit: number;
  readonly cursor?: ResultPlace | undefined;
}

/** So many bytes of rows go into a page, as JSON: Cloud Run sends 32 MiB at most. At least one row does. */
const mostBytes = 8_000_000;
/** Each takes a request to be signed. */
const mostFiles = 100;
const signedAtOnce = 8;

/**
 * A page of a table's rows, or files with URLs to get them by. Free of charge. Throws `result_not_found`, or
 * `result_changed` where the table or the files were written to since the page before.
 */
export async function showResult(
  tenantId: string,
  run: RunOnRecord,
  definition: PipelineDefinition | undefined,
  page: AskedPage,
  deps: ShowResultDependencies,
) {
  const made = definition === undefined ? [] : findMadeResults(tenantId, run, definition);
  const result = made.find(({ n }) => n === page.n);
  if (result === undefined) {
    throw new ServiceError('result_not_found', `There is no result ${page.n} of run '${run.run_id}'`);
  }
  const shown = { run_id: run.run_id, ...showMadeResult(result) };
  const own =
    result.kind === 'table'
      ? await pageOfTable(tenantId, result, page, deps)
      : await pageOfFiles(result, page, deps);
  return { ...shown, ...own };
}

async function pageOfTable(
  tenantId: string,
  result: MadeTable,
  { limit, cursor }: AskedPage,
  { describeRows, readRowsPage }: ShowResultDependencies,
) {
  const table = await describeRows(tenantId, result.table);
  if (table === undefined) throw notThere(`Table ${result.table} is`);
  const { lastModifiedAt, fields } = table;
  if (cursor !== undefined && cursor.lastModifiedMs !== lastModifiedAt.getTime()) {
    throw changedBetween(`Table ${result.table} was written to`);
  }
  const start = cursor?.start ?? 0;
  const name = result.partitionId === undefined ? result.table : `${result.table}$${result.partitionId}`;
  const read = await readRowsPage(tenantId, name, { start, limit });
  const rows = fitting(read.rows.map((row) => toResultRow(fields, row)));
  const next = start + rows.length;
  const hasNext = rows.length > 0 && next < read.totalRows;
  return {
    changed_since: hasChanged(result, lastModifiedAt),
    last_modified_at: lastModifiedAt.toISOString(),
    columns: fields.map(showField),
    rows,
    total_rows: read.totalRows,
    files: null,
    is_complete: true,
    next_cursor: hasNext ? encodeCursor([next, lastModifiedAt.getTime()]) : null,
  };
}

type ShownRow = Readonly<Record<string, ResultValue>>;

/** The first rows that go into a page. */
function fitting(rows: readonly ShownRow[]): readonly ShownRow[] {
  let bytes = 0;
  const end = rows.findIndex((row, index) => {
    bytes += Buffer.byteLength(JSON.stringify(row));
    return index > 0 && bytes > mostBytes;
  });
  return end < 0 ? rows : rows.slice(0, end);
}

interface ShownField {
  readonly name: string;
  readonly type: string;
  readonly mode: string;
  readonly fields: readonly ShownField[] | null;
}

const showField = ({ name, type, mode, fields }: TableField): ShownField => ({
  name,
  type,
  mode: mode ?? 'NULLABLE',
  fields: fields?.map(showField) ?? null,
});

async function pageOfFiles(
  result: MadeFiles,
  { limit, cursor }: AskedPage,
  { findFiles, signUrl, now, log }: ShowResultDependencies,
) {
  const found = await findFiles(result.uri);
  if (found === undefined) {
    throw new ServiceError('unavailable', 'The files cannot be looked at. Nothing was changed.', {
      retryAfterSeconds: 60,
    });
  }
  const { files, areAll } = found;
  if (files.length === 0) {
    if (areAll) throw notThere(`What was written to ${result.uri} is`);
    const message = `None of what was written to ${result.uri} is among the first files that begin like it, and no more are looked at.`;
    throw new ServiceError('result_not_found', message);
  }
  const last = lastChangeOf(files);
  if (cursor !== undefined && (cursor.lastModifiedMs !== last.getTime() || cursor.count !== files.length)) {
    throw changedBetween(`What is at ${result.uri} was changed`);
  }
  const start = cursor?.start ?? 0;
  const page = files.slice(start, start + Math.min(limit, mostFiles));
  const urls = new Map<string, Awaited<ReturnType<SignUrl>>>();
  await forEachBounded(page, signedAtOnce, async ({ uri }) => {
    urls.set(uri, await signUrl(uri, now()));
  }).catch((error: unknown) => {
    // The files are told all the same: whoever may read the bucket can get them.
    log('WARNING', 'URLs of files could not be signed', { error });
    urls.clear();
  });
  const next = start + page.length;
  return {
    changed_since: haveChanged(result, found),
    last_modified_at: last.toISOString(),
    columns: null,
    rows: null,
    total_rows: null,
    files: page.map(({ uri, bytes, updatedAt }) => ({
      uri,
      bytes,
      updated_at: updatedAt.toISOString(),
      url: urls.get(uri)?.url ?? null,
      expires_at: urls.get(uri)?.expiresAt?.toISOString() ?? null,
    })),
    is_complete: areAll,
    next_cursor: next < files.length ? encodeCursor([next, last.getTime(), files.length]) : null,
  };
}

const changedBetween = (what: string) =>
  new ServiceError('result_changed', `${what} since the page before. Begin again without a cursor.`);

const notThere = (what: string) =>
  new ServiceError('result_not_found', `${what} not there any more: it was deleted after the run.`);
