import { rmSync } from 'node:fs';
import { type CallFaults, faultBorder, type NamedCall } from '../../rest/named-calls';
import type { RestCall, RestReply } from '../../rest/rest-border';
import { startBigQuery } from '../../start-bigquery';
import { newFolder } from '../support/local-bigquery';
import { sharesEngine } from '../support/shares-engine';

const post = (path: string, body: object): RestCall => ({
  method: 'POST',
  url: `/projects/local/${path}`,
  text: JSON.stringify(body),
});
const insertJob = (jobId: string, query = 'SELECT 1') =>
  post('jobs', { jobReference: { jobId }, configuration: { query: { query } } });
const query = (text: string, requestId = 'a') => post('queries', { query: text, requestId });
const stream = (...insertIds: string[]) =>
  post('datasets/ds/tables/t/insertAll', { rows: insertIds.map((insertId) => ({ insertId, json: {} })) });

/** What the hook is told of a call. */
async function named(call: RestCall): Promise<NamedCall> {
  const calls: NamedCall[] = [];
  const faults: CallFaults = (told, work) => {
    calls.push(told);
    return work();
  };
  await faultBorder(faults, 'local')(call, async () => ({ status: 200 }));
  const [told] = calls;
  if (told === undefined) throw new Error('the hook was not asked');
  return told;
}

const identity = async (call: RestCall) => (await named(call)).identity;

it('a job is known by its id, whatever it does', async () => {
  expect(await identity(insertJob('one', 'SELECT 2'))).toBe(await identity(insertJob('one')));
  expect(await identity(insertJob('two'))).not.toBe(await identity(insertJob('one')));
});

it('a query is known by its text, without its request id and times of day', async () => {
  const at = (time: string, requestId: string) => query(`SELECT TIMESTAMP '${time}'`, requestId);
  expect(await identity(at('2026-11-02T03:04:05.678', 'b'))).toBe(
    await identity(at('2025-01-01T00:00:00', 'a')),
  );
  expect(await identity(query('SELECT 1'))).not.toBe(await identity(query('SELECT 2')));
});

it('a streaming insert is known by its insert ids', async () => {
  expect(await identity(stream('x', 'y'))).toBe(await identity(stream('x', 'y')));
  expect(await identity(stream('x', 'y'))).not.toBe(await identity(stream('x')));
});

it('DML may be refused with a conflict, in the documented words; other calls may not', async () => {
  const { refusals } = await named(query('UPDATE ds.tenants SET n = 1 WHERE TRUE'));
  expect(refusals).toMatchObject({
    unavailable: { status: 503 },
    'rate-limited': { status: 429 },
    conflict: {
      status: 400,
      body: {
        error: { message: 'Could not serialize access to table local:ds.tenants due to concurrent update' },
      },
    },
  });
  expect(Object.keys((await named(query('SELECT 1'))).refusals)).toEqual(['unavailable', 'rate-limited']);
});

describe('over sockets', () => {
  const gcsDirectory = newFolder();
  afterAll(() => rmSync(gcsDirectory, { recursive: true }));

  const call = async (url: string): Promise<number | 'broken'> => {
    try {
      const response = await fetch(`${url}/projects/local/queries`, {
        method: 'POST',
        body: JSON.stringify({ query: 'SELECT 1', useLegacySql: false }),
      });
      await response.arrayBuffer();
      return response.status;
    } catch {
      return 'broken';
    }
  };

  it('the hook answers a call, lets it pass, or breaks its connection', async () => {
    const answers: ((call: NamedCall) => RestReply | undefined | 'pass')[] = [
      () => 'pass',
      ({ refusals }) => refusals.unavailable,
      ({ refusals }) => refusals['rate-limited'],
      () => undefined,
      () => 'pass',
    ];
    const faults: CallFaults = async (told, work) => {
      const answer = answers.shift()?.(told);
      return answer === 'pass' ? work() : answer;
    };
    const server = await startBigQuery({ port: 0, gcsDirectory, faults, sharesEngine });
    const met: (number | 'broken')[] = [];
    for (let count = answers.length; count > 0; count -= 1) met.push(await call(server.url));
    await server.close();
    expect(met).toEqual([200, 503, 429, 'broken', 200]);
  });

  it('is away until it is switched on again', async () => {
    const server = await startBigQuery({ port: 0, gcsDirectory, sharesEngine });
    const before = await call(server.url);
    server.setAvailable(false);
    const away = [await call(server.url), await call(server.url)];
    server.setAvailable(true);
    const after = await call(server.url);
    await server.close();
    expect([before, after]).toEqual([200, 200]);
    for (const answer of away) expect([503, 'broken']).toContain(answer);
  });
});
