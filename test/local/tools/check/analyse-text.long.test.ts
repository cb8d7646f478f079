import type { LocalSqlEngine } from 'local-bigquery/engine';
import { builtInFunctions } from '../../../../shared/definitions/sql/built-in-functions';
import { compareReads, requestOf, startAnalyser } from './made-queries';

describe('what a text reads, as the text says and as GoogleSQL’s analyser does', () => {
  let engine: LocalSqlEngine;
  beforeAll(async () => {
    engine = await startAnalyser();
  });
  afterAll(() => engine?.close());

  it('agrees in many made-up queries', () => compareReads(engine, 500));

  it('takes for GoogleSQL’s own no function that the analyser does not know', async () => {
    const unknown: string[] = [];
    for (const name of builtInFunctions()) {
      const told = await engine.analyze(requestOf(`SELECT ${name}()`)).then(() => '', String);
      if (/Function not found/.test(told)) unknown.push(name);
    }
    expect(unknown).toEqual([]);
  });
});
