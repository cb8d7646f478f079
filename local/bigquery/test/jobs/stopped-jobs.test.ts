import type { Job } from '@google-cloud/bigquery';
import { z } from 'zod';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
});
afterAll(() => local.stop());

const table = (name: string) => local.client.dataset('ds').table(name);

const startedSchema = z.object({ jobReference: z.object({ jobId: z.string(), location: z.string() }) });

describe('a job that would never end', () => {
  const endless = `(SELECT COUNT(*) FROM UNNEST(GENERATE_ARRAY(1, 15000)) AS x, UNNEST(GENERATE_ARRAY(1, 15000)) AS y,
    UNNEST(GENERATE_ARRAY(1, 15000)) AS z WHERE MOD(x * y, 7) = MOD(z, 5))`;
  const queries = () => `${local.url}/bigquery/v2/projects/local/queries`;
  const start = async (body: object, signal?: AbortSignal): Promise<unknown> => {
    const request = { useLegacySql: false, ...body };
    const init = { method: 'POST', body: JSON.stringify(request), ...(signal && { signal }) };
    return (await fetch(queries(), init)).json();
  };
  const startedJob = async (body: object) => {
    const { jobReference } = startedSchema.parse(await start({ timeoutMs: 0, ...body }));
    return local.client.job(jobReference.jobId, { location: jobReference.location });
  };
  const failure = async (job: Job) => {
    for (;;) {
      const [{ status }] = await job.getMetadata();
      if (status.state === 'DONE') return status.errorResult;
    }
  };

  it('is over when it is cancelled, begun by jobs.insert', async () => {
    const [job] = await local.client.createQueryJob({
      query: `SELECT ${endless} AS n`,
      destination: table('never'),
    });
    await job.cancel();
    expect(await failure(job)).toMatchObject({ reason: 'stopped' });
    expect(await table('never').exists()).toEqual([false]);
  });

  it('is over when it is cancelled, begun by jobs.query, and does not hold its table', async () => {
    await local.client.query('CREATE TABLE ds.held AS SELECT 1 AS n');
    const job = await startedJob({ query: `DELETE FROM ds.held WHERE n < ${endless}` });
    await job.cancel();
    expect(await failure(job)).toEqual({
      reason: 'stopped',
      message: 'Job execution was cancelled: User requested cancellation',
    });
    await local.client.query('UPDATE ds.held SET n = 2 WHERE TRUE');
    expect((await local.client.query('SELECT n FROM ds.held'))[0]).toEqual([{ n: 2 }]);
  });

  it('is over when its time is up', async () => {
    const job = await startedJob({ query: `SELECT ${endless}`, jobTimeoutMs: '1000' });
    expect(await failure(job)).toEqual({
      reason: 'stopped',
      message: 'Job execution was cancelled: Job timed out after 1s',
    });
  });

  it('is over when its caller leaves', async () => {
    const query = `SELECT ${endless} AS left_alone`;
    const leaving = new AbortController();
    const answer = start({ query }, leaving.signal);
    const find = async () =>
      (await local.client.getJobs({ maxResults: 5, autoPaginate: false }))[0].find(
        ({ metadata }) => metadata.configuration.query.query === query,
      );
    let job = await find();
    while (job === undefined) job = await find();
    leaving.abort();
    await expect(answer).rejects.toThrow();
    expect(await failure(job)).toMatchObject({ reason: 'backendError' });
  });
});
