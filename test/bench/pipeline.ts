import { join } from 'node:path';
import { clientOf } from 'local-bigquery/testing';
import { z } from 'zod';
import { figuresOfDailyCosts } from '../support/focus/daily-costs';
import { writeFocusCosts } from '../support/focus/focus-costs';
import { figuresOfAnotherEngine } from '../support/focus/focus-figures';
import { call, withKey } from '../support/local-cloud';
import { type ProcessUse, useOfProcess } from '../support/process-use';
import { newDirectory, removeDirectory, type ServerProcess, startServer } from '../support/server-process';
import { onboardUnlimited, runIdOf } from './support/local-server';
import { describeMachine } from './support/machine';
import { printTable } from './support/table';

/**
 * `npm run bench:pipeline`: 100,000 rows of costs through focus/billing/daily_costs, on `npm start`'s own command. Prints
 * time, processor time and memory per step and process, and compares the result with that of another engine.
 */
const rowCount = 100_000;
const seed = 20_261_123;
const tenantId = 'bench_001';
const expected = figuresOfAnotherEngine.hundredThousand;

const stepSchema = z.object({
  step_id: z.string(),
  status: z.string(),
  started_at: z.object({ value: z.string() }),
  ended_at: z.object({ value: z.string() }),
});
type Step = z.infer<typeof stepSchema>;

/** What was used at a time by the cloud with the functions, and by the processes below it: the SQL engine. */
interface Sample {
  readonly at: number;
  readonly uses: readonly [ProcessUse, ProcessUse];
}

async function main(): Promise<void> {
  console.log(`Before: ${describeMachine()}`);
  const dataDirectory = newDirectory();
  writeFocusCosts(join(dataDirectory, 'gcs/billing/costs.csv'), rowCount, seed);
  const server = await startServer({ dataDirectory, warmsUp: true });
  try {
    const apiKey = await onboardUnlimited(server.url, tenantId);
    const samples: Sample[] = [];
    const sampler = setInterval(() => samples.push(sample(server)), 50);
    const started = performance.now();
    const status = await run(server.url, apiKey);
    const seconds = (performance.now() - started) / 1000;
    clearInterval(sampler);
    report(await stepsOf(server.bigqueryUrl), samples, sample(server).uses);
    console.log(`\n${status} after ${seconds.toFixed(1)} s`);
    compare(await figuresOfDailyCosts(server.bigqueryUrl, tenantId));
  } finally {
    await server.end('SIGINT');
    removeDirectory(dataDirectory);
  }
  console.log(`After: ${describeMachine()}`);
}

function sample(server: ServerProcess): Sample {
  return { at: Date.now(), uses: [useOfProcess(server.pid), sumOf(server.children().map(useOfProcess))] };
}

function sumOf(uses: readonly ProcessUse[]): ProcessUse {
  const sum = (name: keyof ProcessUse) => uses.reduce((total, use) => total + use[name], 0);
  return {
    megabytes: sum('megabytes'),
    peakMegabytes: sum('peakMegabytes'),
    cpuSeconds: sum('cpuSeconds'),
  };
}

/** Runs the pipeline and resolves to how it ended. */
async function run(url: string, apiKey: string): Promise<unknown> {
  const path = `/api/v1/pipelines/run/${tenantId}/focus/billing/daily_costs`;
  const options = { headers: withKey(apiKey), body: { source_uri: 'gs://billing/costs.csv' } };
  const runId = runIdOf(JSON.stringify((await call(url, 'POST', path, options)).body));
  for (;;) {
    const { body } = await call(url, 'GET', `/api/v1/pipelines/runs/${runId}`, { headers: withKey(apiKey) });
    if (!['QUEUED', 'ADMITTED'].includes(String(body.status))) return body.status;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
}

async function stepsOf(bigqueryUrl: string): Promise<Step[]> {
  const [rows] = await clientOf(bigqueryUrl).query({
    query: 'SELECT step_id, status, started_at, ended_at FROM step_logs ORDER BY started_at',
    defaultDataset: { datasetId: tenantId },
  });
  return z.array(stepSchema).parse(rows);
}

function report(steps: readonly Step[], samples: readonly Sample[], end: readonly ProcessUse[]): void {
  const rows = steps.map(({ step_id, status, started_at, ended_at }) => {
    const [from, to] = [Date.parse(started_at.value), Date.parse(ended_at.value)];
    const within = samples.filter(({ at }) => at >= from && at <= to);
    const figures = ([0, 1] as const).flatMap((process) => {
      const uses = within.map(({ uses }) => uses[process]);
      const cpu = (uses.at(-1)?.cpuSeconds ?? 0) - (uses[0]?.cpuSeconds ?? 0);
      return [cpu.toFixed(1), String(Math.max(0, ...uses.map(({ megabytes }) => megabytes)))];
    });
    return [`${step_id} (${status})`, ((to - from) / 1000).toFixed(1), ...figures];
  });
  const whole = end.flatMap(({ cpuSeconds, peakMegabytes }) => [
    cpuSeconds.toFixed(1),
    String(peakMegabytes),
  ]);
  printTable(
    `${rowCount} rows through focus/billing/daily_costs`,
    ['step', 'seconds', 'server CPU s', 'server MB', 'engine CPU s', 'engine MB'],
    [...rows, ['since the start', '', ...whole]],
  );
}

function compare(found: object): void {
  const isEqual = JSON.stringify(found) === JSON.stringify(expected);
  console.log(
    isEqual ? 'Equal to the result of DuckDB, row by row' : 'NOT EQUAL to the result of DuckDB',
    found,
  );
  if (!isEqual) process.exitCode = 1;
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
