import { z } from 'zod';
import { cursorSchema } from '../../../../shared/http/parse';
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
const at = new Date('2026-11-01T12:00:30Z');
const files = Array.from({ length: 150 }, (_, index) => ({
  uri: `gs://bucket/acme/run-1-${String(index).padStart(12, '0')}.csv`,
  bytes: 10,
  updatedAt: at,
}));
const placeSchema = cursorSchema(
  z.tuple([z.int(), z.int()]).transform(([start, lastModifiedMs]) => ({ start, lastModifiedMs })),
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
    expect(last).toMatchObject({ next_cursor: null, changed_since: false });
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

  it('is refused where the table was written to since the page before', async () => {
    const { next_cursor: cursor } = await show({ n: 1, limit: 1 });
    const describeRows = async () => ({ rows: 5, bytes: 1, lastModifiedAt: new Date(), fields: [] });
    await expect(show({ n: 1, limit: 1, cursor }, { describeRows })).rejects.toMatchObject({
      code: 'result_changed',
    });
  });
});
