import { rmSync } from 'node:fs';
import { z } from 'zod';
import type { CallFaults } from '../../rest/named-calls';
import { startBigQuery } from '../../start-bigquery';
import { clientOf, newFolder } from '../support/local-bigquery';
import { sharesEngine } from '../support/shares-engine';

const gcsDirectory = newFolder();
afterAll(() => rmSync(gcsDirectory, { recursive: true }));

/** Which failure scripts meet; undefined: none. */
let fault: 'before' | 'after' | undefined;
const faults: CallFaults = async ({ failScript }, work) =>
  fault !== undefined && failScript !== undefined ? failScript(fault) : work();

const started = startBigQuery({ port: 0, gcsDirectory, faults, sharesEngine });
afterAll(async () => (await started).close());

const script = 'UPDATE ds.t SET n = n + 1 WHERE TRUE; SELECT n FROM ds.t';
const answerSchema = z.looseObject({
  jobReference: z.object({ jobId: z.string(), location: z.string() }).optional(),
});

async function post(body: object) {
  const response = await fetch(`${(await started).url}/projects/local/queries`, {
    method: 'POST',
    body: JSON.stringify({ useLegacySql: false, ...body }),
  });
  return { status: response.status, ...answerSchema.parse(await response.json()) };
}

async function makeTable() {
  fault = undefined;
  const client = clientOf((await started).url);
  await client.dataset('ds').get({ autoCreate: true });
  await client.query('CREATE OR REPLACE TABLE ds.t AS SELECT 0 AS n');
  const valueNow = async () => {
    fault = undefined;
    const [[row]] = await client.query('SELECT n FROM ds.t');
    return row.n;
  };
  return { client, valueNow };
}

describe('A script that fails silently', () => {
  it.each([
    ['before', 0],
    ['after', 1],
  ] as const)(
    '%s its statements: answered as complete without a result; its job says why',
    async (when, n) => {
      const { client, valueNow } = await makeTable();
      fault = when;
      const answer = await post({ query: script });
      expect(answer).toEqual({
        status: 200,
        kind: 'bigquery#queryResponse',
        jobReference: expect.anything(),
        queryId: expect.any(String),
        jobComplete: true,
        location: 'US',
      });
      const [job] = await client.job(answer.jobReference?.jobId ?? '').get();
      expect(job.metadata).toMatchObject({
        status: {
          state: 'DONE',
          errorResult: { reason: 'jobInternalError', message: expect.stringContaining('An internal error') },
        },
      });
      expect((await job.getQueryResults())[0]).toEqual([]);
      expect(await valueNow()).toBe(n);
    },
  );

  it('may be a job with an id, or one that need not be', async () => {
    const { client } = await makeTable();
    fault = 'before';
    const [job] = await client.createQueryJob({ query: script, jobId: 'chosen' });
    const [rows] = await job.getQueryResults();
    expect(rows).toEqual([]);
    await expect(job.promise()).rejects.toThrow('An internal error');
    const { jobReference } = await post({ query: script, jobCreationMode: 'JOB_CREATION_OPTIONAL' });
    expect(jobReference).toBeDefined();
  });

  it('may also fail by a fault of its own', async () => {
    const { client, valueNow } = await makeTable();
    fault = 'after';
    const answer = await post({ query: "UPDATE ds.t SET n = 5 WHERE TRUE; SELECT ERROR('mine')" });
    expect(answer).toMatchObject({ status: 200, jobComplete: true });
    const [job] = await client.job(answer.jobReference?.jobId ?? '').get();
    expect(job.metadata.status.errorResult.message).toContain('mine');
    expect(await valueNow()).toBe(5);
  });
});

it.each([
  ['a single statement', 'UPDATE ds.t SET n = 7 WHERE TRUE;', 200],
  ['one with a semicolon in a text', "UPDATE ds.t SET n = 7 WHERE ';x' != ''", 200],
  ['one that fails', "SELECT ERROR(';x')", 400],
])('%s is no script: it does not fail silently', async (_, query, status) => {
  const { valueNow } = await makeTable();
  fault = 'before';
  expect(await post({ query })).toMatchObject({ status });
  expect(await valueNow()).toBe(status === 200 ? 7 : 0);
});

it('without the fault a script that fails is refused', async () => {
  await makeTable();
  expect(await post({ query: "UPDATE ds.t SET n = 5 WHERE TRUE; SELECT ERROR('mine')" })).toMatchObject({
    status: 400,
    error: { message: expect.stringContaining('mine') },
  });
});
