import { createQueryResults } from '../../jobs/query-results';
import { createRequestIds } from '../../jobs/request-ids';
import { createInsertIds } from '../../rest/routes/insert-all-routes';

const schema = [{ name: 's', type: 'STRING', mode: 'NULLABLE' }] as const;

describe('what is remembered is bounded', () => {
  it('results: the oldest go when they are too large together, or an hour old', () => {
    let time = 0;
    const results = createQueryResults(() => time);
    const large = { schema, rows: [['x'.repeat(20 * 1024 * 1024)]] };
    for (const job of ['a', 'b', 'c', 'd']) results.put(job, large);
    expect(['a', 'b', 'c', 'd'].filter((job) => results.get(job) !== undefined)).toEqual(['b', 'c', 'd']);
    time = 60 * 60 * 1000;
    results.put('e', { schema, rows: [] });
    expect(['b', 'c', 'd', 'e'].filter((job) => results.get(job) !== undefined)).toEqual(['e']);
  });

  it('insertIds: for a minute at least, two at most', () => {
    let time = 0;
    const ids = createInsertIds(() => time);
    ids.add('t', ['a']);
    time = 59_999;
    expect(ids.has('t', 'a')).toBe(true);
    expect(ids.has('other', 'a')).toBe(false);
    time = 60_001;
    expect(ids.has('t', 'a')).toBe(true);
    time = 120_002;
    expect(ids.has('t', 'a')).toBe(false);
  });

  it('requestIds: what failed because of the server may be tried again', async () => {
    const ids = createRequestIds();
    let started = 0;
    const fail = () => {
      started++;
      return Promise.reject(new Error('no'));
    };
    await expect(ids.once('same', fail)).rejects.toThrow('no');
    await expect(ids.once('same', fail)).rejects.toThrow('no');
    expect(started).toBe(2);
  });
});
