import { ApiProblem } from '../../client';
import { newKey } from './new-key';

/** Wishes that were sent and not answered, by what they say. */
const unanswered = new Map<string, { readonly key: string; readonly at: number }>();

/** The next session's wishes are another's. */
export const forgetWishes = (): void => unanswered.clear();

/** After so long, in milliseconds, who wishes the same means another. */
const sameWishMs = 600_000;

/**
 * Sends what must not happen twice, with an Idempotency-Key. It may have arrived although no answer came: then
 * the same wish, pressed again, has the same key, and is done and billed once.
 * @param wish all that is sent, and where to
 */
export async function withWishKey<Answer>(
  wish: unknown,
  send: (key: string) => Promise<Answer>,
  now = Date.now,
): Promise<Answer> {
  const name = JSON.stringify(wish);
  const before = unanswered.get(name);
  const key = before !== undefined && now() - before.at < sameWishMs ? before.key : newKey();
  unanswered.set(name, { key, at: now() });
  try {
    const answer = await send(key);
    unanswered.delete(name);
    return answer;
  } catch (error) {
    // A refusal is an answer. A failing server may have begun with it.
    if (error instanceof ApiProblem && error.status < 500) unanswered.delete(name);
    throw error;
  }
}
