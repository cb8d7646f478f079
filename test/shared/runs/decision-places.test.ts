import { createDecisionPlaces, type DecisionPlacesOptions } from '../../../shared/runs/decision-places';
import { findApiKey } from '../../../shared/sql/keys/find-api-key';

describe('Places for decisions', () => {
  const overloaded = {
    code: 'unavailable',
    detail: 'Too many runs are to be checked at the moment. Nothing was started.',
  };

  /** Work under way until it is ended. */
  const held = (places: ReturnType<typeof createDecisionPlaces>, tenantId: string) => {
    const { promise, resolve } = deferred();
    const work = jest.fn(() => promise);
    return { answer: places.inPlace(tenantId, work), work, end: resolve };
  };
  /** Then whose turn comes within a second waits for it, a second and a half at most. */
  const answerMs = 3_000;
  const statement = { answer: { rows: [], affectedRows: 0, location: 'US' }, limit: { timeoutMs: 3_000 } };

  it('has wait whose turn is near, in the order in which they came, and refuses others at once', async () => {
    const places = createDecisionPlaces({ usual: 2, answerMs });
    const [one, other] = [held(places, 'one'), held(places, 'other')];
    const [third, fourth] = [held(places, 'third'), held(places, 'fourth')];
    const fifth = held(places, 'fifth');
    await expect(fifth.answer).rejects.toMatchObject(overloaded);
    const withThird = held(places, 'third');
    expect([third, withThird, fourth, fifth].map(({ work }) => work.mock.calls.length)).toEqual([0, 0, 0, 0]);
    one.end();
    await one.answer;
    expect([third, withThird, fourth].map(({ work }) => work.mock.calls.length)).toEqual([1, 1, 0]);
    for (const { end, answer } of [other, third, withThird, fourth]) {
      end();
      await answer;
    }
    expect(fourth.work).toHaveBeenCalledTimes(1);
    expect(fifth.work).not.toHaveBeenCalled();
  });

  it('refuses who has waited too long, and has nobody wait where the line does not move', async () => {
    jest.useFakeTimers();
    try {
      let nowMs = 0;
      const places = createDecisionPlaces({ usual: 4, answerMs, monotonicMs: () => nowMs });
      const all = ['a', 'b', 'c', 'd'].map((tenantId) => held(places, tenantId));
      const waiting = held(places, 'waiting');
      nowMs = 1_000;
      await expect(held(places, 'late').answer).rejects.toMatchObject(overloaded);
      jest.advanceTimersByTime(1_499);
      expect(waiting.work).not.toHaveBeenCalled();
      jest.advanceTimersByTime(1);
      await expect(waiting.answer).rejects.toMatchObject(overloaded);
      await expect(held(places, 'later').answer).rejects.toMatchObject(overloaded);
      for (const { end, answer } of all) {
        end();
        await answer;
      }
      expect(waiting.work).not.toHaveBeenCalled();
      const next = held(places, 'next');
      next.end();
      await expect(next.answer).resolves.toBeUndefined();
    } finally {
      jest.useRealTimers();
    }
  });

  it('has nobody wait for more than half of the time for an answer', async () => {
    jest.useFakeTimers();
    try {
      const places = createDecisionPlaces({ usual: 4, answerMs: 1_000, monotonicMs: () => 0 });
      const all = ['a', 'b', 'c', 'd'].map((tenantId) => held(places, tenantId));
      const waiting = held(places, 'waiting');
      // A second a decision, and four places: the second turn is half a second away.
      await expect(held(places, 'second').answer).rejects.toMatchObject(overloaded);
      jest.advanceTimersByTime(500);
      await expect(waiting.answer).rejects.toMatchObject(overloaded);
      for (const { end } of all) end();
      await Promise.all(all.map(({ answer }) => answer));
    } finally {
      jest.useRealTimers();
    }
  });

  it('does not learn from calls that are refused before a decision how soon turns come', async () => {
    let nowMs = 0;
    const places = createDecisionPlaces({ usual: 4, answerMs, monotonicMs: () => nowMs });
    const taking = (ms: number) => places.inPlace('acme', async () => (nowMs += ms));
    for (let decisions = 0; decisions < 10; decisions++) await taking(2_000);
    for (let wrong = 0; wrong < 30; wrong++) await taking(1);
    const all = ['a', 'b', 'c', 'd'].map((tenantId) => held(places, tenantId));
    // Two turns within a second.
    const waiting = [held(places, 'first'), held(places, 'second')];
    await expect(held(places, 'third').answer).rejects.toMatchObject(overloaded);
    for (const { end } of [...all, ...waiting]) end();
    await Promise.all([...all, ...waiting].map(({ answer }) => answer));
  });

  it('lets requests of one tenant share a place, as many as go into two statements', async () => {
    const places = createDecisionPlaces({ usual: 1 });
    const all = Array.from({ length: 2_000 }, () => held(places, 'crowded'));
    await expect(held(places, 'crowded').answer).rejects.toMatchObject(overloaded);
    const others = Array.from({ length: 2_000 }, () => held(places, 'other'));
    await expect(held(places, 'other').answer).rejects.toMatchObject(overloaded);
    for (const { end } of [...all, ...others]) end();
    await Promise.all([...all, ...others].map(({ answer }) => answer));
    const third = held(places, 'third');
    third.end();
    await expect(third.answer).resolves.toBeUndefined();
  });

  it('gives a place back after an error', async () => {
    const places = createDecisionPlaces({ usual: 1 });
    const failing = places.inPlace('one', () => Promise.reject(new Error('no')));
    await expect(failing).rejects.toThrow('no');
    await expect(places.inPlace('other', async () => 'done')).resolves.toBe('done');
  });

  it('has a request without a key need no place', async () => {
    const places = createDecisionPlaces({ usual: 1 });
    const one = held(places, 'one');
    await expect(places.inPlace(undefined, async () => 'judged')).resolves.toBe('judged');
    one.end();
    await one.answer;
  });

  /** What each of so many clients that are refused together is told, in seconds. */
  const refusals = async (count: number, options: DecisionPlacesOptions) => {
    const places = createDecisionPlaces({ answerMs, ...options });
    const all = Array.from({ length: options.usual ?? 0 }, (_, index) => held(places, `t_${index}`));
    const full = Array.from({ length: options.usual ?? 0 }, (_, index) => held(places, `w_${index}`));
    const told = [];
    for (let index = 0; index < count; index++) {
      const refused = await held(places, 'late').answer.catch((error: unknown) => error);
      told.push(Number(Reflect.get(Object(refused), 'retryAfterSeconds')));
    }
    for (const { end } of [...all, ...full]) end();
    await Promise.all(full.map(({ answer }) => answer));
    return told;
  };

  it('spreads the clients that it refuses, in the order in which they came', async () => {
    const options = { usual: 10, monotonicMs: () => 0, random: () => 0 };
    const told = await refusals(100, options);
    expect(told).toEqual(told.toSorted((one, other) => one - other));
    expect(told[0]).toBe(1);
    // Ten places, and a second a decision.
    expect(told.at(-1)).toBe(11);
    const jittered = await refusals(1, { ...options, random: () => 0.999 });
    expect(jittered).toEqual([2]);
  });

  it('tells nobody to wait for more than half a minute', async () => {
    const told = await refusals(500, { usual: 1, monotonicMs: () => 0, random: () => 0 });
    expect(Math.max(...told)).toBe(30);
  });

  it('has fewer places when statements are late, and more again when they are in time', async () => {
    jest.useFakeTimers();
    try {
      let nowMs = 0;
      const places = createDecisionPlaces({ usual: 10, monotonicMs: () => nowMs });
      const late = deferred();
      const slow = places.watched(async () => {
        await late.promise;
        return statement.answer;
      });
      const asking = slow('acme', findApiKey, { tenant_id: 'acme', key_hash: '' }, statement.limit);
      jest.advanceTimersByTime(1_499);
      const seven = Array.from({ length: 7 }, (_, index) => held(places, `t_${index}`));
      const eighth = held(places, 'eighth');
      expect(eighth.work).toHaveBeenCalledTimes(1);
      eighth.end();
      await eighth.answer;
      jest.advanceTimersByTime(1);
      const ninth = held(places, 'ninth');
      expect(ninth.work).not.toHaveBeenCalled();
      nowMs = 1_500;
      late.resolve();
      await asking;
      const quick = places.watched(async () => statement.answer);
      await quick('acme', findApiKey, { tenant_id: 'acme', key_hash: '' }, statement.limit);
      // While the others are still at it.
      for (const { end, answer } of [ninth, ...seven]) {
        end();
        await expect(answer).resolves.toBeUndefined();
      }
    } finally {
      jest.useRealTimers();
    }
  });

  it('has fewer places when BigQuery says that it is asked too often', async () => {
    const places = createDecisionPlaces({ usual: 10 });
    const error = Object.assign(new Error('Exceeded rate limits'), {
      code: 403,
      errors: [{ reason: 'rateLimitExceeded', message: 'Exceeded rate limits' }],
    });
    const refusing = places.watched(() => Promise.reject(error));
    const asking = refusing('acme', findApiKey, { tenant_id: 'acme', key_hash: '' }, statement.limit);
    await expect(asking).rejects.toBe(error);
    const seven = Array.from({ length: 7 }, (_, index) => held(places, `t_${index}`));
    const eighth = held(places, 'eighth');
    expect(eighth.work).not.toHaveBeenCalled();
    for (const { end, answer } of [...seven, eighth]) {
      end();
      await answer;
    }
  });
});

function deferred(): { readonly promise: Promise<void>; readonly resolve: () => void } {
  let resolve = () => {};
  const promise = new Promise<void>((fulfil) => {
    resolve = fulfil;
  });
  return { promise, resolve };
}
