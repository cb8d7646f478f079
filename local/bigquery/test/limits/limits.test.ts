import { setTimeout as sleep } from 'node:timers/promises';
import type { LimitOptions } from '../../limits/limits';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

const fast = { queryMs: 5, dmlMs: 40, ddlMs: 5, loadMs: 5, streamingMs: 5 };

/** The rates' clock stands still: however slow the machine is, all is within one window. */
async function start(limits: LimitOptions): Promise<void> {
  local = await startLocalBigQuery({ memoryOnly: true, limits: { now: () => 0, ...limits } });
  await local.client.createDataset('ds');
  await local.client.query('CREATE TABLE ds.t (id INT64, n INT64)');
  await local.client.dataset('ds').table('t').insert({ id: 1, n: 0 });
}

afterEach(() => local.stop());

const outstanding =
  'Resources exceeded during query execution: Too many DML statements outstanding against table local:ds.t, limit is 20.';
const conflict = 'Could not serialize access to table local:ds.t due to concurrent update';

async function outcome(sql: string): Promise<string> {
  try {
    await local.client.query(sql);
    return 'done';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

async function counter(): Promise<unknown> {
  const [rows] = await local.client.query('SELECT n FROM ds.t WHERE id = 1');
  return rows[0]?.n;
}

it('runs 2 mutations at once and queues 20; those that lose too often fail, and none is lost or done twice', async () => {
  let letGo = () => {};
  const held = new Promise<void>((resolve) => {
    letGo = resolve;
  });
  let isHeld = false;
  await start({ ...fast, dmlMs: 60_000, pause: (ms) => (isHeld ? held : sleep(ms)) });
  isHeld = true;
  const statements = Array.from({ length: 24 }, () => outcome('UPDATE ds.t SET n = n + 1 WHERE id = 1'));
  // The first two are held until the rest has arrived, which is when two more than the queue takes are
  // refused.
  let refused = 0;
  for (const statement of statements) {
    void statement.then((said) => {
      refused += said === outstanding ? 1 : 0;
      if (refused === 2) letGo();
    });
  }
  const outcomes = await Promise.all(statements);
  const count = (text: string) => outcomes.filter((each) => each === text).length;
  expect(count(outstanding)).toBe(2);
  expect(count('done') + count(conflict)).toBe(22);
  expect(await counter()).toBe(count('done'));
});

it('reruns the loser of two overlapping mutations', async () => {
  await start(fast);
  const update = 'UPDATE ds.t SET n = n + 1 WHERE id = 1';
  expect(await Promise.all([outcome(update), outcome(update)])).toEqual(['done', 'done']);
  expect(await counter()).toBe(2);
});

it('takes 25 DML statements per table and 10 seconds, INSERT and mutations together', async () => {
  await start(fast);
  const inserts = Array.from({ length: 24 }, (_, index) => outcome(`INSERT ds.t VALUES (${index + 2}, 0)`));
  expect(new Set(await Promise.all(inserts))).toEqual(new Set(['done']));
  expect(await outcome('DELETE FROM ds.t WHERE id = 2')).toBe('done');
  expect(await outcome('INSERT ds.t VALUES (99, 0)')).toBe(
    'Exceeded rate limits: too many table dml insert operations for this table. For more information, see https://cloud.google.com/bigquery/docs/troubleshoot-quotas',
  );
  await local.client.query('CREATE TABLE ds.other (id INT64)');
  expect(await outcome('INSERT ds.other VALUES (1)')).toBe('done');
});

it('limits each statement of a script by itself', async () => {
  await start(fast);
  const script = 'UPDATE ds.t SET n = n + 1 WHERE TRUE; SELECT n FROM ds.t;';
  for (let run = 1; run <= 25; run += 1) {
    const [rows] = await local.client.query(script);
    expect(rows).toEqual([{ n: run }]);
  }
  expect(await outcome(script)).toContain('too many table dml update operations');
});

it('keeps rows that are streamed in while a mutation runs', async () => {
  await start(fast);
  const update = outcome('UPDATE ds.t SET n = 7 WHERE TRUE');
  await local.client.dataset('ds').table('t').insert({ id: 2, n: 0 });
  expect(await update).toBe('done');
  const [rows] = await local.client.query('SELECT id FROM ds.t ORDER BY id');
  expect(rows).toEqual([{ id: 1 }, { id: 2 }]);
});

it('takes 5 metadata updates of a table and of a dataset per 10 seconds', async () => {
  await start(fast);
  const dataset = local.client.dataset('other');
  await dataset.create();
  const [table] = await dataset.createTable('t', { schema: 'n:INTEGER' });
  for (let change = 1; change < 5; change += 1) {
    await table.setMetadata({ description: String(change) });
    await dataset.setMetadata({ description: String(change) });
  }
  await expect(table.setMetadata({ description: 'x' })).rejects.toMatchObject({
    code: 403,
    errors: [expect.objectContaining({ reason: 'rateLimitExceeded' })],
    message: expect.stringContaining('too many table update operations for this table'),
  });
  await expect(dataset.setMetadata({ description: 'x' })).rejects.toThrow(
    'too many dataset metadata update operations for this dataset',
  );
  await expect(dataset.createTable('second', { schema: 'n:INTEGER' })).resolves.toBeDefined();
});

it('a job inserted by name takes its time and is found when it is done', async () => {
  await start(fast);
  const [job] = await local.client.createQueryJob({
    query: 'UPDATE ds.t SET n = 3 WHERE TRUE',
    jobId: 'one',
  });
  await job.promise();
  expect(await counter()).toBe(3);
});

it('a script takes its own time, and each of its statements takes that of its kind', async () => {
  const waits: number[] = [];
  const pause = async (milliseconds: number) => {
    waits.push(Math.round(Math.log10(milliseconds)));
  };
  await start({ queryMs: 1e8, dmlMs: 1e10, ddlMs: 0, streamingMs: 0, scriptMs: 1e12, pause });
  const waitsOf = async (sql: string) => {
    waits.length = 0;
    await local.client.query(sql);
    return [...waits];
  };
  const update = 'UPDATE ds.t SET n = 3 WHERE TRUE';
  expect(await waitsOf(update)).toEqual([10]);
  expect(await waitsOf('SELECT n FROM ds.t')).toEqual([8]);
  expect(await waitsOf(`${update}; SELECT n FROM ds.t`)).toEqual([12, 10, 8]);
  expect(await waitsOf(`BEGIN ${update}; ${update}; END`)).toEqual([12, 10, 10]);
});
