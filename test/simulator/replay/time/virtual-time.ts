import timersPromises from 'node:timers/promises';
import { createClock } from '@sinonjs/fake-timers';

/** Whose code runs: an instance of a function, which may be dead. */
export interface Owner {
  readonly isOver: boolean;
}

/** Time that passes only from one event to the next. */
export interface VirtualTime {
  /** Milliseconds since 1970. */
  readonly now: () => number;
  /** Calls `work` later, as part of the owner; undefined for the world outside of instances. */
  readonly after: (milliseconds: number, owner: Owner | undefined, work: () => void) => void;
  /** A pause of the world outside. */
  readonly sleep: (milliseconds: number) => Promise<void>;
  /** Lets one event after the other happen until `isOver`, which is asked before each, or none is left. */
  readonly run: (isOver: () => boolean) => Promise<void>;
  /** How many events have happened. */
  readonly events: () => number;
}

/**
 * Puts the process under virtual time while `work` is done: timers, sleeps, `AbortSignal.timeout`,
 * `performance.now`, `Date.now` and `Math.random` follow from the seed alone.
 *
 * Between two events everything that follows from the first is done: promises are settled before the next
 * tick begins, and nothing waits for real time or for the network. So one event belongs to one owner, and
 * timers that are set meanwhile are the same owner's; those of a dead one never fire.
 */
export async function inVirtualTime<T>(
  start: number,
  random: () => number,
  work: (time: VirtualTime) => Promise<T>,
): Promise<T> {
  const clock = createClock(start);
  let owner: Owner | undefined;
  let events = 0;

  const later = (milliseconds: number, whose: Owner | undefined, what: () => void) =>
    clock.setTimeout(() => {
      if (whose?.isOver) return;
      owner = whose;
      what();
    }, milliseconds);
  const setTimer = (what: (...args: unknown[]) => void, milliseconds = 0, ...args: unknown[]) =>
    later(milliseconds, owner, () => what(...args));
  const clearTimer = (timer: Parameters<typeof clock.clearTimeout>[0] | undefined) => {
    if (timer !== undefined) clock.clearTimeout(timer);
  };
  const sleep = <Value>(milliseconds: number, value?: Value, { signal }: { signal?: AbortSignal } = {}) =>
    new Promise<Value | undefined>((resolve, reject) => {
      const breakOff = () => {
        clearTimer(timer);
        const aborted = new Error('The operation was aborted', { cause: signal?.reason });
        reject(Object.assign(aborted, { name: 'AbortError', code: 'ABORT_ERR' }));
      };
      const timer = setTimer(() => {
        signal?.removeEventListener('abort', breakOff);
        resolve(value);
      }, milliseconds);
      if (signal?.aborted) breakOff();
      else signal?.addEventListener('abort', breakOff, { once: true });
    });
  const timeout = (milliseconds: number) => {
    const controller = new AbortController();
    const reason = Object.assign(new Error('The operation timed out'), { name: 'TimeoutError' });
    setTimer(() => controller.abort(reason), milliseconds);
    return controller.signal;
  };

  const putBack = [
    replace(globalThis, { setTimeout: setTimer, clearTimeout: clearTimer }),
    replace(timersPromises, { setTimeout: sleep }),
    replace(AbortSignal, { timeout }),
    replace(performance, { now: () => clock.now - start }),
    replace(Date, { now: () => clock.now }),
    replace(Math, { random }),
    // Traces of errors that are thrown on purpose, thousands of them, would take most of the time.
    replace(Error, { stackTraceLimit: 0 }),
  ];
  const time: VirtualTime = {
    now: () => clock.now,
    after: (milliseconds, whose, what) => void later(milliseconds, whose, what),
    sleep: (milliseconds) => new Promise((resolve) => later(milliseconds, undefined, resolve)),
    events: () => events,
    run: (isOver) =>
      new Promise((resolve, reject) => {
        const step = () => {
          try {
            owner = undefined;
            if (isOver() || clock.countTimers() === 0) return resolve();
            events++;
            clock.next();
          } catch (error) {
            return reject(error);
          }
          // Node settles all promises before it begins another tick.
          queueMicrotask(() => process.nextTick(step));
        };
        process.nextTick(step);
      }),
  };
  try {
    return await work(time);
  } finally {
    for (const undo of putBack.toReversed()) undo();
  }
}

/** Resolves to what puts the properties back. */
function replace(target: object, properties: Readonly<Record<string, unknown>>): () => void {
  const before = Object.keys(properties).map(
    (name) => [name, Object.getOwnPropertyDescriptor(target, name)] as const,
  );
  for (const [name, value] of Object.entries(properties)) {
    Object.defineProperty(target, name, { value, configurable: true, writable: true });
  }
  return () => {
    for (const [name, descriptor] of before) {
      if (descriptor === undefined) Reflect.deleteProperty(target, name);
      else Object.defineProperty(target, name, descriptor);
    }
  };
}
