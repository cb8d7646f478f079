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

/** At so many requests at once, at most so many times the CPU of the handler that is written by hand. */
const aims: ReadonlyMap<number, number> = new Map([
  [1, 3],
  [100, 1.5],
]);

/**
 * CPU time per request of the `run` function whose backends answer at once, beside a handler that sends the same two
 * requests, written by hand, and one that only answers.
 */
export async function compareCpuPerRequest(): Promise<void> {
  const backend = await startChild('instant-backend', []);
  const addresses = addressesSchema.parse(backend.ready);
  try {
    const rows = await withEnvironment(addresses, (environment) =>
      withInstance('bare', environment, (bare) =>
        withInstance('two-requests', environment, (byHand) =>
          withInstance('run', environment, (run) => compare({ run, byHand, bare })),
        ),
      ),
    );
    printTable(
      'CPU time per request with backends that answer at once (ms)',
      [
        'requests at once',
        'run',
        'by hand',
        'only answers',
        'run : by hand',
        'aim',
        'run : only answers',
        'BigQuery requests per run',
      ],
      rows,
    );
  } finally {
    await backend.end();
  }
}

async function compare(
  instances: Readonly<Record<'run' | 'byHand' | 'bare', Instance>>,
): Promise<readonly string[][]> {
  const headers = { 'X-API-Key': createApiKey('bench') };
  const all = Object.values(instances);
  for (const instance of all) await measure(instance, headers, { times: warmUpRequests, atOnce: 16 });
  const rows: string[][] = [];
  for (const width of atOnce) {
    const used: Record<keyof typeof instances, number[]> = { run: [], byHand: [], bare: [] };
    const jobs: number[] = [];
    for (let round = 0; round < rounds; round++) {
      const load = { times: requestsPerRound, atOnce: width };
      used.bare.push((await measure(instances.bare, headers, load)).cpuMs);
      used.byHand.push((await measure(instances.byHand, headers, load)).cpuMs);
      const { cpuMs, bigqueryJobs } = await measure(instances.run, headers, load);
      used.run.push(cpuMs);
      jobs.push(bigqueryJobs);
    }
    const [ofRun, byHand, ofBare] = [median(used.run), median(used.byHand), median(used.bare)];
    const aim = aims.get(width);
    rows.push([
      String(width),
      medianAndRange(used.run, 2),
      medianAndRange(used.byHand, 2),
      medianAndRange(used.bare, 2),
      shown(ofRun / byHand, 2),
      aim === undefined ? '' : `≤ ${aim} ${ofRun / byHand <= aim ? 'holds' : 'MISSED'}`,
      shown(ofRun / ofBare),
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
