import { execFile, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { promisify } from 'node:util';
import type { BigQuery } from '@google-cloud/bigquery';
import { clientOf } from 'local-bigquery/testing';
import { call, eventually, onboard, query, whenQuiet, withKey } from '../../support/local-cloud';
import {
  isRunning,
  newDirectory,
  removeDirectory,
  type ServerProcess,
  startServer,
} from '../../support/server-process';

/** As the specification has it, to the letter. */
const onboarding =
  '{"tenant_id":"testcorp_001","company_name":"Test Corporation","contact_email":"admin@testcorp.com","subscription_tier":"STARTER","max_pipelines_per_month":100,"max_concurrent_pipelines":3}';
const hasCurl = spawnSync('curl', ['--version']).status === 0;
if (!hasCurl) console.warn('Skipped: there is no curl on this machine');

/** What a newcomer sees who may start so many runs a month, and whose cloud is killed or not. */
export const describeSpecification = (quota: number, isKilled: boolean): void =>
  describe('What a newcomer sees', () => {
    const dataDirectory = newDirectory();
    let server: ServerProcess;
    let bigquery: BigQuery;
    let apiKey: string;

    const start = async () => {
      server = await startServer({ dataDirectory });
      bigquery = clientOf(server.bigqueryUrl);
    };
    beforeAll(start);
    afterAll(async () => {
      await server?.end('SIGKILL');
      removeDirectory(dataDirectory);
    });

    const run = (tenantId: string, key = apiKey) =>
      call(server.url, 'POST', `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`, {
        headers: withKey(key),
      });
    const setQuotas = async (body: Readonly<Record<string, number>>) => {
      const { status } = await call(server.url, 'PATCH', '/api/v1/tenants/testcorp_001/quotas', { body });
      expect(status).toBe(200);
    };
    const counters = async (tenantId: string) => {
      const columns = 'pipeline_runs_count, pipeline_runs_this_month, current_running_pipelines';
      const sql = `SELECT ${columns}, ARRAY_LENGTH(active_runs) AS slots FROM tenants`;
      return Object.values((await query(bigquery, tenantId, sql))[0] ?? {});
    };
    const ledger = async (tenantId: string) => {
      const sql =
        'SELECT COUNT(*) AS n, COUNT(DISTINCT run_id) AS d, COUNTIF(status = "COMPLETED") AS c FROM pipeline_runs';
      return Object.values((await query(bigquery, tenantId, sql))[0] ?? {});
    };

    it('a banner: where it is, where data goes, who may administer, and what to try', () => {
      expect(server.url).toMatch(/^http:\/\/localhost:\d+$/);
      expect(server.output()).toContain(dataDirectory.split('/').at(-1));
      expect(server.output()).toContain('calls are OPEN');
      expect(server.output().match(/^ *curl .*/gm)).toHaveLength(3);
    });

    it('onboarding with quotas', async () => {
      const { status, body } = await call(server.url, 'POST', '/api/v1/customers/onboard', {
        body: onboarding,
      });
      expect({ status, body }).toMatchObject({
        status: 201,
        body: { tenant_id: 'testcorp_001', max_pipelines_per_month: 100, max_concurrent_pipelines: 3 },
      });
      apiKey = String(body.api_key);
      const [tables] = await bigquery.dataset('testcorp_001').getTables();
      expect(tables.map(({ id }) => id).sort()).toEqual([
        'api_keys',
        'dq_results',
        'pipeline_runs',
        'step_logs',
        'tenants',
      ]);
      expect(await counters('testcorp_001')).toEqual([0, 0, 0, 0]);
    });

    (hasCurl ? it : it.skip)(`${quota} runs in a plain loop of curls, and no more`, async () => {
      const url = `${server.url}/api/v1/pipelines/run/testcorp_001/gcp/example/dryrun`;
      // So many may run at once: how soon each ends is a matter of the machine.
      await setQuotas({ max_pipelines_per_month: quota, max_concurrent_pipelines: quota });
      const loop =
        'i=0; while [ $i -le "$2" ]; do curl -s -X POST "$0" -H "X-API-Key: $1" -w " %{http_code}\\n"; i=$((i+1)); done';
      const { stdout } = await promisify(execFile)('sh', ['-c', loop, url, apiKey, String(quota)]);
      const lines = stdout.trim().split('\n');
      expect(lines.map((line) => line.slice(-3))).toEqual([...Array(quota).fill('202'), '429']);
      expect(lines[quota]).toContain(
        `"detail":"Monthly pipeline quota exceeded. Used ${quota}/${quota}. Upgrade subscription or wait for monthly reset."`,
      );
      await whenQuiet(bigquery, 'testcorp_001');
      expect(await counters('testcorp_001')).toEqual([quota, quota, 0, 0]);
      expect(await ledger('testcorp_001')).toEqual([quota, quota, quota]);
    });

    it('tenant isolation', async () => {
      expect(await run('OTHER_TENANT')).toMatchObject({
        status: 403,
        body: {
          detail:
            "Forbidden: Cannot access resources for tenant 'OTHER_TENANT'. Authenticated as 'testcorp_001'",
        },
      });
    });

    it('suspended and activated', async () => {
      const change = (path: string, body?: unknown) =>
        call(server.url, 'POST', `/api/v1/tenants/testcorp_001/${path}`, { body });
      await setQuotas({ max_pipelines_per_month: 200 });
      expect((await change('suspend', { reason: 'unpaid' })).status).toBe(200);
      expect(await run('testcorp_001')).toMatchObject({
        status: 403,
        body: { detail: 'Tenant account is inactive. Contact support to reactivate.' },
      });
      expect((await change('activate')).status).toBe(200);
      expect((await run('testcorp_001')).status).toBe(202);
      await whenQuiet(bigquery, 'testcorp_001');
    });

    it('more than may run at once are refused, and what was admitted is counted once', async () => {
      const key = await onboard(server.url, 'crowd', { max_concurrent_pipelines: 3 });
      const answers = await Promise.all(Array.from({ length: 40 }, () => run('crowd', key)));
      const admitted = answers.filter(({ status }) => status === 202).length;
      const refused = answers.filter(({ status }) => status !== 202);
      expect(admitted).toBeGreaterThanOrEqual(3);
      expect(refused.length).toBeGreaterThan(0);
      for (const { status, body } of refused) {
        expect({ status, detail: body.detail }).toEqual({
          status: 429,
          detail:
            'Concurrent pipeline limit reached. 3/3 pipelines running. Wait for current pipelines to complete or upgrade subscription.',
        });
      }
      await whenQuiet(bigquery, 'crowd');
      expect(await counters('crowd')).toEqual([admitted, admitted, 0, 0]);
      expect(await ledger('crowd')).toEqual([admitted, admitted, admitted]);
    });

    if (isKilled) {
      it('after kill -9 in the middle of a burst every run that was answered 202 ends in the ledger, once', async () => {
        const key = await onboard(server.url, 'burst', {
          max_pipelines_per_month: null,
          max_concurrent_pipelines: null,
        });
        const engine = server.children();
        const answered: unknown[] = [];
        const caller = async () => {
          for (let call = 0; call < 100; call++) {
            const answer = await run('burst', key).catch(() => undefined);
            if (answer === undefined) return;
            if (answer.status === 202) answered.push(answer.body.run_id);
          }
        };
        const callers = Promise.all(Array.from({ length: 8 }, caller));
        await eventually('30 runs', async () => (answered.length >= 30 ? true : undefined));
        await server.end('SIGKILL');
        await callers;
        await eventually('the end of the SQL engine', async () =>
          engine.some(isRunning) ? undefined : true,
        );

        await start();
        const recorded = await eventually('all runs in the ledger', async () => {
          // A run that was settled and not yet in the ledger is put there by reconcile, which comes every five minutes.
          await call(server.url, 'POST', '/local/scheduler/reconcile:run');
          const rows = await query(bigquery, 'burst', 'SELECT run_id FROM pipeline_runs');
          const ids = rows.map(({ run_id }) => run_id);
          return answered.every((id) => ids.includes(id)) ? ids : undefined;
        });
        expect(new Set(recorded).size).toBe(recorded.length);
        // What was admitted and not answered may still hold its slot: the conservation law counts it.
        const law = `SELECT pipeline_runs_count AS counted, (SELECT COUNT(DISTINCT run_id) FROM (
          SELECT run_id FROM pipeline_runs UNION ALL SELECT run_id FROM tenants, UNNEST(active_runs))) AS known
        FROM tenants`;
        const [row] = await query(bigquery, 'burst', law);
        expect(row?.known).toBe(row?.counted);
      });

      it('and tenants, keys, counters and tables are there after the new start', async () => {
        const { status, body } = await call(server.url, 'GET', '/api/v1/tenants/testcorp_001', {
          headers: withKey(apiKey),
        });
        const runs = hasCurl ? quota + 1 : 1;
        expect({ status, body }).toMatchObject({
          status: 200,
          body: {
            usage: {
              pipeline_runs_count: runs,
              pipeline_runs_this_month: runs,
              current_running_pipelines: 0,
            },
            quotas: { max_pipelines_per_month: 200 },
          },
        });
        expect((await run('testcorp_001')).status).toBe(202);
        await whenQuiet(bigquery, 'testcorp_001');
        expect(await ledger('testcorp_001')).toEqual([runs + 1, runs + 1, runs + 1]);
      });
    }

    it('Ctrl-C ends all it started and frees its ports', async () => {
      const children = server.children();
      const addresses = [server.url, server.bigqueryUrl, `http://${server.pubsubHost}`];
      expect(await server.end('SIGINT')).toBe(0);
      expect(children.filter(isRunning)).toEqual([]);
      for (const address of addresses) expect(await isListening(address)).toBe(false);
    });
  });

const isListening = (address: string): Promise<boolean> =>
  new Promise((resolve) => {
    const { port } = new URL(address);
    const socket = connect(Number(port), '127.0.0.1');
    socket.once('connect', () => {
      socket.destroy();
      resolve(true);
    });
    socket.once('error', () => resolve(false));
  });
