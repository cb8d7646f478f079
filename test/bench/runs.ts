import { median, quantile } from './support/figures';
import { type Answered, createHttpClient } from './support/http-client';
import { generateLoad } from './support/load';
import {
  ledgerHas,
  onboardUnlimited,
  readLedger,
  runIdOf,
  tenantIsIdle,
  withServer,
} from './support/local-server';
import { memoryOfDescendants } from './support/machine';

/** Milliseconds. */
interface Times {
  readonly p50: number;
  readonly p99: number;
}

export interface RunFigures {
  readonly alone: { readonly accepted: Times; readonly readable: Times };
  readonly sequence: Phase;
  readonly parallel: Phase;
  readonly runs: number;
  readonly memoryAtStartMb: number;
  readonly memoryMb: number;
  /** Runs that are not in the ledger, or not COMPLETED, or there twice. */
  readonly wrong: number;
}

interface Phase {
  /** One figure a round. */
  readonly perSecond: readonly number[];
  readonly finishedPerSecond: readonly number[];
  readonly accepted: Times;
  readonly recorded: Times;
}

interface Accepted extends Answered {
  readonly runId: string;
}

interface Round {
  readonly accepted: readonly Accepted[];
  readonly perSecond: number;
  readonly finishedPerSecond: number;
}

const tenantId = 'bench';
const path = `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`;
const warmUpRuns = 50;
const runsAlone = 150;
const sequentialRounds = { rounds: 5, times: 64, atOnce: 1 };
const parallelRounds = { rounds: 5, times: 96, atOnce: 16 };

/** 1,000 runs on a server of its own, in three phases; checks at the end that each of them was executed once. */
export const measureRuns = (): Promise<RunFigures> =>
  withServer(async ({ url, bigqueryUrl }) => {
    const client = createHttpClient(url);
    const headers = { 'X-API-Key': await onboardUnlimited(url, tenantId) };
    let runs = 0;
    const finished = () => ledgerHas(bigqueryUrl, tenantId, runs);
    const run = async (): Promise<Accepted> => {
      const answer = await client.send('POST', path, { headers });
      if (answer.status !== 202) throw new Error(`Answered ${answer.status}: ${answer.text}`);
      runs++;
      return { ...answer, runId: runIdOf(answer.text) };
    };
    const runRound = async (load: { times: number; atOnce: number }): Promise<Round> => {
      const start = performance.now();
      const { results, tookMs } = await generateLoad(load, run);
      await finished();
      return {
        accepted: results,
        perSecond: (load.times / tookMs) * 1000,
        finishedPerSecond: (load.times / (performance.now() - start)) * 1000,
      };
    };

    const memoryAtStartMb = memoryOfDescendants();
    await runRound({ times: warmUpRuns, atOnce: 4 });
    const alone = await repeat(runsAlone, async () => {
      const accepted = await run();
      await finished();
      const readableMs = Date.now() - accepted.startedAt;
      await tenantIsIdle(bigqueryUrl, tenantId);
      return { acceptedMs: accepted.tookMs, readableMs };
    });
    const sequence = await repeat(sequentialRounds.rounds, () => runRound(sequentialRounds));
    const parallel = await repeat(parallelRounds.rounds, () => runRound(parallelRounds));
    const memoryMb = memoryOfDescendants();
    client.close();

    const { recordedAt, failed, rows } = await readLedger(bigqueryUrl, tenantId);
    return {
      alone: {
        accepted: timesOf(alone.map(({ acceptedMs }) => acceptedMs)),
        readable: timesOf(alone.map(({ readableMs }) => readableMs)),
      },
      sequence: phaseOf(sequence, recordedAt),
      parallel: phaseOf(parallel, recordedAt),
      runs,
      memoryAtStartMb,
      memoryMb,
      wrong: failed + Math.abs(runs - recordedAt.size) + (rows - recordedAt.size),
    };
  });

async function repeat<T>(times: number, work: () => Promise<T>): Promise<readonly T[]> {
  const results: T[] = [];
  for (let index = 0; index < times; index++) results.push(await work());
  return results;
}

function phaseOf(rounds: readonly Round[], recordedAt: ReadonlyMap<string, number>): Phase {
  const accepted = rounds.flatMap((round) => round.accepted);
  return {
    perSecond: rounds.map(({ perSecond }) => perSecond),
    finishedPerSecond: rounds.map(({ finishedPerSecond }) => finishedPerSecond),
    accepted: timesOf(accepted.map(({ tookMs }) => tookMs)),
    recorded: timesOf(
      accepted.map(({ runId, startedAt }) => (recordedAt.get(runId) ?? Number.NaN) - startedAt),
    ),
  };
}

const timesOf = (values: readonly number[]): Times => ({ p50: median(values), p99: quantile(values, 0.99) });
