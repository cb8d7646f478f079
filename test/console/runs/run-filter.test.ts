import {
  beginningOf,
  commonFilter,
  endedStatusOf,
  filterInWords,
  isUnfiltered,
  openStatusOf,
  runFilterOf,
  unfiltered,
} from '../../../console/runs/run-filter';

describe('The filter of a list of runs', () => {
  it('is what the address says, without what makes no sense', () => {
    const query = { status: 'FAILED', pipeline: 'a/b/c', from: '2026-02-30x', to: '2026-11-30', other: '1' };
    expect(runFilterOf(query)).toEqual({
      ...unfiltered,
      status: 'FAILED',
      pipeline: 'a/b/c',
      to: '2026-11-30',
    });
    expect(isUnfiltered(runFilterOf({ status: 'RUNNING', operation: 'op_1' }))).toBe(true);
  });

  it('has both days in it, by the viewer’s zone', () => {
    expect(commonFilter({ ...unfiltered, from: '2026-11-01', to: '2026-11-30' })).toEqual({
      from: new Date(2026, 10, 1).toISOString(),
      to: new Date(2026, 11, 1).toISOString(),
    });
    expect(beginningOf('2026-12-31', 1)).toBe(new Date(2027, 0, 1).toISOString());
  });

  it.each([
    ['QUEUED', undefined, 'QUEUED'],
    ['ADMITTED', undefined, 'ADMITTED'],
    ['FAILED', 'FAILED', undefined],
    ['', undefined, undefined],
  ])('of status %s names those that are over and those in flight', (status, ended, open) => {
    expect(endedStatusOf({ ...unfiltered, status })).toBe(ended);
    expect(openStatusOf({ ...unfiltered, status })).toBe(open);
  });

  it('is told in words', () => {
    expect(filterInWords(unfiltered)).toBe('runs');
    expect(filterInWords({ ...unfiltered, status: 'ADMITTED', pipeline: 'a/b/c', from: '2026-11-01' })).toBe(
      'running runs of a/b/c from 2026-11-01',
    );
  });
});
