// In short: ../functions/worker/clock-jumps.test.ts
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { BigQuery } from '@google-cloud/bigquery';
import { clientOf } from 'local-bigquery/testing';
import { call, eventually, onboard, query, withKey } from '../support/local-cloud';
import { newDirectory, removeDirectory, type ServerProcess, startServer } from '../support/server-process';

/** What the program `faketime` has a process load; undefined where it is not installed. */
function clockLibrary(): string | undefined {
  try {
    const found = execFileSync('faketime', ['-m', '-f', '+0', 'env'], { encoding: 'utf8' });
    return /^LD_PRELOAD=(.+)$/m.exec(found)?.[1];
  } catch {
    return undefined;
  }
}

const library = clockLibrary();
if (library === undefined) console.warn('Skipped: there is no faketime on this machine');
const withLibrary = library === undefined ? describe.skip : describe;

const tenantId = 'jumping';
const atOnce = 10;

/**
 * The local cloud as a process whose time of day jumps. Its monotonic clock goes on, as a machine's does, and so does
 * the clock of its SQL engine, a process of its own.
 */
withLibrary('A cloud whose time of day jumps', () => {
  const dataDirectory = newDirectory();
  const folder = newDirectory();
  const offset = join(folder, 'offset');
  let server: ServerProcess;
  let bigquery: BigQuery;
  let apiKey: string;
  const jump = (to: string) => writeFileSync(offset, `${to}\n`);

  beforeAll(async () => {
    jump('+0');
    server = await startServer({
      dataDirectory,
      environment: {
        LD_PRELOAD: library ?? '',
        FAKETIME_TIMESTAMP_FILE: offset,
        FAKETIME_NO_CACHE: '1',
        FAKETIME_DONT_FAKE_MONOTONIC: '1',
      },
    });
    bigquery = clientOf(server.bigqueryUrl);
    apiKey = await onboard(server.url, tenantId, {
      max_pipelines_per_month: null,
      max_concurrent_pipelines: null,
    });
  });
  afterAll(async () => {
    await server?.end('SIGKILL');
    for (const directory of [dataDirectory, folder]) removeDirectory(directory);
  });

  /** The time of day by the header of its answers, in ms. */
  const timeThere = async (): Promise<number> =>
    Date.parse((await fetch(`${server.url}/api/v1/pipelines`)).headers.get('date') ?? '');

  it.each(['-2h', '+2h'])(
    'by %s while runs are under way: each is in the ledger once, with times in order and a likely duration',
    async (to) => {
      jump('+0');
      const before = await timeThere();
      const started: string[] = [];
      const starting = Array.from({ length: atOnce }, async () => {
        const path = `/api/v1/pipelines/run/${tenantId}/gcp/example/dryrun`;
        const { status, body } = await call(server.url, 'POST', path, { headers: withKey(apiKey) });
        expect(status).toBe(202);
        started.push(String(body.run_id));
      });
      await Promise.race(starting);
      jump(to);
      await Promise.all(starting);
      // Node remembers the header for a second.
      await eventually(
        'the jump',
        async () => Math.abs((await timeThere()) - before) > 3_600_000 || undefined,
      );
      const rows = await eventually('all runs in the ledger', async () => {
        // A run whose lease the jump has ended waits for it: it says whether that run began.
        await call(server.url, 'POST', '/local/scheduler/reconcile:run');
        const found = await query(
          bigquery,
          tenantId,
          `SELECT run_id, status, duration_ms, admitted_at <= started_at AND started_at <= ended_at AS in_order
          FROM pipeline_runs`,
        );
        const ours = found.filter(({ run_id }) => started.includes(String(run_id)));
        return new Set(ours.map(({ run_id }) => run_id)).size === atOnce ? ours : undefined;
      });
      expect(rows).toHaveLength(atOnce);
      for (const { duration_ms: duration, in_order: inOrder } of rows) {
        expect(inOrder).not.toBe(false);
        expect(duration === null || (Number(duration) >= 0 && Number(duration) < 600_000)).toBe(true);
      }
    },
  );

  it('backwards: a key that was revoked is refused all the same', async () => {
    jump('+0');
    const keys = `/api/v1/tenants/${tenantId}/api-keys`;
    const { body: made } = await call(server.url, 'POST', keys, { body: { name: 'for a while' } });
    const look = () =>
      call(server.url, 'GET', `/api/v1/tenants/${tenantId}`, { headers: withKey(String(made.api_key)) });
    expect((await look()).status).toBe(200);
    const revoked = await call(server.url, 'DELETE', `${keys}/${made.api_key_id}`);
    expect(revoked.status).toBeLessThan(300);
    jump('-2h');
    await eventually('401', async () => ((await look()).status === 401 ? true : undefined));
  });
});
