// In short: ./usage.test.ts
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { createAppendRows } from '../../../shared/google/bigquery/tables/append-rows';
import {
  adminKey,
  apiOf,
  asAdmin,
  onboard,
  query,
  startTestCloud,
  type TestCloud,
} from '../../support/local-cloud';

const count = 10_000;
const pipelines = ['gcp/example/dryrun', 'focus/billing/daily_costs', 'shop/sales/daily_sales'];
const statuses = ['COMPLETED', 'COMPLETED', 'COMPLETED', 'FAILED', 'CANCELLED'];
const month = { from: Date.UTC(2026, 2, 1), to: Date.UTC(2026, 3, 1) };

/** Runs of March and some days around it, no two alike; one in a hundred is in the ledger twice. */
function ledgerRows(tenantId: string, length: number) {
  return Array.from({ length }, (_, index) => {
    const number = (index * 7_919) % count;
    const admitted = month.from - 86_400_000 + Math.floor((number * 33 * 86_400_000) / count);
    const ended = admitted + 1_000 + (number % 600) * 100;
    const json = {
      run_id: `run-${number}`,
      tenant_id: tenantId,
      pipeline: pipelines[number % pipelines.length] ?? '',
      status: statuses[number % statuses.length] ?? '',
      admitted_at: new Date(admitted).toISOString(),
      ended_at: new Date(ended).toISOString(),
      duration_ms: ended - admitted - 500,
      rows_written: number % 97,
      bytes_processed: number * 1_001,
      bytes_billed: 10_485_760 + number,
      recorded_at: new Date(ended).toISOString(),
    };
    return [
      { insertId: `${number}`, json },
      ...(number % 100 === 0 ? [{ insertId: `${number} again`, json }] : []),
    ];
  }).flat();
}

/** What docs/operating.md fills `all_runs` by, for this tenant and all of the time. */
function fillStatement(tenantId: string): string {
  const text = readFileSync(join(__dirname, '../../../docs/operating.md'), 'utf8');
  const sql = /```sql\n(INSERT INTO tenant_pipelines\.all_runs[\s\S]*?)```/.exec(text)?.[1] ?? '';
  return sql.replaceAll('TENANT', tenantId).replace("'2026-11-01'", "'2026-01-01'");
}

describe(`${count} runs`, () => {
  let cloud: TestCloud;
  beforeAll(async () => {
    cloud = await startTestCloud({ ADMIN_API_KEY: adminKey });
    await onboard(cloud.url, 'many');
    await onboard(cloud.url, 'few');
    const append = createAppendRows(cloud.bigquery);
    const rows = ledgerRows('many', count);
    for (let start = 0; start < rows.length; start += 500)
      await append('many', 'pipeline_runs', rows.slice(start, start + 500));
    await append('few', 'pipeline_runs', ledgerRows('few', 300));
    // Some are there already, twice at that: a run that has been written again.
    const known = ledgerRows('many', 100).map(({ insertId, json }) => ({ insertId, json: json }));
    await append('tenant_pipelines', 'all_runs', known);
    for (const tenantId of ['many', 'few'])
      await query(cloud.bigquery, 'tenant_pipelines', fillStatement(tenantId));
  });
  afterAll(() => cloud?.close());

  const get = (path: string) => fetch(`${cloud.url}/api/v1/${path}`, { headers: asAdmin });
  /** By other SQL than the product's, over the raw ledger. */
  const sums = async (condition: string, tenantId = 'many') => {
    const [row] = await query(
      cloud.bigquery,
      tenantId,
      `SELECT COUNT(*) AS runs, SUM(duration_ms) AS duration_ms, SUM(rows_written) AS rows_written,
        SUM(bytes_processed) AS bytes_processed, SUM(bytes_billed) AS bytes_billed
      FROM (SELECT DISTINCT run_id, status, pipeline, admitted_at, duration_ms, rows_written, bytes_processed, bytes_billed FROM pipeline_runs)
      WHERE admitted_at >= '2026-03-01' AND admitted_at < '2026-04-01' AND ${condition}`,
    );
    return row ?? {};
  };
  const added = (lines: readonly Record<string, unknown>[], names: readonly string[]) =>
    Object.fromEntries(names.map((name) => [name, lines.reduce((sum, line) => sum + Number(line[name]), 0)]));
  const figures = ['runs', 'duration_ms', 'rows_written', 'bytes_processed', 'bytes_billed'];

  it.each([
    'month&group_by=pipeline',
    'day&group_by=pipeline',
    'day&group_by=status',
    'month&group_by=status',
  ])('usage by %s equals sums over the raw ledger', async (parts) => {
    const answer = await get(`tenants/many/usage?from=2026-03-01&to=2026-04-01&granularity=${parts}`);
    const { total, usage } = Object(await answer.json());
    const expected = await sums('TRUE');
    expect(total).toMatchObject(expected);
    expect(added(usage, figures)).toEqual(expected);
  });

  it.each(['month&group_by=pipeline', 'day&group_by=status'])(
    'all tenants’ usage by %s does, too: from all_runs, filled from the ledgers as the documents say',
    async (parts) => {
      const answer = await get(`usage?from=2026-03-01&to=2026-04-01&granularity=${parts}`);
      const { tenants, next_cursor } = Object(await answer.json());
      expect(next_cursor).toBeNull();
      const found: unknown[] = tenants.map(({ tenant_id }: { readonly tenant_id: string }) => tenant_id);
      expect(found).toEqual(['few', 'many']);
      for (const { tenant_id, total, usage } of tenants) {
        const expected = await sums('TRUE', tenant_id);
        expect(total).toMatchObject(expected);
        expect(added(usage, figures)).toEqual(expected);
      }
    },
  );

  it('the list of all tenants’ runs has each of them once', async () => {
    const ids: string[] = [];
    let next: string | undefined = 'runs?from=2026-03-01&to=2026-04-01&status=FAILED&limit=200';
    while (next !== undefined) {
      const page: Response = await get(next);
      const { runs } = Object(await page.json());
      ids.push(...runs.map((run: Record<string, string>) => `${run.tenant_id} ${run.run_id}`));
      next = /^<\/api\/v1\/([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
    }
    const expected = await Promise.all(['few', 'many'].map((id) => sums("status = 'FAILED'", id)));
    expect(new Set(ids).size).toBe(ids.length);
    expect(ids.length).toBe(expected.reduce((sum, { runs }) => sum + Number(runs), 0));
  });

  /** All pages of an export, as texts. */
  async function pagesOf(format: string): Promise<readonly string[]> {
    const pages: string[] = [];
    let next: string | undefined = `billing/export?month=2026-03&format=${format}&limit=5000`;
    while (next !== undefined) {
      const page: Response = await get(next);
      expect(page.status).toBe(200);
      pages.push(await page.text());
      next = /^<\/api\/v1\/([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
    }
    return pages;
  }

  it.each(['csv', 'jsonl', 'focus', 'stripe', 'openmeter', 'cloudevents'])(
    'the export as %s does, and as CSV it is the same to the last byte when repeated',
    async (format) => {
      const pages = await pagesOf(format);
      if (format === 'csv') expect(await pagesOf(format)).toEqual(pages);
      const expected = added(
        await Promise.all(['many', 'few'].map((id) => sums("status = 'COMPLETED'", id))),
        figures,
      );
      const lines: Record<string, unknown>[] = pages.flatMap((page) => {
        if (format === 'csv' || format === 'focus') return parse(page, { columns: true });
        if (format === 'jsonl')
          return page
            .trim()
            .split('\n')
            .map((line) => JSON.parse(line));
        return JSON.parse(page).events;
      });
      if (format === 'focus') {
        expect(added(lines, ['x_Runs', 'ConsumedQuantity'])).toEqual({
          x_Runs: expected.runs,
          ConsumedQuantity: expected.bytes_billed,
        });
        return;
      }
      expect(lines).toHaveLength(Number(expected.runs));
      if (format === 'stripe') return;
      const measured = format === 'csv' || format === 'jsonl' ? lines : lines.map(({ data }) => Object(data));
      const names = figures.filter((name) => name !== 'runs');
      expect({ runs: lines.length, ...added(measured, names) }).toEqual(expected);
    },
  );

  it('the pipeline for FOCUS takes its own export, with the same total', async () => {
    const [focus = ''] = await pagesOf('focus');
    mkdirSync(join(cloud.dataDirectory, 'gcs/billing'), { recursive: true });
    writeFileSync(join(cloud.dataDirectory, 'gcs/billing/march.csv'), focus);
    const apiKey = await onboard(cloud.url, 'finance');
    const api = apiOf(cloud.url, { apiKey });
    const parameters = { source_uri: 'gs://billing/march.csv' };
    const { run_id } = await api.startRun('finance', 'focus/billing/daily_costs', { parameters });
    expect(await api.waitForRun(run_id)).toMatchObject({ status: 'COMPLETED' });
    const lines: Record<string, string>[] = parse(focus, { columns: true });
    const total =
      'SELECT SUM(row_count) AS n, ROUND(CAST(SUM(billed_cost) AS FLOAT64), 6) AS cost FROM daily_costs';
    expect(await query(cloud.bigquery, 'finance', total)).toEqual([
      { n: lines.length, cost: Number(Object.values(added(lines, ['BilledCost']))[0]?.toFixed(6)) },
    ]);
  });
});
