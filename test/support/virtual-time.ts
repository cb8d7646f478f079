import FakeTimers from '@sinonjs/fake-timers';

/**
 * Begins virtual time for timeouts and performance.now, from 0. The process has only one clock, so the test's
 * runner is under it, too: timers that it set before, it can still clear.
 */
export const beginVirtualTime = (): FakeTimers.Clock =>
  FakeTimers.install({
    toFake: ['setTimeout', 'clearTimeout', 'performance'],
    shouldClearNativeTimers: true,
  });
