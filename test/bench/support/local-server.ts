import { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { call } from '../../support/local-cloud';
import { newDirectory, removeDirectory, type ServerProcess, startServer } from '../../support/server-process';

const runAnswerSchema = z.object({ run_id: z.string() });
const onboardedSchema = z.object({ api_key: z.string() });
const pageSchema = z.object({
  totalRows: z.coerce.number(),
  rows: z.array(z.object({ f: z.array(z.object({ v: z.unknown() })) })).default([]),
});
const ledgerSchema = z.array(
  z.object({ run_id: z.string(), status: z.string(), recorded_at: z.object({ value: z.string() }) }),
);

export const runIdOf = (answer: string): string => runAnswerSchema.parse(JSON.parse(answer)).run_id;

/** `npm start`'s own command, keeping its data on disk, with `work` done on it; ended and removed afterwards. */
export async function withServer<T>(
  work: (server: ServerProcess) => Promise<T>,
  environment: Readonly<Record<string, string>> = {},
): Promise<T> {
  const dataDirectory = newDirectory();
  // As `npm start` is: what spares the tests time keeps all that it has compiled in memory.
  const asItIs = { NODE_OPTIONS: '', ...environment };
  const server = await startServer({ dataDirectory, warmsUp: true, environment: asItIs });
  try {
    return await work(server);
  } finally {
    await server.end('SIGINT');
    removeDirectory(dataDirectory);
  }
}

/** Onboards a tenant without quotas and resolves to its API key. */
export async function onboardUnlimited(url: string, tenantId: string): Promise<string> {
  const { status, body } = await call(url, 'POST', '/api/v1/customers/onboard', {
    body: {
      tenant_id: tenantId,
      company_name: 'Bench Corporation',
      contact_email: 'bench@example.com',
      subscription_tier: 'ENTERPRISE',
    },
  });
  if (status !== 201) throw new Error(`Onboarding ${tenantId}: ${JSON.stringify(body)}`);
  return onboardedSchema.parse(body).api_key;
}

/** Resolves, as soon as it is seen, when the ledger has so many rows. Throws after a minute, unless given longer. */
export const ledgerHas = (
  bigqueryUrl: string,
  tenantId: string,
  rows: number,
  wait: Wait = {},
): Promise<void> =>
  until(
    `${rows} finished runs`,
    async () => {
      return (await countLedger(bigqueryUrl, tenantId)) >= rows;
    },
    wait,
  );

/** How many rows the ledger has. Reading them all would cost the server more than what is measured. */
export const countLedger = async (bigqueryUrl: string, tenantId: string): Promise<number> =>
  (await listRows(bigqueryUrl, tenantId, 'pipeline_runs?maxResults=0')).totalRows;

/** Resolves when the tenant has no run in flight. A slot goes a little later than its ledger row comes. */
export const tenantIsIdle = (bigqueryUrl: string, tenantId: string): Promise<void> =>
  until('no run in flight', async () => {
    const { rows } = await listRows(
      bigqueryUrl,
      tenantId,
      'tenants?selectedFields=current_running_pipelines',
    );
    return rows.every(({ f }) => f.every(({ v }) => v === '0'));
  });

/** One page of tabledata.list, which costs the server next to nothing. */
async function listRows(bigqueryUrl: string, tenantId: string, tableAndQuery: string) {
  const [table, query] = tableAndQuery.split('?');
  const url = `${bigqueryUrl}/projects/local/datasets/${tenantId}/tables/${table}/data?${query}`;
  return pageSchema.parse(await withPatience(async () => (await fetch(url)).json()));
}

/** A connection that breaks under load is no answer: it is asked again, four times. */
async function withPatience<T>(ask: () => Promise<T>): Promise<T> {
  for (let left = 4; ; left--) {
    try {
      return await ask();
    } catch (error) {
      if (left === 0) throw error;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
}

/** In milliseconds. */
interface Wait {
  readonly longestMs?: number;
  /** Between two looks. */
  readonly everyMs?: number;
}

async function until(
  what: string,
  isSo: () => Promise<boolean>,
  { longestMs = 60_000, everyMs = 1 }: Wait = {},
): Promise<void> {
  const giveUpAt = Date.now() + longestMs;
  // A connection that breaks under load is no answer: the next look decides.
  while (!(await isSo().catch(() => false))) {
    if (Date.now() > giveUpAt) throw new Error(`Waited for ${longestMs / 1000} s in vain: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}

/** When each finished run was recorded, in milliseconds since 1970; how many rows there are, and of runs that did not end well. */
export async function readLedger(bigqueryUrl: string, tenantId: string) {
  process.env.METADATA_SERVER_DETECTION = 'none';
  const client = new BigQuery({ projectId: 'local', apiEndpoint: bigqueryUrl });
  const [rows]: readonly unknown[] = await client.dataset(tenantId).table('pipeline_runs').getRows();
  const ledger = ledgerSchema.parse(rows);
  return {
    recordedAt: new Map(ledger.map((row) => [row.run_id, Date.parse(row.recorded_at.value)])),
    rows: ledger.length,
    failed: ledger.filter(({ status }) => status !== 'COMPLETED').length,
  };
}
