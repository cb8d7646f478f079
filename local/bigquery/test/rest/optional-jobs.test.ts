import { z } from 'zod';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;
let letGo = () => {};
let held: Promise<void> | undefined;

beforeAll(async () => {
  // Latencies take no time but while a test holds them.
  local = await startLocalBigQuery({ memoryOnly: true, limits: { pause: async () => held } });
  await local.client.createDataset('ds', { location: 'EU' });
  await local.client.query('CREATE TABLE ds.numbers (n INT64)');
  await local.client.query('INSERT ds.numbers (n) VALUES (1), (2), (3)');
});
afterAll(() => local.stop());

const jobCreationMode = 'JOB_CREATION_OPTIONAL';
const answerSchema = z.looseObject({
  jobReference: z.object({ jobId: z.string(), location: z.string() }).optional(),
  jobCreationReason: z.object({ code: z.string() }).optional(),
  queryId: z.string().optional(),
  rows: z.array(z.unknown()).optional(),
});

async function post(body: object): Promise<z.infer<typeof answerSchema>> {
  const response = await fetch(`${local.url}/projects/local/queries`, {
    method: 'POST',
    body: JSON.stringify({ useLegacySql: false, jobCreationMode, ...body }),
  });
  return answerSchema.parse(await response.json());
}

async function listedJobs(): Promise<number> {
  const [jobs] = await local.client.getJobs();
  return jobs.length;
}

describe('JOB_CREATION_OPTIONAL', () => {
  it('a SELECT whose rows fit is answered without a job, which nobody finds afterwards', async () => {
    const before = await listedJobs();
    const answer = await post({ query: 'SELECT n FROM ds.numbers ORDER BY n', location: 'EU' });
    expect(answer).toMatchObject({ jobComplete: true, totalRows: '3', location: 'EU' });
    expect(answer.rows).toHaveLength(3);
    expect(answer).not.toHaveProperty('jobReference');
    expect(answer).not.toHaveProperty('jobCreationReason');
    const job = local.client.job(answer.queryId ?? '', { location: 'EU' });
    await expect(job.getMetadata()).rejects.toMatchObject({ code: 404 });
    await expect(job.getQueryResults()).rejects.toMatchObject({ code: 404 });
    expect(await listedJobs()).toBe(before);
  });

  it('Google’s client takes the rows from the answer, and says which kind it was', async () => {
    const query = { query: 'SELECT n FROM numbers ORDER BY n', location: 'EU', jobCreationMode } as const;
    const told: unknown = await local.client.query({ ...query, defaultDataset: { datasetId: 'ds' } });
    // The client's types leave out the third element.
    const [rows, , answer] = z.tuple([z.unknown(), z.unknown(), answerSchema]).parse(told);
    expect(rows).toEqual([{ n: 1 }, { n: 2 }, { n: 3 }]);
    expect(answer).toMatchObject({ queryId: expect.any(String), location: 'EU' });
    expect(answer.jobReference).toBeUndefined();
    const [none] = await local.client.query({
      query: 'SELECT n FROM ds.numbers WHERE n > 3',
      jobCreationMode,
    });
    expect(none).toEqual([]);
  });

  it('rows that need further pages have a job, and the client reads them all', async () => {
    const query = 'SELECT n FROM UNNEST(GENERATE_ARRAY(1, 25)) AS n ORDER BY n';
    const answer = await post({ query, maxResults: 10 });
    expect(answer).toMatchObject({ pageToken: expect.any(String), queryId: expect.any(String) });
    expect(answer.jobCreationReason).toEqual({ code: 'LARGE_RESULTS' });
    const [job] = await local.client.job(answer.jobReference?.jobId ?? '').get();
    expect(job.metadata).toMatchObject({ jobCreationReason: { code: 'LARGE_RESULTS' } });
    const [rows] = await local.client.query({ query, jobCreationMode, maxResults: 10 });
    expect(rows.map(({ n }) => n)).toEqual(Array.from({ length: 25 }, (_, index) => index + 1));
  });

  it.each([
    ['DML', 'UPDATE ds.numbers SET n = n + 0 WHERE TRUE'],
    ['a definition', 'CREATE TABLE IF NOT EXISTS ds.numbers (n INT64)'],
    ['a script', 'UPDATE ds.numbers SET n = n WHERE TRUE; SELECT n FROM ds.numbers'],
  ])('%s has a job', async (_, query) => {
    const answer = await post({ query });
    expect(answer).toMatchObject({ jobComplete: true, jobCreationReason: { code: 'OTHER' } });
    const [job] = await local.client.job(answer.jobReference?.jobId ?? '', { location: 'EU' }).get();
    expect(job.metadata).toMatchObject({ status: { state: 'DONE' }, jobCreationReason: { code: 'OTHER' } });
  });

  it('a query that outlasts the wait has a job, under which its rows are found', async () => {
    held = new Promise((resolve) => {
      letGo = resolve;
    });
    const before = await listedJobs();
    const body = { query: 'SELECT n FROM ds.numbers', requestId: 'slow' };
    const answer = await post({ ...body, timeoutMs: 1 });
    expect(answer).toMatchObject({ jobComplete: false, jobCreationReason: { code: 'LONG_RUNNING' } });
    expect(await listedJobs()).toBe(before + 1);
    letGo();
    held = undefined;
    const [rows] = await local.client
      .job(answer.jobReference?.jobId ?? '', { location: 'EU' })
      .getQueryResults();
    expect(rows).toHaveLength(3);
    const { jobReference } = await post(body);
    expect(jobReference).toEqual(answer.jobReference);
    expect(await listedJobs()).toBe(before + 1);
  });

  it('a query that fails says why, and leaves no job', async () => {
    const before = await listedJobs();
    expect(await post({ query: 'SELECT nope FROM ds.numbers' })).toMatchObject({
      error: { code: 400, message: 'Unrecognized name: nope at [1:8]' },
    });
    expect(await listedJobs()).toBe(before);
  });

  it('a repeated request is answered alike', async () => {
    const body = { query: 'SELECT n FROM ds.numbers', requestId: 'the-same' };
    const [first, second] = await Promise.all([post(body), post(body)]);
    expect(second).toEqual(first);
    expect(await post(body)).toEqual(first);
  });

  it('is asked for by name: without it there is a job, another mode is refused', async () => {
    const answer = await post({ query: 'SELECT 1', jobCreationMode: 'JOB_CREATION_REQUIRED' });
    expect(answer.jobReference).toMatchObject({ location: 'US' });
    expect(answer.queryId).toEqual(expect.any(String));
    expect(await post({ query: 'SELECT 1', jobCreationMode: 'SOMETIMES' })).toMatchObject({
      error: { code: 400 },
    });
  });
});
