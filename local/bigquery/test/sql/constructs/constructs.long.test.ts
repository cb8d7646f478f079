import type { TestEngine } from '../../support/test-engine';
import { everyConstruct } from './every-construct';
import { checkedAndRun, constructsEngine, expectedOf } from './judge-construct';

let bench: TestEngine;
beforeAll(async () => {
  bench = await constructsEngine();
});
afterAll(() => bench.close());

it.each(everyConstruct)('%s', async (sql, outcome) => {
  const found = await checkedAndRun(bench, sql);
  expect(found).toEqual(expectedOf(outcome, found.checked));
});
