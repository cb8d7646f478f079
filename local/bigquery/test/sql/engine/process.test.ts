import { gone } from '../../support/processes';
import { field, row, type TestEngine, testEngine } from '../../support/test-engine';

describe('the engine process', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine(undefined, false);
    bench.table('t', [field('id', 'STRING'), field('n', 'INTEGER')], [row('a', '0')]);
  });
  afterAll(() => bench.close());

  it('is started again after kill -9, and nothing is lost', async () => {
    const first = bench.engine.pid();
    process.kill(first, 'SIGKILL');
    await gone(first);
    await bench.run('UPDATE t SET n = n + 1 WHERE TRUE');
    expect(await bench.rows('SELECT n FROM t')).toEqual([['1']]);
    expect(bench.engine.pid()).not.toBe(first);
  });
});
