import { setTimeout as sleep } from 'node:timers/promises';
import { shown, spreadOf } from '../support/figures';
import { type Answered, createHttpClient, type HttpClient } from '../support/http-client';
import { generateLoad } from '../support/load';
import { ledgerHas, onboardUnlimited, readLedger, withServer } from '../support/local-server';
import { printTable } from '../support/table';
import type { Sizes } from './command-line';

/** A refusal that takes longer is no refusal at once. In milliseconds. */
const atOnceMs = 200;
/** Nobody asks for longer. In milliseconds. */
const patienceMs = 300_000;

const nameOf = (index: number): string => `tenant_${index}`;

interface Tenant {
  readonly tenantId: string;
  readonly apiKey: string;
}

/** What a client was answered until it was told to come no more. */
interface Asked {
  readonly tenantId: string;
  readonly answers: readonly Answered[];
}

/**
 * A burst of clients whose connections are new, the same over the connections that are kept, and then one run
 * in each of many tenants. Clients that are told to come again do, when they are told to.
 */
export const runInManyTenants = ({ tenants, clients }: Sizes): Promise<void> =>
  withServer(async ({ url, bigqueryUrl }) => {
    const { results: onboarded } = await generateLoad({ times: tenants, atOnce: 4 }, async (index) => ({
      tenantId: nameOf(index),
      apiKey: await onboardUnlimited(url, nameOf(index)),
    }));
    const client = createHttpClient(url);
    const ask = async (index: number): Promise<Asked> => {
      const tenant = onboarded[index % tenants];
      if (tenant === undefined) throw new Error(`There is no tenant ${index}`);
      return { tenantId: tenant.tenantId, answers: await askUntilDecided(client, tenant) };
    };
    const atOnce = { times: clients, atOnce: clients };
    const cold = await generateLoad(atOnce, ask);
    const warm = await generateLoad(atOnce, ask);
    const { results: rest, tookMs } = await generateLoad({ times: tenants, atOnce: clients }, ask);
    client.close();
    const all = [...cold.results, ...warm.results, ...rest];
    const admitted = new Map<string, number>();
    for (const { tenantId, answers } of all)
      if (answers.at(-1)?.status === 202) admitted.set(tenantId, (admitted.get(tenantId) ?? 0) + 1);
    let recorded = 0;
    for (const [tenantId, runs] of admitted) {
      await ledgerHas(bigqueryUrl, tenantId, runs, { longestMs: patienceMs, everyMs: 50 });
      const { rows } = await readLedger(bigqueryUrl, tenantId);
      if (rows === runs) recorded += runs;
    }
    print({
      tenants,
      clients,
      tookMs,
      all,
      firstOf: { cold: cold.results.flatMap(firstAnswer), warm: warm.results.flatMap(firstAnswer) },
      rest: rest.flatMap(({ answers }) => answers),
      recorded,
    });
  });

const firstAnswer = ({ answers }: Asked): readonly Answered[] => answers.slice(0, 1);

/** All answers, the last of which is none that asks to come again. */
async function askUntilDecided(
  client: HttpClient,
  { tenantId, apiKey }: Tenant,
): Promise<readonly Answered[]> {
  const answers: Answered[] = [];
  const giveUpAt = performance.now() + patienceMs;
  while (performance.now() < giveUpAt) {
    const answer = await client.send('POST', `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`, {
      headers: { 'X-API-Key': apiKey },
    });
    answers.push(answer);
    if (answer.status !== 503 || answer.retryAfterSeconds === undefined) break;
    await sleep(answer.retryAfterSeconds * 1000);
  }
  return answers;
}

interface Totals {
  readonly tenants: number;
  readonly clients: number;
  /** Of the runs in all tenants. */
  readonly tookMs: number;
  readonly all: readonly Asked[];
  /** What the clients of the bursts were answered first: all asked at the same moment. */
  readonly firstOf: { readonly cold: readonly Answered[]; readonly warm: readonly Answered[] };
  readonly rest: readonly Answered[];
  /** Runs of tenants whose ledgers have as many rows as were accepted. */
  readonly recorded: number;
}

function print({ tenants, clients, tookMs, all, firstOf, rest, recorded }: Totals): void {
  const columns = [firstOf.cold, firstOf.warm, rest];
  const answers = all.flatMap((asked) => asked.answers);
  const of = (from: readonly Answered[], wanted: number) =>
    from.filter(({ status }) => status === wanted).map(({ tookMs: each }) => each);
  const row = (what: string, cell: (from: readonly Answered[]) => string, aim = '', before = '') => [
    what,
    before,
    ...columns.map(cell),
    aim,
  ];
  const late = (from: readonly Answered[]) => of(from, 503).filter((each) => each > atOnceMs).length;
  printTable(
    `${clients} clients at once, and one run in each of ${tenants} tenants, ${clients} at once`,
    ['what', 'before', 'burst, new connections', 'burst, kept ones', 'all tenants', 'aim'],
    [
      row('202: p50, p99, most (ms)', (from) => spreadOf(of(from, 202))),
      row('503', (from) => String(of(from, 503).length), '', '109'),
      row('503: p50, p99, most (ms)', (from) => spreadOf(of(from, 503)), '', 'up to 18000'),
      row(`503 after more than ${atOnceMs} ms`, (from) => String(late(from)), '0'),
    ],
  );
  const admitted = all.filter((asked) => asked.answers.at(-1)?.status === 202).length;
  const mayStart = answers.filter(({ text }) => text.includes('may still start')).length;
  const others = answers.filter(({ status }) => status !== 202 && status !== 503).length;
  const asked = all.map((each) => each.answers.length);
  console.log(`
${admitted} of ${all.length} clients got through, after ${spreadOf(asked)} requests (p50, p99, most), the last one of all tenants' after ${shown(tookMs / 1000)} s.
Of their runs ${recorded} are in the ledger once. 503 that say "may still start": ${mayStart}; other answers: ${others}.`);
}
