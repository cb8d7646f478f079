import { rmSync } from 'node:fs';
import { type CallFaults, type RunningBigQuery, startBigQuery } from 'local-bigquery';
import { clientOf, newFolder, sharesEngine } from 'local-bigquery/testing';
import { isRetryable } from '../../../../../shared/google/bigquery/failures';
import { createRunStatement } from '../../../../../shared/google/bigquery/statements/run-statement';
import { appendAndRead, makeTable, readN } from './statement-table';

describe('A script that failed, and is answered as complete without a result', () => {
  const gcsDirectory = newFolder();
  let server: RunningBigQuery;
  /** What the next script meets; undefined: nothing. */
  let fault: 'before' | 'after' | undefined;
  const faults: CallFaults = async ({ failScript }, work) => {
    if (failScript === undefined || fault === undefined) return work();
    const met = fault;
    fault = undefined;
    return failScript(met);
  };
  beforeAll(async () => {
    server = await startBigQuery({ port: 0, gcsDirectory, faults, sharesEngine });
  });
  afterAll(async () => {
    await server?.close();
    rmSync(gcsDirectory, { recursive: true });
  });

  it.each([
    ['before', 'before its statements', 0],
    ['after', 'after its statements', 5],
  ] as const)('has failed, and can be repeated: %s', async (when, _what, n) => {
    await makeTable(server.url, when, 'US');
    const runStatement = createRunStatement(clientOf(server.url));
    fault = when;
    const error: unknown = await runStatement(when, appendAndRead, { digit: 5 }).then(
      () => 'it succeeded',
      (thrown: unknown) => thrown,
    );
    expect(isRetryable(error)).toBe(true);
    expect(await runStatement(when, readN, {})).toMatchObject({ rows: [{ n }] });
    expect(await runStatement(when, appendAndRead, { digit: 6 })).toMatchObject({
      rows: [{ n: 10 * n + 6 }],
    });
  });
});
