import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { BigQueryError } from '../../../bigquery-error';
import { alive, gone } from '../../support/processes';
import { field, row, type TestEngine, testEngine } from '../../support/test-engine';

describe('the engine process', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine(undefined, false);
    bench.table('t', [field('id', 'STRING'), field('n', 'INTEGER')], [row('a', '0')]);
  });
  afterAll(() => bench.close());

  const pid = () => bench.engine.pid();

  it('is started again after kill -9, and nothing is lost', async () => {
    const first = pid();
    process.kill(first, 'SIGKILL');
    await gone(first);
    await bench.run('UPDATE t SET n = n + 1 WHERE TRUE');
    expect(await bench.rows('SELECT n FROM t')).toEqual([['1']]);
    expect(pid()).not.toBe(first);
  });

  it('repeats the calls that were under way', async () => {
    const slow = 'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 300)) a, UNNEST(GENERATE_ARRAY(1, 300)) b';
    const queries = [
      bench.rows(slow),
      bench.rows(slow),
      bench.run('UPDATE t SET n = n + 1 WHERE TRUE'),
    ] as const;
    const killed = pid();
    process.kill(killed, 'SIGKILL');
    const [first, second] = await Promise.all(queries);
    expect([first, second]).toEqual([[['90000']], [['90000']]]);
    expect(await bench.rows('SELECT n FROM t')).toEqual([['2']]);
    await gone(killed);
  });

  it.each(['stopped', 'abandoned'] as const)(
    'ends with a call that is %s, and no other call',
    async (how) => {
      const endless = `SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 15000)) AS x, UNNEST(GENERATE_ARRAY(1, 15000)) AS y,
      UNNEST(GENERATE_ARRAY(1, 15000)) AS z WHERE MOD(x * y, 7) = MOD(z, 5)`;
      const controllers = { stopped: new AbortController(), abandoned: new AbortController() };
      const signals = { stopped: controllers.stopped.signal, abandoned: controllers.abandoned.signal };
      const before = pid();
      const request = { sql: endless, projectId: 'local', parameters: [] };
      await bench.engine.analyze(request);
      const hung = bench.engine.run({ ...request, signals });
      // When this is answered, the engine has the other.
      await bench.rows('SELECT 1');
      const slow = 'SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 1000)) a, UNNEST(GENERATE_ARRAY(1, 300)) b';
      const others = [bench.rows(slow), bench.run('UPDATE t SET n = n + 1 WHERE TRUE')] as const;
      const [row] = bench.stored('t');
      const reason = new BigQueryError('stopped', 'enough');
      controllers[how].abort(reason);
      await expect(hung).rejects.toBe(reason);
      expect((await Promise.all(others))[0]).toEqual([['300000']]);
      expect(await bench.rows('SELECT n FROM t')).toEqual([[String(Number(row?.[1]) + 1)]]);
      await gone(before);
      await bench.rows('SELECT 2');
      const last = pid();
      expect(last).not.toBe(before);
      expect(alive(last)).toBe(true);
    },
  );

  it('asks nothing of the engine for what was stopped before', async () => {
    const stopped = AbortSignal.abort(new BigQueryError('stopped', 'before'));
    const { signal: abandoned } = new AbortController();
    const signals = { stopped, abandoned };
    const late = bench.engine.run({ sql: 'SELECT 1', projectId: 'local', parameters: [], signals });
    await expect(late).rejects.toMatchObject({ message: 'before' });
  });

  it('ends with close()', async () => {
    const other = await testEngine(undefined, false);
    const child = other.engine.pid();
    expect(alive(child)).toBe(true);
    await other.close();
    await gone(child);
    await expect(other.run('SELECT 1')).rejects.toMatchObject({ reason: 'backendError' });
  });

  it('ends when the process that started it is killed', async () => {
    const program = join(__dirname, '../../support/start-sql-engine.ts');
    const parent = spawn(process.execPath, ['--import', 'tsx', program], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const [chunk] = await once(parent.stdout, 'data');
    const child = Number(String(chunk));
    expect(alive(child)).toBe(true);
    parent.kill('SIGKILL');
    await gone(child);
  });
});
