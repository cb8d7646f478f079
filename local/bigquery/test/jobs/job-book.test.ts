import { rmSync } from 'node:fs';
import type { Job } from '../../jobs/job';
import { openJobBook } from '../../jobs/job-book';
import { createQueryResults } from '../../jobs/query-results';
import { nodeDisk } from '../../store/disk/disk';
import { newFolder } from '../support/local-bigquery';

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

it('A job that is on disk is found there when many others came after it', async () => {
  const folder = newFolder();
  const { book } = openJobBook(folder, nodeDisk, createQueryResults());
  const enter = async (jobId: string) => {
    const job = jobNamed(jobId);
    await book.add(job, true);
    await book.finish(job, outcome, undefined);
  };
  await enter('early');
  await Promise.all(Array.from({ length: 500 }, (_, index) => enter(`later_${index}`)));
  expect(book.recent()).toHaveLength(500);
  expect(book.recent().map(({ reference }) => reference.jobId)).not.toContain('early');
  expect(await book.find('early', 'US')).toMatchObject({ reference: { jobId: 'early' }, outcome });
  rmSync(folder, { recursive: true });
});
