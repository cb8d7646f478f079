import { BigQuery } from '@google-cloud/bigquery';
import { loadTables } from '../../shared/definitions/tables';
import { createTenantDatasets } from '../../shared/google/bigquery/tables/tenant-datasets';
import { type BenchServers, withInstance, withServers } from './backend/servers';
import { fillLedger } from './growth/fill-ledger';
import { shown } from './support/figures';
import { generateLoad } from './support/load';
import { describeMachine } from './support/machine';
import { printTable } from './support/table';

/**
 * `npm run bench:export [-- rows tenants]`: exports a month's ledger rows, all pages of it, in two formats, and prints how
 * long that takes and how much memory `tenants` has taken at most, after parts of it. The ledgers are filled directly. A
 * page is one statement for each tenant on it, so rows of one tenant alone cost its whole month for each 5,000 of them.
 * A million rows take `NODE_OPTIONS=--max-old-space-size=12000`: the local store holds them in memory.
 */
const formats = ['csv', 'openmeter'] as const;
const month = '2026-03';
const until = new Date('2026-03-31T12:00:00Z');
const parts = [0.1, 0.5, 1];

async function main(rows: number, tenants: number): Promise<void> {
  console.log(`Before: ${describeMachine()}`);
  await withServers(
    undefined,
    async (servers) => {
      await fill(servers, rows, tenants);
      const measured: string[][] = [];
      for (const format of formats) measured.push(await measure(servers.environment, format, rows));
      printTable(
        `Billing export of ${rows} ledger rows of ${tenants} tenants (local cloud without limits)`,
        [
          'format',
          'seconds',
          'rows a second',
          'MB sent',
          ...parts.map((part) => `peak MB at ${100 * part} %`),
        ],
        measured,
      );
    },
    { isMemoryOnly: true },
  );
  console.log(`\nAfter: ${describeMachine()}`);
}

/** Datasets with what an export reads of them: a tenant row would add nothing. */
async function fill({ bigqueryUrl }: BenchServers, rows: number, tenants: number): Promise<void> {
  const datasets = createTenantDatasets(new BigQuery({ projectId: 'local', apiEndpoint: bigqueryUrl }));
  const tables = loadTables(process.env.SCHEMAS_DIRECTORY ?? '').filter(({ name }) =>
    ['tenants', 'pipeline_runs'].includes(name),
  );
  const share = Math.ceil(rows / tenants);
  await generateLoad({ times: tenants, atOnce: 4 }, async (index) => {
    const tenantId = `bench_${index}`;
    await datasets.ensureDataset(tenantId, 'US');
    for (const table of tables) await datasets.ensureTable(tenantId, table);
    const own = Math.max(0, Math.min(share, rows - index * share));
    await fillLedger(bigqueryUrl, tenantId, { rows: own, rowsPerDay: Math.ceil(own / 30) || 1, until });
  });
}

/** Each format in a process of its own, whose peak is that of this format. */
const measure = (environment: Readonly<Record<string, string>>, format: string, rows: number) =>
  withInstance('tenants', { ...environment, NODE_OPTIONS: '' }, async ({ url, usage }) => {
    const startedAt = performance.now();
    const peaks: number[] = [];
    let [lines, bytes] = [0, 0];
    let next: string | undefined = `/api/v1/billing/export?month=${month}&format=${format}&limit=5000`;
    while (next !== undefined) {
      const page: Response = await fetch(`${url}${next}`);
      const text = await page.text();
      if (page.status !== 200) throw new Error(text.slice(0, 500));
      lines += linesOf(format, text);
      bytes += text.length;
      const part = parts[peaks.length];
      if (part !== undefined && lines >= part * rows) peaks.push((await usage()).peakMemoryMb);
      next = /^<([^>]+)>/.exec(page.headers.get('link') ?? '')?.[1];
    }
    if (lines !== rows) throw new Error(`Expected ${rows} rows, and ${lines} were exported as ${format}`);
    const seconds = (performance.now() - startedAt) / 1000;
    const figures = [seconds, rows / seconds, bytes / 1e6, ...peaks];
    return [format, ...figures.map((figure) => shown(figure, 0))];
  });

/** A run is a line of CSV below its heading, or an event of its own id. */
const linesOf = (format: string, text: string): number =>
  format === 'csv' ? text.split('\r\n').length - 2 : text.split('"specversion"').length - 1;

const [rows = 1_000_000, tenants = 1_000] = process.argv.slice(2).map(Number);
main(rows, tenants).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
