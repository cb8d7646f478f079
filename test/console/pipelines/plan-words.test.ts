import type { DryRun } from '../../../client';
import { sumsInWords } from '../../../console/pipelines/pipeline/plan-words';

type Step = DryRun['steps'][number];
type Summed = Parameters<typeof sumsInWords>[0];
const gib = 1024 ** 3;

const plan = (
  given: Partial<Summed>,
  ...steps: readonly (readonly [status: Step['status'], limit: number | null])[]
): Summed => ({
  is_complete: false,
  currency: 'USD',
  estimated_bigquery_cost: 0,
  bytes_billed: 0,
  bytes_processed: 0,
  ...given,
  steps: steps.map(([status, maximum_bytes_billed]) => ({ status, maximum_bytes_billed })),
});

describe('What a dry run says that a run would cost', () => {
  it('is at most its limits where nothing is known of what is billed', () => {
    const sums = sumsInWords(
      plan({}, ['NOT_BILLED', null], ['NOT_KNOWN', 10 * gib], ['NOT_KNOWN', 10 * gib]),
    );
    expect(sums.billed).toMatch(/^at most 20\S*\sGiB$/);
    expect(sums.cost).toBe('not known yet');
  });

  it('is not known where a step has no limit', () => {
    const sums = sumsInWords(plan({}, ['NOT_KNOWN', null], ['NOT_KNOWN', gib]));
    expect(sums.billed).toBe('not known yet');
  });

  it('is not known where a step would fail, and of no other anything is known', () => {
    const sums = sumsInWords(plan({}, ['WOULD_FAIL', null], ['NOT_KNOWN', gib]));
    expect(sums).toEqual({ cost: 'not known yet', billed: 'not known yet', processed: 'not known yet' });
  });

  it('is at least what is known, and nothing else where all is', () => {
    const known = { bytes_billed: gib };
    const steps = [['ESTIMATED', gib]] as const;
    expect(sumsInWords(plan(known, ...steps, ['NOT_KNOWN', gib])).billed).toMatch(/^at least 1\S*\sGiB$/);
    expect(sumsInWords(plan({ ...known, is_complete: true }, ...steps)).billed).toMatch(/^1\S*\sGiB$/);
    expect(sumsInWords(plan({ is_complete: true }, ['NOT_BILLED', null])).cost).not.toContain('known');
  });
});
