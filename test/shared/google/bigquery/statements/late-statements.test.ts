import type { Clock } from '@sinonjs/fake-timers';
import { clientOf, type LocalBigQuery, startLocalBigQuery } from 'local-bigquery/testing';
import { createRunStatement } from '../../../../../shared/google/bigquery/statements/run-statement';
import { type BigQueryProxy, startProxy } from '../../../../functions/support/proxy';
import { beginVirtualTime } from '../../../../support/virtual-time';
import { appendAndRead, appendDigit, divide, makeTable, readN } from './statement-table';

describe('A statement that is not over in time', () => {
  let local: LocalBigQuery;
  let proxy: BigQueryProxy;
  let clock: Clock;
  let isRunning = false;
  let release = () => {};
  /** What holds DML up, until it is released. */
  let held: Promise<void> = Promise.resolve();
  const hold = () => {
    held = new Promise((resolve) => {
      release = resolve;
    });
  };
  const latencies = { queryMs: 0, ddlMs: 0, loadMs: 0, streamingMs: 0, dmlMs: 60_000 };
  let datasets = 0;
  let dataset: string;
  let runStatement: ReturnType<typeof createRunStatement>;

  beforeAll(async () => {
    local = await startLocalBigQuery({ memoryOnly: true, limits: { ...latencies, pause: () => held } });
  });
  afterAll(() => local?.stop());
  beforeEach(async () => {
    dataset = `tenant_${++datasets}`;
    await makeTable(local.url, dataset, 'EU');
    proxy = await startProxy(local.url);
    runStatement = createRunStatement(clientOf(proxy.url));
    await runStatement(dataset, readN, {});
    hold();
    clock = beginVirtualTime();
    isRunning = true;
  });
  afterEach(async () => {
    isRunning = false;
    clock.uninstall();
    release();
    await proxy.close();
  });

  /** Calls after the first two, which are for the location and the first value. */
  const calls = () =>
    proxy.calls.slice(2).map(({ method, path, statement }) => {
      const what = statement ?? (/\/queries\/[^/?]+/.test(path) ? 'results' : 'other');
      return `${method} ${what}`;
    });
  const sent = (statement: string) => calls().filter((call) => call === `POST ${statement}`).length;
  const until = async (holds: () => boolean) => {
    while (!holds()) {
      if (!isRunning) throw new Error('The test is over');
      await new Promise(setImmediate);
    }
  };
  /** BigQuery has been asked since, and waits for a statement's end. */
  const waitedFor = async (callsBefore: number, timersBefore: number) => {
    // The caller's time and that of BigQuery's answer run.
    const isAsked = () => proxy.calls.length > callsBefore && clock.countTimers() >= timersBefore + 2;
    await until(() => isAsked() && /\/queries/.test(proxy.calls.at(-1)?.path ?? ''));
  };
  const limit = { timeoutMs: 10_000 };
  /** Runs it until it is too late, in virtual time. BigQuery answers a little before that. */
  const late = async (run: () => Promise<unknown>) => {
    const before = [proxy.calls.length, clock.countTimers()] as const;
    const outcome = expect(run()).rejects.toMatchObject({ code: 'ETIMEDOUT' });
    await waitedFor(...before);
    clock.tick(9_500);
    await outcome;
  };
  const n = async () => (await runStatement(dataset, readN, {})).rows[0]?.n;

  it.each([
    ['DML', appendDigit],
    ['a script', appendAndRead],
  ])('is waited for by its repeat, which is sent only then: %s', async (_what, statement) => {
    await late(() => runStatement(dataset, statement, { digit: 1 }, limit));
    const repeat = runStatement(dataset, statement, { digit: 2 }, limit);
    await until(() => calls().at(-1) === 'GET results');
    expect(sent(statement.name)).toBe(1);
    release();
    await repeat;
    expect(calls()).toEqual([`POST ${statement.name}`, 'GET results', `POST ${statement.name}`]);
    expect(await n()).toBe(12);
  });

  it('is waited for by a repeat no longer than that has time; nothing more is sent', async () => {
    await late(() => runStatement(dataset, appendDigit, { digit: 1 }, limit));
    await late(() => runStatement(dataset, appendDigit, { digit: 2 }, limit));
    await late(() => runStatement(dataset, appendDigit, { digit: 3 }, limit));
    expect(sent('append-digit')).toBe(1);
    release();
    await runStatement(dataset, appendDigit, { digit: 4 });
    expect(await n()).toBe(14);
  });

  it('is waited for once: what comes after the repeat waits for nothing', async () => {
    await late(() => runStatement(dataset, appendDigit, { digit: 1 }, limit));
    release();
    await runStatement(dataset, appendDigit, { digit: 2 });
    const before = calls().length;
    await runStatement(dataset, appendDigit, { digit: 3 });
    expect(calls().slice(before)).toEqual(['POST append-digit']);
    expect(await n()).toBe(123);
  });

  it('may fail in the end: its repeat is sent then', async () => {
    await late(() => runStatement(dataset, divide, { divisor: 0 }, limit));
    release();
    expect(await runStatement(dataset, divide, { divisor: 2 }, limit)).toMatchObject({ affectedRows: 1 });
    expect(calls()).toEqual(['POST divide', 'GET results', 'GET other', 'POST divide']);
    expect(await n()).toBe(3);
  });

  it('holds up no other statement, and no other tenant', async () => {
    await late(() => runStatement(dataset, appendDigit, { digit: 1 }, limit));
    expect(await n()).toBe(0);
    await late(() => runStatement(dataset, appendAndRead, { digit: 2 }, limit));
    const other = `${dataset}_other`;
    await makeTable(local.url, other, 'EU');
    await late(() => runStatement(other, appendDigit, { digit: 3 }, limit));
    expect([sent('append-digit'), sent('append-and-read')]).toEqual([2, 1]);
  });

  it('does not hold up others while its own caller still waits for it', async () => {
    const first = runStatement(dataset, appendDigit, { digit: 1 });
    await until(() => sent('append-digit') === 1);
    const second = runStatement(dataset, appendDigit, { digit: 2 });
    await until(() => sent('append-digit') === 2);
    release();
    await Promise.all([first, second]);
    expect([12, 21]).toContain(await n());
  });

  it('is not known where no answer came at all: its repeat is sent at once', async () => {
    proxy.treat(({ statement }) => (statement === 'append-digit' ? 'hang' : 'pass'));
    const outcome = expect(runStatement(dataset, appendDigit, { digit: 1 }, limit)).rejects.toMatchObject({
      code: 'ETIMEDOUT',
    });
    await until(() => sent('append-digit') === 1);
    clock.tick(limit.timeoutMs);
    await outcome;
    proxy.treat(() => 'pass');
    release();
    await runStatement(dataset, appendDigit, { digit: 2 });
    expect(await n()).toBe(2);
  });
});
