import { startLocalBigQuery } from '../support/local-bigquery';

/** job-book.test.ts asks the book itself. */
it('a job that was done is found on disk when many others came after it', async () => {
  const local = await startLocalBigQuery();
  const query = async (jobId: string) => {
    const [job] = await local.client.createQueryJob({ query: 'SELECT 1 AS n', jobId });
    await job.getQueryResults();
  };
  await query('early-job');
  const later = [...Array(520).keys()].map((index) => `later-${index}`);
  for (let start = 0; start < later.length; start += 40) {
    await Promise.all(later.slice(start, start + 40).map(query));
  }
  const [jobs] = await local.client.getJobs({ maxResults: 1000, autoPaginate: false });
  expect(jobs.map(({ id }) => id)).not.toContain('early-job');
  expect((await local.client.job('early-job').getMetadata())[0].status).toEqual({ state: 'DONE' });
  await local.stop();
});
