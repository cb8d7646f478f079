import { setTimeout as sleep } from 'node:timers/promises';
import { median, quantile, shown } from '../support/figures';
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

/** One run in each of many tenants. Clients that are told to come again do, when they are told to. */
export const runInManyTenants = ({ tenants, clients }: Sizes): Promise<void> =>
  withServer(async ({ url, bigqueryUrl }) => {
    const { results: onboarded } = await generateLoad({ times: tenants, atOnce: 4 }, async (index) => ({
      tenantId: nameOf(index),
      apiKey: await onboardUnlimited(url, nameOf(index)),
    }));
    const client = createHttpClient(url);
    const { results, tookMs } = await generateLoad({ times: tenants, atOnce: clients }, async (index) => {
      const tenant = onboarded[index];
      if (tenant === undefined) throw new Error(`There is no tenant ${index}`);
      return { ...tenant, answers: await askUntilDecided(client, tenant) };
    });
    client.close();
    const admitted = results.filter(({ answers }) => answers.at(-1)?.status === 202);
    let once = 0;
    for (const { tenantId } of admitted) {
      await ledgerHas(bigqueryUrl, tenantId, 1, { longestMs: patienceMs, everyMs: 50 });
      const { rows } = await readLedger(bigqueryUrl, tenantId);
      if (rows === 1) once++;
    }
    print(
      results.map(({ answers }) => answers),
      { tenants, clients, tookMs, admitted: admitted.length, once },
    );
  });

/** All answers, the last of which is none that asks to come again. */
async function askUntilDecided(
  client: HttpClient,
  { tenantId, apiKey }: { readonly tenantId: string; readonly apiKey: string },
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
  readonly tookMs: number;
  readonly admitted: number;
  /** Of those that were admitted, the runs that are in the ledger once. */
  readonly once: number;
}

function print(clientsAnswers: readonly (readonly Answered[])[], totals: Totals): void {
  const answers = clientsAnswers.flat();
  const of = (isOf: (answer: Answered) => boolean) => answers.filter(isOf).map(({ tookMs }) => tookMs);
  const accepted = of(({ status }) => status === 202);
  const refused = of(({ status }) => status === 503);
  const late = refused.filter((tookMs) => tookMs > atOnceMs).length;
  const others = answers.filter(({ status }) => status !== 202 && status !== 503).length;
  const mayStart = answers.filter(({ text }) => text.includes('may still start')).length;
  const asked = clientsAnswers.map((each) => each.length);
  const { tenants, clients, tookMs, admitted, once } = totals;
  const row = (what: string, measured: string, aim = '', before = '') => [what, before, measured, aim];
  printTable(
    `One run in each of ${tenants} tenants, ${clients} at once`,
    ['what', 'before', 'measured', 'aim'],
    [
      row('202: p50, p99, most (ms)', spreadOf(accepted)),
      row('503', String(refused.length), '', '109'),
      row('503: p50, p99, most (ms)', spreadOf(refused), '', 'up to 18000'),
      row(`503 after more than ${atOnceMs} ms`, String(late), '0'),
      row('503 that say "may still start"', String(mayStart), '0', 'most'),
      row('other answers', String(others), '0'),
      row('requests per client: p50, p99, most', spreadOf(asked)),
      row('runs that got through', `${admitted} of ${tenants}`, 'all'),
      row('of them in the ledger once', String(once), 'all'),
      row('until the last 202 (s)', shown(tookMs / 1000)),
    ],
  );
}

const spreadOf = (values: readonly number[]): string =>
  [median(values), quantile(values, 0.99), quantile(values, 1)].map((value) => shown(value, 0)).join(', ');
