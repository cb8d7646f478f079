import { jobResourceSchema } from '../../../../../shared/google/bigquery/jobs/job-resource';
import { waitForJob } from '../../../../../shared/google/bigquery/jobs/wait-for-job';
import { startTenantDataset, type TenantDataset } from '../../../pipelines/support/tenant-dataset';

describe('Waiting for a job', () => {
  let tenant: TenantDataset;
  const unheard: unknown[] = [];
  const hear = (reason: unknown) => unheard.push(reason);
  beforeAll(async () => {
    tenant = await startTenantDataset();
    process.on('unhandledRejection', hear);
  });
  afterAll(async () => {
    process.off('unhandledRejection', hear);
    await tenant?.close();
  });

  // A hand-over between two requests: the second is under way when nobody waits any more.
  it('after the signal is aborted leaves no unhandled rejection, which would end the process', async () => {
    const job = tenant.bigquery.job('never_started', { location: 'US' });
    const first = jobResourceSchema.parse({
      jobReference: { jobId: 'never_started' },
      configuration: { query: {} },
      status: { state: 'RUNNING' },
    });
    const wait = { first, leftMs: 60_000, maxResults: 0 };
    const stopped = AbortSignal.abort(new Error('the delivery ends'));
    await expect(waitForJob(job, wait, stopped)).rejects.toThrow('the delivery ends');
    // Sent after the request above, so answered after it.
    await expect(job.getMetadata()).rejects.toThrow('Not found');
    expect(unheard).toEqual([]);
  });
});
