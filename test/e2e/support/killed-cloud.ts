import { setTimeout as sleep } from 'node:timers/promises';
import type { BigQuery } from '@google-cloud/bigquery';
import { clientOf } from 'local-bigquery/testing';
import { call, eventually, onboard, query, withKey } from '../../support/local-cloud';
import {
  isRunning,
  newDirectory,
  removeDirectory,
  type ServerProcess,
  startServer,
} from '../../support/server-process';

const tenantId = 'killed';
const callers = 6;
/** From the start of the load. In milliseconds. */
const latestKillMs = 400;

/** A kill, a start and its reading, on a busy machine: five seconds on one that is not. In milliseconds. */
const longestMs = 30_000;
/** It goes on for minutes: after so many kills it says how far it is. */
const toldEvery = 25;

/** The first of so many starts over what was killed is `npm start`'s, with its threads; the others take half of the time. */
const threadedEvery = 10;
const inOneThread = 'test/e2e/support/cloud-in-one-thread.ts';

/** What the counters say, and what they should say by the law; and how often the ledger has a run at most. */
const lawSql = `
SELECT
  pipeline_runs_count AS counted,
  (SELECT COUNT(DISTINCT run_id) FROM (
    SELECT run_id FROM pipeline_runs
    UNION ALL SELECT slot.run_id FROM tenants, UNNEST(active_runs) AS slot
    UNION ALL SELECT settled.run_id FROM tenants, UNNEST(settled_runs) AS settled)) AS known,
  current_running_pipelines AS running,
  ARRAY_LENGTH(active_runs) AS slots
FROM tenants`;

/**
 * Kills the whole local cloud at some moment of a load, and starts it again over the same data, so many times. After
 * each start the law has to hold at the first reading; in the end the ledger has each run that was answered 202, once.
 */
export const describeKilledCloud = (times: number): void =>
  describe('The whole cloud, killed under load and started again', () => {
    const dataDirectory = newDirectory();
    let server: ServerProcess;
    let bigquery: BigQuery;
    let apiKey: string;
    const answered: string[] = [];

    const start = async (entry?: string) => {
      server = await startServer({ dataDirectory, ...(entry !== undefined && { entry }) });
      bigquery = clientOf(server.bigqueryUrl);
    };
    beforeAll(async () => {
      await start();
      apiKey = await onboard(server.url, tenantId, {
        max_pipelines_per_month: null,
        max_concurrent_pipelines: null,
      });
    });
    afterAll(async () => {
      await server?.end('SIGKILL');
      removeDirectory(dataDirectory);
    });

    /** Until nobody answers. */
    const load = async (): Promise<void> => {
      for (;;) {
        const path = `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`;
        const answer = await call(server.url, 'POST', path, { headers: withKey(apiKey) }).catch(
          () => undefined,
        );
        if (answer === undefined) return;
        if (answer.status === 202) answered.push(String(answer.body.run_id));
      }
    };

    it(
      `${times} times: the law holds at the first reading after each start`,
      async () => {
        for (let kill = 1; kill <= times; kill++) {
          const engine = server.children();
          const before = answered.length;
          const loads = Promise.all(Array.from({ length: callers }, load));
          await eventually('a run that is answered 202', async () => answered.length > before || undefined);
          await new Promise((resolve) => setTimeout(resolve, Math.random() * latestKillMs));
          await server.end('SIGKILL');
          await loads;
          await eventually('the end of the SQL engine', async () => !engine.some(isRunning) || undefined);
          await start(kill % threadedEvery === 1 ? undefined : inOneThread);
          const [law] = await query(bigquery, tenantId, lawSql);
          expect({ kill, counted: law?.counted, running: law?.running }).toEqual({
            kill,
            counted: law?.known,
            running: law?.slots,
          });
          if (kill % toldEvery === 0) process.stderr.write(`${kill} of ${times} kills: the law held\n`);
        }
      },
      times * longestMs,
    );

    it('the ledger has each run that was answered 202, once', async () => {
      // A run that was settled and is not in the ledger yet is put there by reconcile, which comes every five minutes;
      // one whose message was lost is published again by it.
      await eventually('all runs in the ledger', async () => {
        await call(server.url, 'POST', '/local/scheduler/reconcile:run');
        const [row] = await query(
          bigquery,
          tenantId,
          'SELECT COUNT(*) AS missing FROM UNNEST(@answered) AS run_id WHERE run_id NOT IN (SELECT run_id FROM pipeline_runs)',
          { answered },
        );
        if (row?.missing === 0) return true;
        // It appends what was decided some twenty seconds ago: until then each look costs more than it tells.
        await sleep(1_000);
        return undefined;
      });
      expect(answered.length).toBeGreaterThanOrEqual(times);
      const [row] = await query(
        bigquery,
        tenantId,
        'SELECT COUNT(*) - COUNT(DISTINCT run_id) AS twice FROM pipeline_runs',
      );
      expect(row?.twice).toBe(0);
    });
  });
