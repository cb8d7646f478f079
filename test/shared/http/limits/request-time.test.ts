import { setTimeout as sleep } from 'node:timers/promises';
import { createRequestTime } from '../../../../shared/http/limits/request-time';
import { collectingLog, serve } from '../../../functions/support/serve';

const never = () => new Promise<never>(() => undefined);

describe('the time that a call is answered in', () => {
  it.each([
    ['GET', 'There was no answer within 0.005 seconds. Try again shortly.'],
    [
      'POST',
      'There was no answer within 0.005 seconds. What was asked for may have been done, or may still be: look before you ask again.',
    ],
  ])('a %s that hangs ends as unavailable, and says what is true', async (method, detail) => {
    await expect(createRequestTime(method, 5).limit(never())).rejects.toMatchObject({
      code: 'unavailable',
      retryAfterSeconds: 5,
      detail,
    });
  });

  it('leaves answers and errors in time as they are', async () => {
    expect(await createRequestTime('GET', 60_000).limit(Promise.resolve('here'))).toBe('here');
    const refused = Promise.reject(new Error('refused'));
    await expect(createRequestTime('GET', 60_000).limit(refused)).rejects.toThrow('refused');
  });

  it('does not count what the caller takes to send its body', async () => {
    const slow = createRequestTime('POST', 5);
    expect(await slow.limit(slow.without(sleep(100, 'body')))).toBe('body');
    const hung = createRequestTime('POST', 5);
    const after = hung.without(Promise.resolve()).then(never);
    await expect(hung.limit(after)).rejects.toMatchObject({ code: 'unavailable' });
  });

  it('tells what is left of it', async () => {
    const time = createRequestTime('POST', 60_000);
    await time.limit(sleep(20));
    expect(time.leftMs()).toBeLessThan(59_990);
    expect(time.leftMs()).toBeGreaterThan(0);
    expect(createRequestTime('POST', Number.POSITIVE_INFINITY).leftMs()).toBe(Number.POSITIVE_INFINITY);
  });

  it('has no end for what a scheduler calls', async () => {
    const hung = never();
    expect(createRequestTime('POST', Number.POSITIVE_INFINITY).limit(hung)).toBe(hung);
  });

  it('holds for every route, and is told with Retry-After', async () => {
    const hangs = { method: 'GET', path: '/hangs', handle: never } as const;
    const { url, close } = await serve([hangs], collectingLog().log, {
      failuresPerMinute: 0,
      forwardedEntries: 0,
      answerMs: 5,
    });
    const answer = await fetch(`${url}/hangs`);
    expect([answer.status, answer.headers.get('Retry-After')]).toEqual([503, '5']);
    expect(await answer.json()).toMatchObject({ code: 'unavailable' });
    await close();
  });
});
