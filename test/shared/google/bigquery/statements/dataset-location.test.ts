import { clientOf, type LocalBigQuery, startLocalBigQuery } from 'local-bigquery/testing';
import { isNotFound, isRetryable } from '../../../../../shared/google/bigquery/failures';
import { createRunStatement } from '../../../../../shared/google/bigquery/statements/run-statement';
import { type BigQueryProxy, startProxy } from '../../../../functions/support/proxy';
import { eventually } from '../../../../support/local-cloud';
import { appendAndRead, appendDigit, makeTable, readN } from './statement-table';

describe('A statement runs where its dataset is', () => {
  let local: LocalBigQuery;
  let proxy: BigQueryProxy;
  beforeAll(async () => {
    local = await startLocalBigQuery({ memoryOnly: true, infersNoLocation: true });
  });
  afterAll(() => local?.stop());
  // Each proxy is a server of its own, of which nothing is known yet.
  beforeEach(async () => {
    proxy = await startProxy(local.url);
  });
  afterEach(() => proxy.close());

  const newRunStatement = () => createRunStatement(clientOf(proxy.url));
  const calls = () => proxy.calls.map(({ method, statement }) => `${method} ${statement ?? 'location'}`);
  const caught = async (work: Promise<unknown>): Promise<unknown> => {
    const outcome = await work.then(
      () => 'it succeeded',
      (error: unknown) => error,
    );
    return outcome;
  };
  const remove = (dataset: string) => local.client.dataset(dataset).delete({ force: true });

  it('though BigQuery does not infer it: SELECT, DML and script', async () => {
    await makeTable(local.url, 'in_eu', 'EU');
    const runStatement = newRunStatement();
    expect(await runStatement('in_eu', appendDigit, { digit: 1 })).toMatchObject({ affectedRows: 1 });
    expect(await runStatement('in_eu', appendAndRead, { digit: 2 })).toMatchObject({ rows: [{ n: 12 }] });
    expect(await runStatement('in_eu', readN, {})).toMatchObject({ rows: [{ n: 12 }], location: 'EU' });
    expect(calls()).toEqual(['GET location', 'POST append-digit', 'POST append-and-read', 'POST read-n']);
  });

  it('and asks for that once, however many statements and clients there are at once', async () => {
    await makeTable(local.url, 'one', 'EU');
    await makeTable(local.url, 'other', 'US');
    const clients = [newRunStatement(), newRunStatement()];
    const runs = ['one', 'other'].flatMap((dataset) =>
      clients.flatMap((runStatement) => Array.from({ length: 5 }, () => runStatement(dataset, readN, {}))),
    );
    await Promise.all(runs);
    await clients[0]?.('one', readN, {});
    expect(calls().filter((call) => call === 'GET location')).toHaveLength(2);
    expect(calls()).toHaveLength(2 + 21);
  });

  it('and is not sent for a dataset that is not there', async () => {
    expect(isNotFound(await caught(newRunStatement()('nobody', readN, {})))).toBe(true);
    expect(calls()).toEqual(['GET location']);
    await makeTable(local.url, 'nobody', 'US');
    expect(await newRunStatement()('nobody', readN, {})).toMatchObject({ rows: [{ n: 0 }] });
  });

  it('and is not found once the dataset is gone', async () => {
    await makeTable(local.url, 'gone', 'EU');
    await newRunStatement()('gone', readN, {});
    await remove('gone');
    expect(isNotFound(await caught(newRunStatement()('gone', readN, {})))).toBe(true);
    expect(isNotFound(await caught(newRunStatement()('gone', readN, {})))).toBe(true);
    expect(calls().slice(2)).toEqual(['POST read-n', 'GET location', 'GET location']);
  });

  it.each([
    ['a SELECT', (run: ReturnType<typeof newRunStatement>) => run('moved', readN, {}), 0],
    ['DML', (run: ReturnType<typeof newRunStatement>) => run('moved', appendDigit, { digit: 1 }), 1],
    ['a script', (run: ReturnType<typeof newRunStatement>) => run('moved', appendAndRead, { digit: 1 }), 1],
  ])('and finds a dataset that was made anew elsewhere: %s, done once', async (_what, statement, n) => {
    await makeTable(local.url, 'moved', 'EU');
    await newRunStatement()('moved', readN, {});
    await remove('moved');
    await makeTable(local.url, 'moved', 'asia-east1');
    expect(await statement(newRunStatement())).toMatchObject({ location: 'asia-east1' });
    expect(await newRunStatement()('moved', readN, {})).toMatchObject({ rows: [{ n }] });
    await remove('moved');
  });

  it('and waits for the location no longer than it may take itself; the next one asks again', async () => {
    await makeTable(local.url, 'slow', 'EU');
    const error = {
      code: 503,
      message: 'Try again',
      errors: [{ reason: 'backendError', message: 'Try again' }],
    };
    proxy.treat(() => ({ status: 503, body: { error } }));
    expect(isRetryable(await caught(newRunStatement()('slow', readN, {})))).toBe(true);
    proxy.treat(() => ({ status: 200, body: { kind: 'a proxy' } }));
    expect(isRetryable(await caught(newRunStatement()('slow', readN, {})))).toBe(true);
    proxy.treat(() => 'hang');
    const late = await caught(newRunStatement()('slow', readN, {}, { timeoutMs: 50 }));
    expect(late).toMatchObject({ code: 'ETIMEDOUT' });
    expect(isRetryable(late)).toBe(true);
    // Where the machine is busy the time is up before the request has come.
    await eventually('the third request', async () => calls()[2]);
    expect(calls()).toEqual(['GET location', 'GET location', 'GET location']);
  });
});
