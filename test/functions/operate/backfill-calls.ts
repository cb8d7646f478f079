import type { RunMessage } from '../../../shared/runs/rules/run-identity';
import { call, query, withKey } from '../../support/local-cloud';
import { schemasWith } from '../support/backends';
import { type Instance, push, startRunInstance, startWorkerInstance } from '../support/instances';
import { type OperateWorld, startOperateWorld } from './operate-world';

export const daily = 'test/example/daily';
const definition = `
description: For tests.
timeout_seconds: 60
parameters:
  run_date: { type: DATE, description: The day., required: true }
  divisor: { type: INT64, description: For one day., default: 0 }
steps:
  - id: count
    type: query
    sql: SELECT @run_date AS day, IF(@run_date = '2026-02-02', DIV(1, @divisor), 1) AS n
    destination: { table: days, write_disposition: WRITE_APPEND }
`;
const tenant = 'first';

export interface BackfillWorld {
  readonly world: OperateWorld;
  readonly schemas: string;
  readonly ask: (body: object, headers?: Record<string, string>) => ReturnType<typeof call>;
  /** Asks for a backfill of the daily pipeline; resolves to the operation's id. */
  readonly start: (body: object, headers?: Record<string, string>) => Promise<string>;
  /** Asks for the tenant's runs that match to be done again; resolves to the operation's id. */
  readonly askRerun: (body: object, headers?: Record<string, string>) => ReturnType<typeof call>;
  readonly startRerun: (body: object, headers?: Record<string, string>) => Promise<string>;
  readonly show: (id: string) => Promise<Record<string, unknown>>;
  readonly change: (id: string, verb: 'pause' | 'resume' | 'abort') => ReturnType<typeof call>;
  /** Delivers the operation's message to an instance that may die at one of its writes. */
  readonly deliver: (id: string, death?: { readonly diesAtWrite: number }) => Promise<number>;
  /** Delivers the messages of all runs that were started. */
  readonly work: () => Promise<void>;
  /** How many runs of the operation have each status. */
  readonly runsOf: (id: string) => Promise<Record<string, number>>;
  readonly setQuota: (month: number | null) => Promise<unknown>;
  readonly revokeKey: () => Promise<void>;
  readonly close: () => Promise<void>;
}

export async function startBackfillWorld(): Promise<BackfillWorld> {
  const schemas = schemasWith({ [daily]: definition });
  const messages: RunMessage[] = [];
  const publishRun = async (message: RunMessage) => void messages.push(message);
  const world = await startOperateWorld({ schemas, publishRun });
  const bigqueryUrl = world.backends.bigquery.url;
  const instances: Instance[] = [];
  const run = await startRunInstance({ bigqueryUrl, schemas, publishRun, operations: world.operationsSetUp });
  const worker = await startWorkerInstance({ bigqueryUrl, schemas });
  instances.push(run, worker);
  let apiKey = world.keys.get(tenant) ?? '';
  const operationsPath = `/api/v1/tenants/${tenant}/operations`;
  const ask = (body: object, headers = {}) =>
    call(run.url, 'POST', `/api/v1/pipelines/${daily}/backfills`, {
      headers: { ...withKey(apiKey), ...headers },
      body: { parameter: 'run_date', ...body },
    });
  const askRerun = (body: object, headers = {}) =>
    world.ask('POST', `/api/v1/tenants/${tenant}/runs/bulk-rerun`, body, { ...withKey(apiKey), ...headers });
  const idOf = ({ status, body, headers }: Awaited<ReturnType<typeof call>>): string => {
    expect({ status, detail: body.detail }).toEqual({ status: 202, detail: undefined });
    expect(headers.get('Location')).toBe(`${operationsPath}/${body.operation_id}`);
    return String(body.operation_id);
  };
  return {
    world,
    schemas,
    ask,
    start: async (body, headers) => idOf(await ask(body, headers)),
    askRerun,
    startRerun: async (body, headers) => idOf(await askRerun(body, headers)),
    show: async (id) => (await world.ask('GET', `${operationsPath}/${id}`, undefined, withKey(apiKey))).body,
    change: (id, verb) => world.ask('POST', `${operationsPath}/${id}/${verb}`, undefined, withKey(apiKey)),
    deliver: async (id, death) => {
      let writes = 0;
      const operator = await world.startOperator({
        onWrite: () => {
          if (++writes === death?.diesAtWrite)
            throw Object.assign(new Error('It dies'), { code: 'ECONNRESET' });
          if (writes > (death?.diesAtWrite ?? Number.POSITIVE_INFINITY))
            throw Object.assign(new Error('It is dead'), { code: 403 });
          return undefined;
        },
      });
      return operator.deliver(id);
    },
    work: async () => {
      for (const { tenant_id, run_id, pipeline } of messages.splice(0))
        expect((await push(worker, tenant_id, run_id, pipeline)).status).toBe(204);
    },
    runsOf: async (id) => {
      const sql = `SELECT status, COUNT(*) AS runs FROM (
          SELECT status, instructions FROM pipeline_runs
          UNION ALL SELECT 'ADMITTED', slot.instructions FROM tenants, UNNEST(active_runs) AS slot
        ) WHERE JSON_VALUE(instructions, '$.operation.operation_id') = @id GROUP BY status`;
      const rows = await query(world.backends.client, tenant, sql, { id });
      return Object.fromEntries(rows.map(({ status, runs }) => [String(status), Number(runs)]));
    },
    setQuota: (month) =>
      query(
        world.backends.client,
        tenant,
        `UPDATE tenants SET max_pipelines_per_month = ${month === null ? 'NULL' : `pipeline_runs_this_month + ${month}`} WHERE TRUE`,
      ),
    revokeKey: async () => {
      const made = await world.ask('POST', `/api/v1/tenants/${tenant}/api-keys`, {}, withKey(apiKey));
      const [old] = await query(
        world.backends.client,
        tenant,
        'SELECT key_id FROM api_keys ORDER BY created_at LIMIT 1',
      );
      apiKey = String(made.body.api_key);
      const path = `/api/v1/tenants/${tenant}/api-keys/${old?.key_id}`;
      expect((await world.ask('DELETE', path, undefined, withKey(apiKey))).status).toBe(204);
    },
    close: async () => {
      for (const instance of instances) await instance.close();
      await world.close();
    },
  };
}

/** How many rows and runs the operation has in the ledger, and of how many runs they are reruns. */
export const rerunsOf = ({ world }: BackfillWorld, id: string) =>
  query(
    world.backends.client,
    tenant,
    `SELECT COUNT(*) AS rows_, COUNT(DISTINCT run_id) AS runs, COUNT(DISTINCT rerun_of) AS reruns_of
    FROM pipeline_runs WHERE JSON_VALUE(instructions, '$.operation.operation_id') = @id`,
    { id },
  );

/** Expects so many runs of the operation, each date and each run once, and all counted. */
export async function expectOnce({ world }: BackfillWorld, id: string, runs: number): Promise<void> {
  const sql = `SELECT COUNT(*) AS rows_, COUNT(DISTINCT run_id) AS runs, COUNT(DISTINCT parameters) AS dates
    FROM pipeline_runs WHERE JSON_VALUE(instructions, '$.operation.operation_id') = @id`;
  expect(await query(world.backends.client, tenant, sql, { id })).toEqual([
    { rows_: runs, runs, dates: runs },
  ]);
  // Which also expects that all are counted as they are recorded.
  await world.runsOf('none');
}
