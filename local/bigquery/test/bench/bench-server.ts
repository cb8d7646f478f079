import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { startBigQuery } from '../../start-bigquery';
import { newFolder } from '../support/local-bigquery';

/** A local BigQuery to be measured, with a dataset `ds`. */
export interface BenchServer {
  /** Makes a table with so many rows. */
  readonly fill: (tableId: string, rows: number) => Promise<void>;
  /** How long a statement takes, in milliseconds, and what came of it: rows, changed rows or an error. */
  readonly time: (
    sql: string,
    more?: object,
  ) => Promise<{ readonly ms: number; readonly ok: boolean; readonly outcome: string }>;
  readonly close: () => Promise<void>;
}

export async function startBenchServer(): Promise<BenchServer> {
  const folder = newFolder();
  const server = await startBigQuery({
    port: 0,
    gcsDirectory: join(folder, 'gcs'),
    dataDirectory: join(folder, 'data'),
  });
  const call = async (path: string, body: object) => {
    const url = `${server.url}/bigquery/v2/projects/local${path}`;
    const answer = await fetch(url, { method: 'POST', body: JSON.stringify(body) });
    return { ok: answer.ok, body: answer.ok ? await answer.arrayBuffer() : await answer.json() };
  };
  await call('/datasets', { datasetReference: { datasetId: 'ds' } });
  return {
    fill: (tableId, rows) => fill(call, tableId, rows),
    async time(sql, more = {}) {
      const begin = performance.now();
      const answer = await call('/queries', {
        query: sql,
        useLegacySql: false,
        defaultDataset: { datasetId: 'ds' },
        timeoutMs: 60_000,
        jobTimeoutMs: '60000',
        ...more,
      });
      const ms = performance.now() - begin;
      const outcome = answer.ok ? told(answer.body) : failureSchema.parse(answer.body).error.message;
      return { ms, ok: answer.ok, outcome };
    },
    async close() {
      await server.close();
      rmSync(folder, { recursive: true });
    },
  };
}

type Call = (path: string, body: object) => Promise<{ readonly ok: boolean; readonly body: unknown }>;

async function fill(call: Call, tableId: string, rows: number): Promise<void> {
  const fields = ['id INTEGER', 'name STRING', 'amount NUMERIC', 'day DATE', 'ts TIMESTAMP'].map((text) => {
    const [name, type] = text.split(' ');
    return { name, type };
  });
  await call('/datasets/ds/tables', { tableReference: { datasetId: 'ds', tableId }, schema: { fields } });
  for (let start = 0; start < rows; start += 5_000) {
    const batch = Array.from({ length: Math.min(5_000, rows - start) }, (_, index) => ({
      json: rowAt(start + index),
    }));
    await call(`/datasets/ds/tables/${tableId}/insertAll`, { rows: batch });
  }
}

const rowAt = (id: number) => ({
  id,
  name: `name number ${id}`,
  amount: String((id * 7919) % 1000),
  day: `2024-09-${String(1 + (id % 30)).padStart(2, '0')}`,
  ts: 1_725_000_000 + ((id * 31) % 100_000),
});

const failureSchema = z.object({ error: z.object({ message: z.string() }) });
const answerSchema = z.object({
  totalRows: z.string().optional(),
  numDmlAffectedRows: z.string().optional(),
});

function told(body: unknown): string {
  const text = body instanceof ArrayBuffer ? Buffer.from(body).toString('utf8') : '';
  const { totalRows, numDmlAffectedRows } = answerSchema.parse(JSON.parse(text));
  return numDmlAffectedRows === undefined ? `${totalRows}` : `${numDmlAffectedRows} changed`;
}
