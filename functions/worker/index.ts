import { setTimeout as sleep } from 'node:timers/promises';
import { createAppendRows } from '../../shared/adapters/bigquery/append-rows';
import { createBigQuery } from '../../shared/adapters/bigquery/client';
import { createRunJob } from '../../shared/adapters/bigquery/run-job';
import { createRunStatement } from '../../shared/adapters/bigquery/run-statement';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { readEnv } from '../../shared/env';
import { registerHttpFunction } from '../../shared/http/register';
import { serveRoutes } from '../../shared/http/serve';
import { createLog } from '../../shared/log';
import { executeRun } from './execute-run';
import { workerRoutes } from './handler';

const env = readEnv();
const log = createLog(env.LOG_SEVERITY);
const now = () => new Date();
const bigquery = createBigQuery();
const appendRows = createAppendRows(bigquery);
const pipelines = loadPipelines(env.SCHEMAS_DIRECTORY);

const tools = {
  runJob: createRunJob(bigquery),
  appendRows,
  now,
  random: Math.random,
  sleep: async (milliseconds: number, signal?: AbortSignal) => {
    await sleep(milliseconds, undefined, signal === undefined ? {} : { signal });
  },
  log,
};

const routes = workerRoutes({
  runStatement: createRunStatement(bigquery),
  appendRows,
  findPipeline: (path) => pipelines.get(path),
  execute: (tenantId, slot, definition) => executeRun(tenantId, slot, definition, tools),
  now,
  log,
});

registerHttpFunction('worker', serveRoutes(routes, log));
