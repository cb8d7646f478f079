import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { PipelineDefinition } from '../../../../shared/definitions/schemas/pipeline-schema';
import { createRunJob } from '../../../../shared/google/bigquery/jobs/run-job';
import { createAppendRows } from '../../../../shared/google/bigquery/tables/append-rows';
import { createReadFileStarts } from '../../../../shared/google/storage/read-file-starts';
import { executePipeline } from '../../../../shared/pipelines/execute-pipeline';
import type { ExecutionTools } from '../../../../shared/pipelines/execution';
import { parseParameters } from '../../../../shared/pipelines/rules/pipeline-parameters';
import { steadyTime, systemClock } from '../../../../shared/support/clock';
import { compareRows, type ExampleRow } from './compare-rows';
import type { PipelineExample } from './example-schema';

export interface ExampleRun {
  readonly bigquery: BigQuery;
  readonly datasetId: string;
  readonly definition: PipelineDefinition;
  readonly example: PipelineExample;
  /** Where the files beside the definition are. */
  readonly folder: string;
}

/** Runs one test, and says what did not come out as it expects. */
export async function runExample(run: ExampleRun): Promise<readonly string[]> {
  const { bigquery, datasetId, definition, example } = run;
  const { expect } = example;
  const parsed = parseParameters(definition.parameters, example.parameters);
  if (!parsed.ok) return parsed.problems.map(({ message }) => message);
  for (const [name, table] of Object.entries(example.tables)) await putTable(run, name, table);
  const outcome = await executePipeline(
    {
      runId: datasetId,
      tenantId: datasetId,
      datasetId,
      definition,
      parameters: parsed.values,
      leaseExpiresAt: new Date(Date.now() + definition.timeout_seconds * 1000),
    },
    toolsOf(run),
  );
  const said = outcome.errorMessage ?? '';
  if (outcome.status !== expect.status)
    return [`expected ${expect.status}, it is ${outcome.status}: ${said}`];
  const problems =
    expect.error === undefined || said.includes(expect.error)
      ? []
      : [`expected an error with '${expect.error}', it is: ${said}`];
  for (const [table, rows] of Object.entries(expect.rows)) {
    const found = await rowsOf(bigquery, datasetId, table);
    problems.push(...compareRows(rows, found).map((problem) => `table ${table}: ${problem}`));
  }
  return problems;
}

/** All that an execution asks for, without the internet: an API's answers are the test's, and events go nowhere. */
function toolsOf({ bigquery, definition, example, folder }: ExampleRun): ExecutionTools {
  const hosts = definition.steps.flatMap((step) => (step.type === 'http' ? [new URL(step.url).host] : []));
  const topics = definition.steps.flatMap((step) => (step.type === 'notify' ? [step.topic] : []));
  const answer = (url: URL): Buffer | undefined => {
    const content = example.responses[url.href] ?? example.responses[`${url.origin}${url.pathname}`];
    if (content === undefined) return undefined;
    return typeof content === 'string' ? Buffer.from(content) : readFileSync(join(folder, content.file));
  };
  return {
    runJob: createRunJob(bigquery),
    appendRows: createAppendRows(bigquery, []),
    readFileStarts: createReadFileStarts(bigquery),
    allowedSources: ['*', 'gs://*'],
    notify: { topics, publish: async () => {} },
    http: {
      hosts,
      secretOf: () => 'secret',
      get: async (url) => {
        const body = answer(url);
        return {
          status: body === undefined ? 404 : 200,
          headers: {},
          body: Readable.from(body ? [body] : []),
        };
      },
    },
    now: steadyTime(systemClock),
    random: () => 0,
    sleep: async (milliseconds, signal) => await sleep(milliseconds, undefined, { signal }),
    log: () => {},
  };
}

/** A name with a dataset is a source's table. */
async function putTable(
  { bigquery, datasetId }: ExampleRun,
  name: string,
  { schema, rows }: PipelineExample['tables'][string],
): Promise<void> {
  const [table = '', source = datasetId] = name.split('.').reverse();
  const dataset = bigquery.dataset(source);
  if (source !== datasetId) await dataset.get({ autoCreate: true });
  const [exists] = await dataset.table(table).exists();
  if (exists) await dataset.table(table).delete();
  await dataset.createTable(table, { schema: { fields: schema } });
  if (rows.length > 0) await dataset.table(table).insert([...rows]);
}

const jsonRows = z.array(z.object({ row: z.string() }));

/** The rows as JSON has them; numbers that JSON would round as texts. */
async function rowsOf(bigquery: BigQuery, datasetId: string, table: string): Promise<readonly ExampleRow[]> {
  const query = `SELECT TO_JSON_STRING(TO_JSON(t, stringify_wide_numbers => TRUE)) AS row FROM \`${table}\` AS t`;
  const [rows]: readonly unknown[] = await bigquery.query({ query, defaultDataset: { datasetId } });
  return jsonRows.parse(rows).map(({ row }) => z.record(z.string(), z.unknown()).parse(JSON.parse(row)));
}
