import { setTimeout as sleep } from 'node:timers/promises';
import { shown, spreadOf } from '../support/figures';
import { createHttpClient } from '../support/http-client';
import { generateLoad } from '../support/load';
import { countLedger, onboardUnlimited, readLedger, runIdOf, withServer } from '../support/local-server';
import { memoryOfDescendants } from '../support/machine';
import { printTable } from '../support/table';
import type { Sizes } from './command-line';

const aimedMemoryMb = 700;
/** Until all is in the ledger, in milliseconds: what is not by then is told as missing. */
const longestMs = 1_500_000;
const toldEveryMs = 15_000;

interface Outcome {
  readonly accepted: number;
  /** Told to come again: 429, 503. */
  readonly statuses: ReadonlyMap<number, number>;
  readonly acceptedMs: readonly number[];
  readonly memoryMb: number;
  /** In the ledger when the load ended. */
  readonly endedBefore: number;
  /** Accepted runs without exactly one row in the ledger. */
  readonly wrong: number;
  /** From the end of the load. */
  readonly drainedSeconds: number;
}

/** Clients that go on for a while, for so many tenants: what they are answered, and whether every run ends once. */
export const runForAWhile =
  (tenants: number) =>
  async (sizes: Sizes): Promise<void> => {
    const { accepted, statuses, acceptedMs, memoryMb, wrong, endedBefore, drainedSeconds } = await goOn(
      tenants,
      sizes,
    );
    const answers = [...statuses].map(([status, n]) => `${n} × ${status}`).join(', ');
    const row = (what: string, measured: string, aim = '') => [what, measured, aim];
    printTable(
      `${sizes.clients} clients for ${sizes.seconds} s, ${tenants === 1 ? 'one tenant' : `${tenants} tenants`}`,
      ['what', 'measured', 'aim'],
      [
        row('runs accepted', String(accepted)),
        row('answers', answers),
        row('5xx', String(serverErrors(statuses)), '0'),
        row('202: p50, p99, most (ms)', spreadOf(acceptedMs)),
        row('memory, node and SQL engine, most (MB)', shown(memoryMb, 0), `< ${aimedMemoryMb}`),
        row('accepted and not in the ledger once', String(wrong), '0'),
        row('until all of it had ended (s)', shown(drainedSeconds)),
        row('runs ended meanwhile, per second', shown((accepted - endedBefore) / drainedSeconds)),
      ],
    );
  };

const serverErrors = (statuses: ReadonlyMap<number, number>): number =>
  [...statuses].reduce((sum, [status, times]) => sum + (status >= 500 ? times : 0), 0);

const goOn = (tenants: number, { clients, seconds }: Sizes): Promise<Outcome> =>
  withServer(async ({ url, bigqueryUrl }) => {
    const names = Array.from({ length: tenants }, (_, index) => `tenant_${index}`);
    const keys = new Map<string, string>();
    for (const name of names) keys.set(name, await onboardUnlimited(url, name));
    const client = createHttpClient(url);
    const statuses = new Map<number, number>();
    const accepted: { readonly runId: string; readonly tookMs: number }[] = [];
    const start = performance.now();
    let memoryMb = 0;
    const watching = setInterval(() => {
      memoryMb = Math.max(memoryMb, memoryOfDescendants());
    }, 1_000);
    await generateLoad({ times: clients, atOnce: clients }, async (index) => {
      const tenantId = names[index % tenants] ?? '';
      const headers = { 'X-API-Key': keys.get(tenantId) ?? '' };
      while (performance.now() - start < seconds * 1000) {
        const path = `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`;
        const { status, text, tookMs, retryAfterSeconds } = await client.send('POST', path, { headers });
        statuses.set(status, (statuses.get(status) ?? 0) + 1);
        if (status === 202) accepted.push({ runId: runIdOf(text), tookMs });
        if (retryAfterSeconds !== undefined) await sleep(retryAfterSeconds * 1000);
      }
    });
    client.close();
    const drainingSince = performance.now();
    const endedBefore = await countLedgers(bigqueryUrl, names);
    await drain(accepted.length, () => countLedgers(bigqueryUrl, names));
    const drainedSeconds = (performance.now() - drainingSince) / 1000;
    let rows = 0;
    const recorded = new Set<string>();
    for (const name of names) {
      const ledger = await readLedger(bigqueryUrl, name);
      rows += ledger.rows;
      for (const runId of ledger.recordedAt.keys()) recorded.add(runId);
    }
    clearInterval(watching);
    const missing = accepted.filter(({ runId }) => !recorded.has(runId)).length;
    return {
      accepted: accepted.length,
      statuses,
      acceptedMs: accepted.map(({ tookMs }) => tookMs),
      memoryMb,
      wrong: missing + (rows - recorded.size),
      endedBefore,
      drainedSeconds,
    };
  });

/** Resolves when so many runs have ended, or nobody waits any longer. Says now and then how far it is. */
async function drain(runs: number, countEnded: () => Promise<number>): Promise<void> {
  const giveUpAt = performance.now() + longestMs;
  let tellAt = performance.now();
  for (let ended = await countEnded(); ended < runs; ended = await countEnded()) {
    const now = performance.now();
    if (now >= giveUpAt) return;
    if (now >= tellAt) {
      console.log(`${ended} of ${runs} runs have ended`);
      tellAt = now + toldEveryMs;
    }
    await sleep(500);
  }
}

async function countLedgers(bigqueryUrl: string, tenants: readonly string[]): Promise<number> {
  let rows = 0;
  for (const tenant of tenants) rows += await countLedger(bigqueryUrl, tenant);
  return rows;
}
