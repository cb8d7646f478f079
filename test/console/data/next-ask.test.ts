import { nextAskMs } from '../../../console/data/next-ask';

describe('When it is asked again', () => {
  it('after an answer as often as the page wants, or not at all', () => {
    expect(nextAskMs({ failures: 0, isPassing: false, everyMs: 5_000 })).toBe(5_000);
    expect(nextAskMs({ failures: 0, isPassing: false, everyMs: undefined })).toBeUndefined();
  });

  it('soon after a failure that may pass, then less and less often, on every page', () => {
    const pauses = [1, 2, 3, 5, 6, 20].map((failures) =>
      nextAskMs({ failures, isPassing: true, everyMs: undefined }),
    );
    expect(pauses).toEqual([2_000, 4_000, 8_000, 32_000, 60_000, 60_000]);
  });

  it('after a refusal only where the page looks again anyway', () => {
    expect(nextAskMs({ failures: 3, isPassing: false, everyMs: undefined })).toBeUndefined();
    expect(nextAskMs({ failures: 3, isPassing: false, everyMs: 15_000 })).toBe(15_000);
  });
});
