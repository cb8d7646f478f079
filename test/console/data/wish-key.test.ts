import { ApiProblem } from '../../../client';
import { withWishKey } from '../../../console/data/wish-key';

const refused = (status: number) => new ApiProblem(new Response(null, { status }), {});

/** The keys of wishes that end so, one after the other. */
async function keysOf(wishes: readonly unknown[], ends: readonly (Error | undefined)[], now?: () => number) {
  const keys: string[] = [];
  for (const [at, wish] of wishes.entries())
    await withWishKey(
      wish,
      async (key) => {
        keys.push(key);
        const end = ends[at];
        if (end !== undefined) throw end;
      },
      now,
    ).catch(() => undefined);
  return keys;
}

describe('The key of a wish', () => {
  it.each([
    ['no answer came', new TypeError('Failed to fetch')],
    ['the server failed', refused(503)],
  ])('stays where %s, until one comes', async (why, end) => {
    const wish = ['acme', why];
    const [first, second, third] = await keysOf([wish, wish, wish], [end, undefined, undefined]);
    expect(second).toBe(first);
    expect(third).not.toBe(first);
  });

  it('is another for another wish, and after a refusal', async () => {
    const lost = new TypeError('Failed to fetch');
    const keys = await keysOf([{ day: 1 }, { day: 2 }, { day: 3 }, { day: 3 }], [lost, lost, refused(409)]);
    expect(new Set(keys).size).toBe(4);
  });

  it('is another where the same is wished long after', async () => {
    let now = 0;
    const later = () => {
      now += 700_000;
      return now;
    };
    const lost = new TypeError('Failed to fetch');
    expect(new Set(await keysOf(['late', 'late'], [lost, lost], later)).size).toBe(2);
  });
});
