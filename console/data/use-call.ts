import { type Loaded, useAsked } from './asking/use-asked';

interface CallOptions {
  /** Asks again so long after each answer, in milliseconds, while the tab can be seen. Not unless given. */
  readonly everyMs?: number | undefined;
}

/**
 * Asks when a page opens, and again when `name` changes.
 * @param name says what is asked, with all that the answer depends on: the answers are kept under it
 * @param ask gets a signal that ends the call when nobody waits for it any more
 */
export const useCall = <Answer>(
  name: string,
  ask: (signal: AbortSignal) => Promise<Answer>,
  { everyMs }: CallOptions = {},
): Loaded<Answer> =>
  useAsked<Answer>(name, {
    ask: async function* (signal) {
      yield await ask(signal);
    },
    everyMs: () => everyMs,
  });
