import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestEngine } from '../../support/test-engine';
import { everyConstruct } from './every-construct';
import { checkedAndRun, constructsEngine, expectedOf } from './judge-construct';

let bench: TestEngine;
beforeAll(async () => {
  bench = await constructsEngine();
});
afterAll(() => bench.close());

/** All of them are in constructs.long.test.ts. */
const some = everyConstruct.filter((_, index) => index % 9 === 4);

describe('the check of a statement foresees what becomes of it', () => {
  it.each(some)('%s', async (sql, outcome) => {
    const found = await checkedAndRun(bench, sql);
    expect(found).toEqual(expectedOf(outcome, found.checked));
  });
});

it('the README counts them as they are', () => {
  const readme = readFileSync(join(__dirname, '../../../README.md'), 'utf8').replace(/\s+/g, ' ');
  const gaps = everyConstruct.filter(([, outcome]) => 'gap' in outcome).length;
  const refused = everyConstruct.filter(([, outcome]) => 'refused' in outcome).length;
  const runs = everyConstruct.length - gaps - refused;
  expect(readme).toContain(
    `Of ${everyConstruct.length} constructs in a table, ${runs} run, ${gaps} are told as not to be tried here, and ${refused} are refused as BigQuery refuses them`,
  );
});
