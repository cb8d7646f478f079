import { createPace } from '../../../shared/support/pace';

describe('A pace', () => {
  it('lets who asks begin evenly, and makes nobody wait who asks rarely', async () => {
    let nowMs = 5_000;
    const waits: number[] = [];
    const pace = createPace(80, { monotonicMs: () => nowMs }, async (ms) => waits.push(ms));
    await Promise.all([pace(), pace(), pace()]);
    expect(waits).toEqual([12.5, 25]);
    nowMs += 1_000;
    await pace();
    expect(waits).toHaveLength(2);
  });
});
