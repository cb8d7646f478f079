import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { z } from 'zod';
import { startBigQuery } from '../../../local/bigquery/server';
import { seededRandom } from '../../../local/sample/random';
import { loadPipelines } from '../../../shared/definitions/pipelines';
import { composeQualityQuery } from '../../../shared/pipelines/quality-query';

/**
 * A bench: the FOCUS pipeline's load, query and checks over many made-up rows, against sums made with BigInt.
 * `node --require tsx/cjs test/local/bigquery/large-focus.ts [rows]`
 */
const schemas = join(__dirname, '../../../schemas');
const scale = 12;

interface Expected {
  rows: number;
  readonly costs: [bigint, bigint, bigint];
}

interface Column {
  readonly name: string;
}

const columnsSchema = z.array(z.object({ name: z.string(), type: z.string() }));

function decimal(value: bigint): string {
  const digits = (value < 0n ? -value : value).toString().padStart(scale + 1, '0');
  const text = `${digits.slice(0, -scale)}.${digits.slice(-scale)}`.replace(/\.?0+$/, '');
  return value < 0n && text !== '0' ? `-${text}` : text;
}

/** The file's text and, by key, what daily_costs must say. */
function makeFile(rowCount: number, columns: readonly Column[]) {
  const random = seededRandom(20_260_901);
  const whole = (below: number) => Math.floor(random() * below);
  const expected = new Map<string, Expected>();
  const lines = [columns.map(({ name }) => name).join()];
  for (let id = 0; id < rowCount; id += 1) {
    const day = `2024-09-${String(1 + whole(30)).padStart(2, '0')}`;
    const hour = String(whole(24)).padStart(2, '0');
    const provider = ['AWS', 'Microsoft', 'Google Cloud', 'Oracle'][whole(4)] ?? '';
    const service = `Service, "${whole(60)}"`;
    const account = whole(20) === 0 ? null : `account-${whole(40)}`;
    const costs: [bigint, bigint, bigint] = [0n, 0n, 0n];
    for (const at of [0, 1, 2] as const) costs[at] = BigInt(whole(2 ** 31)) * BigInt(whole(50_000) - 5_000);
    const values: Readonly<Record<string, string | null>> = {
      BilledCost: decimal(costs[0]),
      EffectiveCost: decimal(costs[1]),
      ListCost: decimal(costs[2]),
      ChargePeriodStart: `${day} ${hour}:00:00 UTC`,
      ChargePeriodEnd: `${day} ${hour}:59:59 UTC`,
      BillingPeriodStart: '2024-09-01 00:00:00 UTC',
      BillingPeriodEnd: '2024-10-01 00:00:00 UTC',
      ProviderName: provider,
      ServiceName: service,
      SubAccountId: account,
      Id: String(id),
      ResourceId: `arn:aws:ec2:eu-west-1:1234567890:instance/i-${id}`,
      Tags: '{"team": "data", "env": "production"}',
      ChargeDescription: 'made up usage',
      ConsumedQuantity: '1.5',
    };
    lines.push(columns.map(({ name }) => csvValue(values[name] ?? null)).join());
    const key = JSON.stringify([day, provider, service, account]);
    const sum = expected.get(key) ?? { rows: 0, costs: [0n, 0n, 0n] };
    sum.rows += 1;
    for (const at of [0, 1, 2] as const) sum.costs[at] += costs[at];
    expected.set(key, sum);
  }
  return { text: `${lines.join('\n')}\n`, expected };
}

function csvValue(value: string | null): string {
  if (value === null) return 'NULL';
  return /[",]/.test(value) ? `"${value.replace(/"/g, '""')}"` : value;
}

const jobSchema = z.object({
  status: z.object({ state: z.string(), errorResult: z.object({ message: z.string() }).optional() }),
});
const resultSchema = z.object({
  jobComplete: z.boolean().optional(),
  totalRows: z.string().optional(),
  pageToken: z.string().optional(),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.string().nullable() })) })).optional(),
});

async function send<T>(shape: z.ZodType<T>, url: string, body?: unknown): Promise<T> {
  const answer = await fetch(url, body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${answer.status}: ${text.slice(0, 500)}`);
  return shape.parse(JSON.parse(text));
}

async function runJob(base: string, jobId: string, configuration: object): Promise<void> {
  await send(z.unknown(), `${base}/jobs`, { jobReference: { jobId }, configuration });
  for (;;) {
    const { status } = await send(jobSchema, `${base}/jobs/${jobId}`);
    if (status.errorResult) throw new Error(status.errorResult.message);
    if (status.state === 'DONE') return;
  }
}

async function allRows(base: string, table: string): Promise<(string | null)[][]> {
  const rows: (string | null)[][] = [];
  for (let page = ''; ; ) {
    const url = `${base}/datasets/ds/tables/${table}/data?pageToken=${encodeURIComponent(page)}`;
    const found = await send(resultSchema, url);
    rows.push(...(found.rows ?? []).map(({ f }) => f.map(({ v }) => v)));
    if (found.pageToken === undefined) return rows;
    page = found.pageToken;
  }
}

function peakMegabytes(pid: string): number {
  const found = /VmHWM:\s+(\d+) kB/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Math.round(Number(found?.[1] ?? 0) / 1024);
}

/** The engine: of this process's children, the largest. */
function enginePeak(): number {
  const children = readdirSync('/proc/self/task').flatMap((task) =>
    readFileSync(`/proc/self/task/${task}/children`, 'utf8').trim().split(/\s+/),
  );
  return Math.max(0, ...children.filter((pid) => pid !== '').map(peakMegabytes));
}

async function main(rowCount: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'large-focus-'));
  const schemaFile = join(schemas, 'pipelines/focus/billing/focus_costs.schema.json');
  const fields = columnsSchema.parse(JSON.parse(readFileSync(schemaFile, 'utf8')));
  const { text, expected } = makeFile(rowCount, fields);
  mkdirSync(join(folder, 'gcs/bucket'), { recursive: true });
  writeFileSync(join(folder, 'gcs/bucket/focus.csv'), text);
  const server = await startBigQuery({
    port: 0,
    dataDirectory: join(folder, 'data'),
    gcsDirectory: join(folder, 'gcs'),
  });
  const base = `${server.url}/projects/local`;
  const timed = async <T>(what: string, work: () => Promise<T>): Promise<T> => {
    const start = performance.now();
    const result = await work();
    console.log(`${what.padEnd(12)} ${((performance.now() - start) / 1000).toFixed(2)} s`);
    return result;
  };
  try {
    console.log(`${rowCount} rows, ${(text.length / 1e6).toFixed(1)} MB of CSV, ${expected.size} groups`);
    const defaultDataset = { projectId: 'local', datasetId: 'ds' };
    await send(z.unknown(), `${base}/datasets`, { datasetReference: defaultDataset });
    await timed('load', () =>
      runJob(base, 'load', {
        load: {
          sourceUris: ['gs://bucket/focus.csv'],
          sourceFormat: 'CSV',
          skipLeadingRows: 1,
          nullMarker: 'NULL',
          schema: { fields },
          destinationTable: { ...defaultDataset, tableId: 'focus_costs' },
        },
      }),
    );
    const query = readFileSync(join(schemas, 'pipelines/focus/billing/daily_costs.sql'), 'utf8');
    await timed('daily_costs', () =>
      runJob(base, 'daily', {
        query: {
          query,
          useLegacySql: false,
          defaultDataset,
          destinationTable: { ...defaultDataset, tableId: 'daily_costs' },
          writeDisposition: 'WRITE_TRUNCATE',
        },
      }),
    );
    const made = await allRows(base, 'daily_costs');
    const differing = made.filter(([date, provider, service, account, billed, effective, list, rows]) => {
      const want = expected.get(JSON.stringify([date, provider, service, account]));
      const costs = want?.costs.map(decimal);
      return (
        String(want?.rows) !== rows || JSON.stringify(costs) !== JSON.stringify([billed, effective, list])
      );
    });
    console.log(
      `${made.length} rows made, ${expected.size} expected, ${differing.length} differ`,
      differing[0] ?? '',
    );

    const checks = loadPipelines(schemas)
      .get('focus/billing/daily_costs')
      ?.steps.find((step) => step.type === 'quality');
    if (checks === undefined || checks.type !== 'quality') throw new Error('the pipeline has no checks');
    const { sql } = composeQualityQuery(checks);
    const measured = await timed('checks', () =>
      send(resultSchema, `${base}/queries`, {
        query: sql,
        useLegacySql: false,
        defaultDataset,
        timeoutMs: 100_000,
      }),
    );
    console.log('checks say   ', measured.rows?.[0]?.f.map(({ v }) => v).join(' '));
    const total = await timed('totals', () =>
      send(resultSchema, `${base}/queries`, {
        query:
          'SELECT COUNT(*), SUM(BilledCost), SUM(EffectiveCost), MIN(Id), MAX(Id), COUNTIF(SubAccountId IS NULL), MAX(ResourceId) FROM focus_costs',
        useLegacySql: false,
        defaultDataset,
        timeoutMs: 100_000,
      }),
    );
    console.log('totals say   ', total.rows?.[0]?.f.map(({ v }) => v).join(' '));
    const sum = (at: 0 | 1) =>
      decimal([...expected.values()].reduce((all, { costs }) => all + costs[at], 0n));
    console.log('expected     ', rowCount, sum(0), sum(1), 0, rowCount - 1);
    console.log(`peak memory   this process ${peakMegabytes('self')} MB, the SQL engine ${enginePeak()} MB`);
  } finally {
    await server.close();
    rmSync(folder, { recursive: true });
  }
}

main(Number(process.argv[2] ?? 100_000)).catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
