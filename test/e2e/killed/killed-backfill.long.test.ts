// In short: ../../functions/operate/backfill.test.ts
import { rmSync } from 'node:fs';
import type { BigQuery } from '@google-cloud/bigquery';
import { clientOf } from 'local-bigquery/testing';
import { schemasWith } from '../../functions/support/backends';
import { call, onboard, query, withKey } from '../../support/local-cloud';
import { newDirectory, removeDirectory, type ServerProcess, startServer } from '../../support/server-process';

const tenantId = 'backfilled';
const pipeline = 'test/example/daily';
const definition = `
description: For tests.
timeout_seconds: 60
parameters:
  run_date: { type: DATE, description: The day., required: true }
steps:
  - id: count
    type: query
    sql: SELECT @run_date AS day
    destination: { table: days, write_disposition: WRITE_APPEND }
`;
const atOnce = 5;
const days = Number(process.env.BACKFILL_DAYS ?? 365);
/** The share of the dates that is over when the cloud is killed. */
const kills = [1 / 4, 2 / 3];
/** Reconcile publishes a lost run after two minutes, and wakes an operation that rests after ten. In milliseconds. */
const longestMs = 3_000_000;

describe('A backfill while the whole cloud is killed', () => {
  const dataDirectory = newDirectory();
  const schemas = schemasWith({ [pipeline]: definition });
  let server: ServerProcess;
  let bigquery: BigQuery;
  let apiKey: string;
  const start = async () => {
    server = await startServer({ dataDirectory, environment: { SCHEMAS_DIRECTORY: schemas } });
    bigquery = clientOf(server.bigqueryUrl);
  };
  beforeAll(async () => {
    await start();
    apiKey = await onboard(server.url, tenantId, {
      max_pipelines_per_month: null,
      max_concurrent_pipelines: 50,
    });
  });
  afterAll(async () => {
    await server?.end('SIGKILL');
    removeDirectory(dataDirectory);
    rmSync(schemas, { recursive: true });
  });

  const numberOf = async (sql: string): Promise<number> =>
    Number((await query(bigquery, tenantId, sql))[0]?.n);
  /** Looks every second until so many outcomes are there, and that no more than `atOnce` are in flight. */
  const until = async (isEnough: () => Promise<boolean>) => {
    const giveUpAt = performance.now() + longestMs;
    for (let look = 1; !(await isEnough()); look++) {
      if (performance.now() > giveUpAt) throw new Error('It took too long');
      expect(await numberOf('SELECT ARRAY_LENGTH(active_runs) AS n FROM tenants')).toBeLessThanOrEqual(
        atOnce,
      );
      if (look % 15 === 0) await call(server.url, 'POST', '/local/scheduler/reconcile:run');
      await new Promise((resolve) => setTimeout(resolve, 1_000));
    }
  };

  it(
    `${days} days, ${atOnce} at once: each has one outcome`,
    async () => {
      const from = new Date(Date.UTC(2025, 0, 1));
      const to = new Date(from.getTime() + (days - 1) * 86_400_000);
      const dayOf = (date: Date) => date.toISOString().slice(0, 10);
      const asked = await call(server.url, 'POST', `/api/v1/pipelines/${pipeline}/backfills`, {
        headers: { ...withKey(apiKey), 'Idempotency-Key': 'the-year' },
        body: { from: dayOf(from), to: dayOf(to), parameter: 'run_date', limit: atOnce },
      });
      expect(asked.status).toBe(202);
      const path = String(asked.headers.get('Location'));
      for (const share of kills) {
        const enough = Math.floor(days * share);
        await until(async () => (await numberOf('SELECT COUNT(*) AS n FROM pipeline_runs')) >= enough);
        await server.end('SIGKILL');
        await start();
      }
      await until(async () => {
        const { body } = await call(server.url, 'GET', path, { headers: withKey(apiKey) });
        return body.state === 'done';
      });
      const { body } = await call(server.url, 'GET', path, { headers: withKey(apiKey) });
      expect(body).toMatchObject({ total: days, done: days, failed: 0, skipped: 0 });
      await until(async () => (await numberOf('SELECT COUNT(*) AS n FROM pipeline_runs')) >= days);
      const [ledger] = await query(
        bigquery,
        tenantId,
        `SELECT COUNT(DISTINCT run_id) AS runs, COUNT(DISTINCT JSON_VALUE(parameters, '$.run_date')) AS dates,
          COUNTIF(status != 'COMPLETED') AS others, (SELECT pipeline_runs_count FROM tenants) AS counted
        FROM pipeline_runs`,
      );
      expect(ledger).toEqual({ runs: days, dates: days, others: 0, counted: days });
      // And each day's query took effect once.
      const [made] = await query(
        bigquery,
        tenantId,
        'SELECT COUNT(*) AS rows_, COUNT(DISTINCT day) AS days FROM days',
      );
      expect(made).toEqual({ rows_: days, days });
    },
    longestMs,
  );
});
