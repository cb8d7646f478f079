import { z } from 'zod';
import type { FoundFiles } from '../../../../shared/google/storage/find-files';
import { cursorSchema } from '../../../../shared/http/parse';
import { listResults } from '../../../../shared/runs/results/list-results';
import { type ShowResultDependencies, showResult } from '../../../../shared/runs/results/show-result';
import { runOfYaml } from '../../pipelines/support/run-of-yaml';
import { attemptOf } from './recorded-attempt';

const { definition } = runOfYaml(
  'run-1',
  `
timeout_seconds: 60
steps:
  - { id: rows, type: query, sql: SELECT 1 AS text, destination: { table: t, write_disposition: WRITE_TRUNCATE } }
  - { id: out, type: export, table: t, format: CSV, destination_uri: 'gs://bucket/{tenant_id}/{run_id}-*.csv' }
`,
);
const run = {
  run_id: 'run-1',
  attempts: [attemptOf('rows', 1), attemptOf('out', 2)],
  parameters: null,
  instructions: null,
};
const ofList = { ...run, pipeline: 'test/example/makes', status: 'COMPLETED' as const };
const at = new Date('2026-11-01T12:00:30Z');
const files = Array.from({ length: 150 }, (_, index) => ({
  uri: `gs://bucket/acme/run-1-${String(index).padStart(12, '0')}.csv`,
  bytes: 10,
  updatedAt: at,
}));
const placeSchema = cursorSchema(
  z
    .tuple([z.int(), z.int(), z.int().optional()])
    .transform(([start, lastModifiedMs, count]) => ({ start, lastModifiedMs, count })),
);

describe('A page of a result', () => {
  const logged: string[] = [];
  const show = (
    page: { readonly n: number; readonly limit: number; readonly cursor?: string | null },
    change: Partial<ShowResultDependencies> = {},
  ) => {
    const cursor = page.cursor == null ? undefined : placeSchema.parse(page.cursor);
    return showResult(
      'acme',
      run,
      definition,
      { ...page, cursor },
      {
        describeRows: async () => ({
          rows: 5,
          bytes: 1,
          lastModifiedAt: at,
          fields: [{ name: 'text', type: 'STRING' }],
        }),
        readRowsPage: async (_dataset, _table, { start, limit }) => ({
          totalRows: 5,
          rows: Array.from({ length: Math.min(limit, 5 - start) }, () => ({
            f: [{ v: 'x'.repeat(3_000_000) }],
          })),
        }),
        findFiles: async () => ({ files, areAll: true }),
        signUrl: async (uri, now) => ({
          url: `https://signed/${uri}`,
          expiresAt: new Date(now.getTime() + 1),
        }),
        now: () => at,
        log: (_severity, message) => void logged.push(message),
        ...change,
      },
    );
  };

  it('ends before it is too large, and the next one goes on there', async () => {
    const lengths: (number | undefined)[] = [];
    let cursor: string | null = null;
    do {
      const page: Awaited<ReturnType<typeof show>> = await show({ n: 1, limit: 100, cursor });
      lengths.push(page.rows?.length);
      cursor = page.next_cursor;
    } while (cursor !== null);
    expect(lengths).toEqual([2, 2, 1]);
  });

  it('of files has a hundred at most, each with a URL', async () => {
    const first = await show({ n: 2, limit: 1_000 });
    expect(first.files).toHaveLength(100);
    expect(first.files?.[0]).toMatchObject({
      url: `https://signed/${files[0]?.uri}`,
      expires_at: '2026-11-01T12:00:30.001Z',
    });
    const last = await show({ n: 2, limit: 1_000, cursor: first.next_cursor });
    expect(last).toMatchObject({ next_cursor: null, changed_since: false, is_complete: true });
    expect(last.files?.map(({ uri }) => uri)).toEqual(files.slice(100).map(({ uri }) => uri));
  });

  it('tells of files without URLs where nobody can sign', async () => {
    const signUrl = async () => {
      throw new Error('No account');
    };
    const { files: shown } = await show({ n: 2, limit: 2 }, { signUrl });
    expect(shown).toMatchObject([{ bytes: 10, url: null, expires_at: null }, { url: null }]);
    expect(logged).toEqual(['URLs of files could not be signed']);
  });

  it.each([
    ['a number that nothing has', 3, {}, 'result_not_found'],
    ['a table that is gone', 1, { describeRows: async () => undefined }, 'result_not_found'],
    ['files that are gone', 2, { findFiles: async () => ({ files: [], areAll: true }) }, 'result_not_found'],
    ['files that cannot be looked at', 2, { findFiles: async () => undefined }, 'unavailable'],
  ])('is refused for %s', async (_what, n, change, code) => {
    await expect(show({ n, limit: 1 }, change)).rejects.toMatchObject({ code });
  });

  it('of more files than are looked at says so', async () => {
    const findFiles = async () => ({ files, areAll: false });
    const page = await show({ n: 2, limit: 100 }, { findFiles });
    // One that is not looked at may have changed.
    expect(page).toMatchObject({ is_complete: false, changed_since: null });
    const describeRows = async () => undefined;
    const stateOf = async (found: FoundFiles) => {
      const deps = { describeRows, findFiles: async () => found };
      const { results } = await listResults('acme', ofList, definition, deps);
      return results[1];
    };
    expect(await stateOf({ files, areAll: false })).toMatchObject({
      ...{ exists: true, files: 150, is_complete: false, changed_since: null },
    });
    expect(await stateOf({ files, areAll: true })).toMatchObject({ is_complete: true, changed_since: false });
    expect(await stateOf({ files: [], areAll: false })).toMatchObject({ exists: null, is_complete: false });
    expect(await stateOf({ files: [], areAll: true })).toMatchObject({ exists: false, is_complete: true });
  });

  it.each([
    ['one was written again', files.map((file, n) => (n === 0 ? { ...file, updatedAt: new Date() } : file))],
    ['one was deleted', files.slice(1)],
    ['one was added', [...files, ...files.slice(0, 1)]],
  ])('of files is refused where %s since the page before', async (_, changed) => {
    const { next_cursor: cursor } = await show({ n: 2, limit: 1 });
    const findFiles = async () => ({ files: changed, areAll: true });
    await expect(show({ n: 2, limit: 1, cursor }, { findFiles })).rejects.toMatchObject({
      code: 'result_changed',
    });
  });

  it('is refused where the table was written to since the page before', async () => {
    const { next_cursor: cursor } = await show({ n: 1, limit: 1 });
    const describeRows = async () => ({ rows: 5, bytes: 1, lastModifiedAt: new Date(), fields: [] });
    await expect(show({ n: 1, limit: 1, cursor }, { describeRows })).rejects.toMatchObject({
      code: 'result_changed',
    });
  });
});
