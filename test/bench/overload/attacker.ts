import { median, quantile, shown } from '../support/figures';
import { type Answered, createHttpClient } from '../support/http-client';
import { onboardUnlimited, withServer } from '../support/local-server';
import { printTable } from '../support/table';
import type { Sizes } from './command-line';

const quiet = 'quiet';
const attacking = 'attacking';
const fields = 80_000;
const attackers = 4;
const runs = 100;

/** Runs of one tenant, one after the other: alone, and beside another tenant that sends very large bodies. */
export const attackBesideAnother = (_: Sizes): Promise<void> =>
  withServer(async ({ url }) => {
    const apiKey = await onboardUnlimited(url, quiet);
    const attackersKey = await onboardUnlimited(url, attacking);
    const client = createHttpClient(url);
    const path = (tenantId: string) => `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`;
    const run = () => client.send('POST', path(quiet), { headers: { 'X-API-Key': apiKey } });
    const measure = async () => {
      const answers: Answered[] = [];
      for (let index = 0; index < runs; index++) answers.push(await run());
      return answers;
    };
    const alone = await measure();
    const body = Object.fromEntries(Array.from({ length: fields }, (__, index) => [`f${index}`, 1]));
    let isOver = false;
    const attacks: Answered[] = [];
    const attack = async () => {
      while (!isOver) {
        attacks.push(
          await client.send('POST', path(attacking), { headers: { 'X-API-Key': attackersKey }, body }),
        );
      }
    };
    const lanes = Array.from({ length: attackers }, attack);
    const beside = await measure();
    isOver = true;
    await Promise.all(lanes);
    client.close();
    const took = (answers: readonly Answered[]) => answers.map(({ tookMs }) => tookMs);
    const row = (what: string, share: number, aim = '') => {
      const [one, other] = [quantile(took(alone), share), quantile(took(beside), share)];
      return [what, shown(one), shown(other), shown(other / one), aim];
    };
    printTable(
      `A tenant beside ${attackers} clients of another that send ${fields} unknown fields each time`,
      ['what', 'alone', 'beside them', 'times', 'aim'],
      [row('p50 to 202 (ms)', 0.5, '≤ 2'), row('p99 to 202 (ms)', 0.99), row('most to 202 (ms)', 1)],
    );
    console.log(`
The quiet tenant was answered ${statusesOf([...alone, ...beside])}. The others: ${attacks.length} requests, answered ${statusesOf(attacks)} in ${shown(median(took(attacks)))} ms (p50),
${shown(Math.max(...attacks.map(({ text }) => text.length)), 0)} bytes at most.`);
  });

const statusesOf = (answers: readonly Answered[]): string =>
  [...new Set(answers.map(({ status }) => status))].join(', ');
