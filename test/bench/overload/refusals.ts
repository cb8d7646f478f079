import { createApiKey } from '../../../shared/tenants/rules/api-key';
import { medianAndRange } from '../support/figures';
import { createHttpClient } from '../support/http-client';
import { generateLoad } from '../support/load';
import { onboardUnlimited, withServer } from '../support/local-server';
import { threadsOf } from '../support/machine';
import { printTable } from '../support/table';
import type { Sizes } from './command-line';
import { engineOf } from './hung-engine';

const rounds = 9;
const requestsPerRound = 2_000;
const warmUpRequests = 6_000;
/** Whoever is refused holds no connection for long: a few at once are enough to have the processor busy. */
const atOnce = 20;
const holder = 'holder';
const pathOf = (tenant: string) => `/api/v1/pipelines/run/${tenant}/gcp/example/dryrun`;

/**
 * The processor's time that a refusal takes, of each thread of `npm start`'s process: while one tenant has the only
 * place there is, others ask. Figures are robust: they do not depend on what else the machine does.
 */
export const refuseCheaply = (_: Sizes): Promise<void> =>
  withServer(
    async ({ url, pid }) => {
      const client = createHttpClient(url);
      const headers = { 'X-API-Key': await onboardUnlimited(url, holder) };
      const others = Array.from({ length: 100 }, (_each, index) => `other_${index}`).map((tenant) => ({
        path: pathOf(tenant),
        headers: { 'X-API-Key': createApiKey(tenant) },
      }));
      const engine = engineOf(pid);
      process.kill(engine, 'SIGSTOP');
      let isOver = false;
      const hold = async () => {
        while (!isOver) await client.send('POST', pathOf(holder), { headers });
      };
      // Two: while one is answered, the other keeps the place.
      const held = [hold(), hold()];
      let refused = 0;
      const refuse = async (times: number) => {
        const before = threadsOf(pid);
        const { tookMs } = await generateLoad({ times, atOnce }, async (index) => {
          const other = others[index % others.length];
          if (other === undefined) throw new Error('There is nobody else');
          const { status } = await client.send('POST', other.path, other);
          if (status === 503) refused++;
        });
        const after = threadsOf(pid);
        const used = [...after].map(
          ([thread, ms]) => [thread, (ms - (before.get(thread) ?? 0)) / times] as const,
        );
        return { used: new Map(used), perSecond: times / (tookMs / 1000) };
      };
      try {
        await refuse(warmUpRequests);
        const seen: Awaited<ReturnType<typeof refuse>>[] = [];
        refused = 0;
        for (let round = 0; round < rounds; round++) seen.push(await refuse(requestsPerRound));
        const ofThread = (thread: number) => seen.map(({ used }) => used.get(thread) ?? 0);
        const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
        const [functions = pid] = [...threadsOf(pid).keys()]
          .filter((thread) => thread !== pid)
          .sort((one, other) => sum(ofThread(other)) - sum(ofThread(one)));
        printTable(
          `What a refusal takes of the processor (ms): ${refused} of ${rounds * requestsPerRound} were refused`,
          ['where', 'median (least…most)'],
          [
            ["the function's thread", medianAndRange(ofThread(functions), 3)],
            ["the gateway's", medianAndRange(ofThread(pid), 3)],
            [
              'the whole process',
              medianAndRange(
                seen.map(({ used }) => sum([...used.values()])),
                3,
              ),
            ],
            [
              'refusals per second',
              medianAndRange(
                seen.map(({ perSecond }) => perSecond),
                0,
              ),
            ],
          ],
        );
      } finally {
        isOver = true;
        process.kill(engine, 'SIGCONT');
        await Promise.allSettled(held);
        client.close();
      }
    },
    { DECISIONS_AT_ONCE: '1' },
  );
