import { BigQuery } from '@google-cloud/bigquery';
import { call } from '../../support/local-cloud';
import { newDirectory, removeDirectory, type ServerProcess, startServer } from '../../support/server-process';
import { median, shown } from '../support/figures';
import { generateLoad } from '../support/load';
import { onboardUnlimited } from '../support/local-server';
import { memoryOfDescendants } from '../support/machine';
import { printTable } from '../support/table';

const counts = [1, 10, 100, 1_000];
const rounds = 3;

/** What the number of tenants costs scheduled work and the start, on the cloud in a box with its data on disk. */
export async function growTenants(): Promise<void> {
  process.env.METADATA_SERVER_DETECTION = 'none';
  const dataDirectory = newDirectory();
  const rows: string[][] = [];
  let tenants = 0;
  try {
    for (const count of counts) {
      const server = await startServer({ dataDirectory, warmsUp: true });
      const from = tenants;
      const onboarding = await generateLoad({ times: count - from, atOnce: 4 }, (index) =>
        onboardUnlimited(server.url, nameOf(from + index)),
      );
      tenants = count;
      rows.push([
        ...(await measureScheduledWork(server, tenants)),
        shown(onboarding.tookMs / (count - from)),
        shown(memoryOfDescendants(), 0),
      ]);
      await server.end('SIGINT');
      rows.at(-1)?.push(shown(median(await startRepeatedly(dataDirectory, rounds)), 2));
    }
  } finally {
    removeDirectory(dataDirectory);
  }
  printTable(
    'Tenants (cloud in a box, without limits; medians)',
    [
      'tenants',
      'reconcile, all quiet (ms)',
      'reset-quotas, all due (ms)',
      'reset-quotas, none due (ms)',
      'onboarding, each (ms)',
      'memory (MB)',
      'start (s)',
    ],
    rows,
  );
}

const nameOf = (index: number): string => `tenant_${index}`;

async function measureScheduledWork(server: ServerProcess, tenants: number): Promise<string[]> {
  const client = new BigQuery({ projectId: 'local', apiEndpoint: server.bigqueryUrl });
  await generateLoad({ times: tenants, atOnce: 4 }, (index) =>
    client.query({
      query: "UPDATE tenants SET quota_reset_date = '2000-01-01' WHERE TRUE",
      defaultDataset: { datasetId: nameOf(index) },
    }),
  );
  const allDue = await timeJob(server, 'reset-quotas');
  const noneDue = await repeat(() => timeJob(server, 'reset-quotas'));
  const reconcile = await repeat(() => timeJob(server, 'reconcile'));
  return [String(tenants), shown(median(reconcile)), shown(allDue), shown(median(noneDue))];
}

/** Calls a scheduled function as the scheduler does. */
async function timeJob({ url }: ServerProcess, job: string): Promise<number> {
  const start = performance.now();
  const { status, body } = await call(url, 'POST', `/local/scheduler/${job}:run`);
  if (status !== 200) throw new Error(`${job}: ${JSON.stringify(body)}`);
  return performance.now() - start;
}

/** Seconds to ready, each time. */
async function startRepeatedly(dataDirectory: string, times: number): Promise<number[]> {
  const seconds: number[] = [];
  for (let index = 0; index < times; index++) {
    const start = performance.now();
    const server = await startServer({ dataDirectory, warmsUp: true });
    seconds.push((performance.now() - start) / 1000);
    await server.end('SIGINT');
  }
  return seconds;
}

async function repeat<T>(work: () => Promise<T>): Promise<T[]> {
  const results: T[] = [];
  for (let index = 0; index < rounds; index++) results.push(await work());
  return results;
}
