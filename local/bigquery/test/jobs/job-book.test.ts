import type { Job } from '../../jobs/job';
import { openJobBook } from '../../jobs/job-book';
import { createQueryResults } from '../../jobs/query-results';
import { nodeDisk } from '../../store/disk/disk';

const jobNamed = (jobId: string): Job => ({
  reference: { projectId: 'local', jobId, location: 'US' },
  configuration: {},
  creationTime: 0,
  startTime: 0,
  outcome: undefined,
  creationReason: 'REQUESTED',
  failsSilently: false,
  cancelled: false,
  done: Promise.resolve(),
});
const outcome = { startTime: 0, endTime: 0, statistics: {} };

describe('The jobs that are kept in memory only', () => {
  it('hold those that were inserted under an id, however many queries come after them', async () => {
    const { book } = openJobBook(undefined, nodeDisk, createQueryResults());
    const enter = async (jobId: string, durable: boolean) => {
      const job = jobNamed(jobId);
      await book.add(job, durable);
      await book.finish(job, outcome, undefined);
      return job;
    };
    const inserted = await enter('inserted', true);
    const first = await enter('first', false);
    for (let index = 0; index < 4_999; index++) await enter(`query_${index}`, false);
    expect(await book.find('first', 'US')).toBe(first);
    const last = await enter('last', false);
    expect(await book.find('inserted', 'US')).toBe(inserted);
    expect(await book.find('first', 'US')).toBeUndefined();
    expect(book.recent()[0]).toBe(last);
    expect(book.recent()).toHaveLength(5_001);
  });
});
