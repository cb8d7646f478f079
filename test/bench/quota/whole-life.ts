import { type Call, startProxy } from '../../functions/support/proxy';
import { onboardAll } from '../backend/onboarding';
import {
  type BenchServers,
  type Instance,
  withEnvironment,
  withInstance,
  withServers,
} from '../backend/servers';
import { shown } from '../support/figures';
import { createHttpClient } from '../support/http-client';
import { runIdOf } from '../support/local-server';
import { printTable } from '../support/table';
import type { BenchLatencies } from './latencies';

const pipeline = 'gcp/example/dryrun';
const oneByOne = 10;
const atOnce = 100;

/** What a run asks of BigQuery over its life, by the names of the statements. A script counts for each statement in it. */
const acts: readonly { readonly what: string; readonly statements: Readonly<Record<string, number>> }[] = [
  { what: 'admit', statements: { 'admit-runs': 1, 'decide-runs': 2 } },
  { what: 'find', statements: { 'find-runs': 1 } },
  { what: 'settle', statements: { 'settle-runs': 1, 'settle-and-drop-runs': 1, 'settle-held-runs': 2 } },
];

/**
 * The version before the lone UPDATE and settling: its admission and its release were scripts of two statements, and its
 * find-runs a SELECT. From its code, for one run by itself.
 */
const before: Readonly<Record<string, Counts>> = {
  admit: { requests: 1, statements: 2 },
  find: { requests: 1, statements: 1 },
  settle: { requests: 1, statements: 2 },
};

interface Counts {
  readonly requests: number;
  readonly statements: number;
}

/**
 * Takes runs from their request to their ledger row, through the functions `run` and `worker`, and counts what BigQuery is
 * asked for on the way.
 */
export const countWholeLife = (latencies: BenchLatencies): Promise<void> =>
  withServers(latencies, async (servers) => {
    const proxy = await startProxy(servers.bigqueryUrl);
    try {
      await withEnvironment({ ...servers, bigqueryUrl: proxy.url }, (environment) =>
        withInstance('run', environment, (run) =>
          withInstance('worker', environment, (worker) => count(servers, proxy.calls, run, worker)),
        ),
      );
    } finally {
      await proxy.close();
    }
  });

async function count(
  { environment }: BenchServers,
  calls: readonly Call[],
  run: Instance,
  worker: Instance,
): Promise<void> {
  const names = ['one_by_one', 'at_once'];
  const keys = await onboardAll(
    names.map((tenant_id) => ({ tenant_id, max_pipelines_per_month: null })),
    environment,
  );
  const during = async (tenantId: string, work: (live: () => Promise<void>) => Promise<unknown>) => {
    const runs = createHttpClient(run.url);
    const workers = createHttpClient(worker.url);
    try {
      const headers = { 'X-API-Key': keys.get(tenantId) ?? '' };
      // Key and location are looked up once an instance.
      await runs.send('GET', '/api/v1/pipelines', { headers });
      const from = calls.length;
      await work(async () => {
        const path = `/api/v1/pipelines/run/${tenantId}/${pipeline}`;
        const { status, text } = await runs.send('POST', path, { headers });
        if (status !== 202) throw new Error(`Answered ${status}: ${text}`);
        const delivered = await workers.send('POST', '/', { body: pushOf(tenantId, runIdOf(text)) });
        if (delivered.status !== 204) throw new Error(`Answered ${delivered.status}: ${delivered.text}`);
      });
      return calls.slice(from);
    } finally {
      runs.close();
      workers.close();
    }
  };
  const single = await during('one_by_one', async (live) => {
    for (let index = 0; index < oneByOne; index++) await live();
  });
  const together = await during('at_once', (live) => Promise.all(Array.from({ length: atOnce }, live)));
  print(single, together);
}

/** What a push subscription posts. */
const pushOf = (tenant_id: string, run_id: string) => ({
  message: {
    data: Buffer.from(JSON.stringify({ tenant_id, run_id, pipeline })).toString('base64'),
    messageId: run_id,
  },
  subscription: 'projects/local/subscriptions/bench',
});

function print(single: readonly Call[], together: readonly Call[]): void {
  const rows = acts.map(({ what, statements }) => ({
    what,
    before: before[what] ?? { requests: 0, statements: 0 },
    single: countsOf(single, statements, oneByOne),
    together: countsOf(together, statements, atOnce),
  }));
  const cells = ({ requests, statements }: Counts, digits: number) => [
    shown(requests, digits),
    shown(statements, digits),
  ];
  const sum = (of: (row: (typeof rows)[number]) => Counts): Counts => ({
    requests: rows.reduce((total, row) => total + of(row).requests, 0),
    statements: rows.reduce((total, row) => total + of(row).statements, 0),
  });
  const all = { what: 'together', before: sum((row) => row.before), single: sum((row) => row.single) };
  printTable(
    'What a run asks of BigQuery over its whole life, per run',
    [
      '',
      'before: requests',
      'statements',
      'now: requests',
      'statements',
      `${atOnce} at once: requests`,
      'statements',
    ],
    [...rows, { ...all, together: sum((row) => row.together) }].map((row) => [
      row.what,
      ...cells(row.before, 0),
      ...cells(row.single, 2),
      ...cells(row.together, 2),
    ]),
  );
  console.log(`
Before: the admission script, find-run and the release script of the version before, from its code. Now: counted by what the
local BigQuery was asked for by ${oneByOne} runs one after the other, and by ${atOnce} at once. A script is one request and several
statements. Not counted above, per run, one after the other: ${othersOf(single)}.`);
}

function countsOf(calls: readonly Call[], names: Readonly<Record<string, number>>, runs: number): Counts {
  const counted = calls.flatMap(({ statement }) => names[statement ?? ''] ?? []);
  return { requests: counted.length / runs, statements: counted.reduce((sum, one) => sum + one, 0) / runs };
}

/** The job of the pipeline's step, and calls that are free of charge or as good as. */
function othersOf(calls: readonly Call[]): string {
  const known = new Set(acts.flatMap(({ statements }) => Object.keys(statements)));
  const counts = new Map<string, number>();
  for (const call of calls) {
    if (call.statement !== undefined && known.has(call.statement)) continue;
    const what = kindOf(call);
    counts.set(what, (counts.get(what) ?? 0) + 1);
  }
  return [...counts].map(([what, times]) => `${shown(times / oneByOne, 1)} × ${what}`).join(', ');
}

function kindOf({ method, path, statement, startsJob }: Call): string {
  if (statement !== undefined && startsJob === undefined) return statement;
  if (startsJob !== undefined) return 'jobs.insert (the step)';
  const { pathname } = new URL(path, 'http://localhost');
  if (pathname.endsWith('/insertAll')) return 'tabledata.insertAll';
  if (pathname.endsWith('/data')) return 'tabledata.list';
  const [, resource = ''] = /\/(jobs|queries|tables|datasets)(?:\/[^/]+)?$/.exec(pathname) ?? [];
  return `${method} ${resource}`;
}
