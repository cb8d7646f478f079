import { z } from 'zod';
import { createApiKey } from '../../../shared/tenants/rules/api-key';
import { startChild } from '../backend/child';
import { type Instance, withEnvironment, withInstance } from '../backend/servers';
import { median, medianAndRange, shown } from '../support/figures';
import { createHttpClient } from '../support/http-client';
import { generateLoad } from '../support/load';
import { printTable } from '../support/table';

const addressesSchema = z.object({ bigqueryUrl: z.string(), pubsubHost: z.string() });
const rounds = 9;
const requestsPerRound = 600;
const warmUpRequests = 1_500;
const atOnce = [1, 16, 100];

/** CPU time per request of the `run` function whose backends answer at once, beside a handler that only answers. */
export async function compareCpuPerRequest(): Promise<void> {
  const backend = await startChild('instant-backend', []);
  const addresses = addressesSchema.parse(backend.ready);
  try {
    const rows = await withEnvironment(addresses, (environment) =>
      withInstance('bare', environment, (bare) =>
        withInstance('run', environment, (run) => compare(bare, run)),
      ),
    );
    printTable(
      'CPU time per request with backends that answer at once (ms)',
      ['requests at once', 'run', 'bare functions-framework handler', 'ratio', 'BigQuery requests per run'],
      rows,
    );
  } finally {
    await backend.end();
  }
}

async function compare(bare: Instance, run: Instance): Promise<readonly string[][]> {
  const headers = { 'X-API-Key': createApiKey('bench') };
  await measure(bare, headers, { times: warmUpRequests, atOnce: 16 });
  await measure(run, headers, { times: warmUpRequests, atOnce: 16 });
  const rows: string[][] = [];
  for (const width of atOnce) {
    const load = { times: requestsPerRound, atOnce: width };
    const [ofBare, ofRun, jobs]: [number[], number[], number[]] = [[], [], []];
    for (let round = 0; round < rounds; round++) {
      ofBare.push((await measure(bare, headers, load)).cpuMs);
      const { cpuMs, bigqueryJobs } = await measure(run, headers, load);
      ofRun.push(cpuMs);
      jobs.push(bigqueryJobs);
    }
    rows.push([
      String(width),
      medianAndRange(ofRun, 2),
      medianAndRange(ofBare, 2),
      shown(median(ofRun) / median(ofBare)),
      shown(median(jobs), 3),
    ]);
  }
  return rows;
}

/** Per request, of the instance's whole process. */
async function measure(
  { url, usage }: Instance,
  headers: Record<string, string>,
  load: { readonly times: number; readonly atOnce: number },
): Promise<{ cpuMs: number; bigqueryJobs: number }> {
  const client = createHttpClient(url);
  const before = await usage();
  await generateLoad(load, async () => {
    const { status, text } = await client.send('POST', '/api/v1/pipelines/run/bench/gcp/example/dryrun', {
      headers,
    });
    if (status !== 202) throw new Error(`Answered ${status}: ${text}`);
  });
  const after = await usage();
  client.close();
  return {
    cpuMs: (after.cpuMs - before.cpuMs) / load.times,
    bigqueryJobs: (after.bigqueryJobs - before.bigqueryJobs) / load.times,
  };
}
