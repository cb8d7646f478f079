import { setTimeout as sleep } from 'node:timers/promises';
import { median, quantile, shown } from '../support/figures';
import { createHttpClient, type HttpClient } from '../support/http-client';
import { generateLoad } from '../support/load';
import { ledgerHas, onboardUnlimited, readLedger, runIdOf, withServer } from '../support/local-server';
import { printTable } from '../support/table';
import type { Sizes } from './command-line';

const quiet = 'quiet';
const flooding = 'flooding';
const runsAlone = 100;
/** Between the quiet tenant's runs, in milliseconds. */
const pauseMs = 100;
/** Until all is in the ledger, in milliseconds. */
const longestMs = 900_000;

/** One run of the quiet tenant. */
interface QuietRun {
  readonly runId: string;
  readonly startedAt: number;
  readonly acceptedMs: number;
}

interface QuietRuns {
  readonly runs: readonly QuietRun[];
  /** What else was answered. */
  readonly refused: readonly string[];
}

/** Runs of one tenant, one after the other: alone, and beside another tenant's flood. */
export const floodBesideAnother = ({ runs, clients }: Sizes): Promise<void> =>
  withServer(async ({ url, bigqueryUrl }) => {
    const keys = {
      quiet: await onboardUnlimited(url, quiet),
      flooding: await onboardUnlimited(url, flooding),
    };
    const client = createHttpClient(url);
    const { runs: alone } = await runQuietly(client, keys.quiet, (done) => done >= runsAlone);
    await ledgerHas(bigqueryUrl, quiet, alone.length);

    let isOver = false;
    const flood = floodWith(client, keys.flooding, { runs, clients }).then(async (statuses) => {
      const accepted = statuses.filter((status) => status === 202).length;
      await ledgerHas(bigqueryUrl, flooding, accepted, { longestMs, everyMs: 100 });
      isOver = true;
      return { accepted, refused: statuses.length - accepted };
    });
    const [{ runs: beside, refused: refusals }, { accepted, refused }] = await Promise.all([
      runQuietly(client, keys.quiet, () => isOver),
      flood,
    ]);
    await ledgerHas(bigqueryUrl, quiet, alone.length + beside.length, { longestMs });
    client.close();
    const { recordedAt } = await readLedger(bigqueryUrl, quiet);
    const recorded = (all: readonly QuietRun[]) =>
      all.map(({ runId, startedAt }) => (recordedAt.get(runId) ?? Number.NaN) - startedAt);
    print(
      { accepted: alone.map(({ acceptedMs }) => acceptedMs), recorded: recorded(alone) },
      { accepted: beside.map(({ acceptedMs }) => acceptedMs), recorded: recorded(beside) },
      {
        runs,
        clients,
        accepted,
        refused,
        refusals,
        wrong: (await readLedger(bigqueryUrl, flooding)).rows - accepted,
      },
    );
  });

async function runQuietly(
  client: HttpClient,
  apiKey: string,
  isOver: (done: number) => boolean,
): Promise<QuietRuns> {
  const runs: QuietRun[] = [];
  const refused: string[] = [];
  while (!isOver(runs.length)) {
    const answer = await client.send('POST', `/api/v1/pipelines/run/${quiet}/gcp/example/dryrun`, {
      headers: { 'X-API-Key': apiKey },
    });
    if (answer.status === 202)
      runs.push({ runId: runIdOf(answer.text), startedAt: answer.startedAt, acceptedMs: answer.tookMs });
    else refused.push(answer.text);
    await sleep(answer.retryAfterSeconds === undefined ? pauseMs : answer.retryAfterSeconds * 1000);
  }
  return { runs, refused };
}

/** The statuses that the flood is answered. */
async function floodWith(
  client: HttpClient,
  apiKey: string,
  { runs, clients }: Pick<Sizes, 'runs' | 'clients'>,
): Promise<readonly number[]> {
  const { results } = await generateLoad({ times: runs, atOnce: clients }, async () => {
    const { status } = await client.send('POST', `/api/v1/pipelines/run/${flooding}/gcp/example/dryrun`, {
      headers: { 'X-API-Key': apiKey },
    });
    return status;
  });
  return results;
}

/** Milliseconds. */
interface Waits {
  readonly accepted: readonly number[];
  readonly recorded: readonly number[];
}

function print(
  alone: Waits,
  beside: Waits,
  flood: Pick<Sizes, 'runs' | 'clients'> & {
    readonly accepted: number;
    readonly refused: number;
    /** The quiet tenant's. */
    readonly refusals: readonly string[];
    readonly wrong: number;
  },
): void {
  const { runs, clients, accepted, refused, refusals, wrong } = flood;
  printTable(
    `A tenant beside another's ${runs} runs, ${clients} at once`,
    ['what', 'alone', 'beside the flood', 'times', 'aim', 'before'],
    [
      rowOf('p50 to 202 (ms)', median(alone.accepted), median(beside.accepted), '≤ 3', '48'),
      rowOf('p99 to 202 (ms)', quantile(alone.accepted, 0.99), quantile(beside.accepted, 0.99)),
      rowOf('most to 202 (ms)', quantile(alone.accepted, 1), quantile(beside.accepted, 1), '', '10900 ms'),
      rowOf('p50 to ledger row (ms)', median(alone.recorded), median(beside.recorded), '≤ 2', '590'),
      rowOf('p99 to ledger row (ms)', quantile(alone.recorded, 0.99), quantile(beside.recorded, 0.99)),
      rowOf('most to ledger row (ms)', quantile(alone.recorded, 1), quantile(beside.recorded, 1)),
    ],
  );
  console.log(`
${alone.accepted.length} runs alone and ${beside.accepted.length} beside the flood, ${pauseMs} ms between them. Of the flood ${accepted} were accepted and ${refused} were
not; rows of it in the ledger that are missing or too many: ${wrong}. The quiet tenant was refused ${refusals.length} times beside it.`);
}

const rowOf = (what: string, alone: number, beside: number, aim = '', before = ''): readonly string[] => [
  what,
  shown(alone),
  shown(beside),
  shown(beside / alone),
  aim,
  before,
];
