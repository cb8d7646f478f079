import fc from 'fast-check';
import { createByteBudget } from '../../../../../shared/pipelines/steps/http/byte-budget';

/** Says for each reservation whether it is granted by now. */
const watch = () => {
  const granted: string[] = [];
  const note = (name: string, promise: Promise<void>) => void promise.then(() => granted.push(name));
  return { note, granted: async () => [...(await Promise.resolve(granted))] };
};

describe('a budget of bytes', () => {
  it('is given out in the order of the requests, and never more than all of it', async () => {
    const { reserve } = createByteBudget(100);
    const { note, granted } = watch();
    const first = reserve(60);
    note('first', first.granted);
    note('second', reserve(50).granted);
    note('third', reserve(10).granted);
    expect(await granted()).toEqual(['first']);
    first.giveBack();
    expect(await granted()).toEqual(['first', 'second', 'third']);
  });

  it('gives everything to a request for more than that', async () => {
    const { reserve } = createByteBudget(100);
    const { note, granted } = watch();
    const large = reserve(1_000);
    note('large', large.granted);
    note('small', reserve(1).granted);
    expect(await granted()).toEqual(['large']);
    large.giveBack();
    expect(await granted()).toEqual(['large', 'small']);
  });

  it('lets the next move up if one no longer waits', async () => {
    const { reserve } = createByteBudget(100);
    const { note, granted } = watch();
    note('first', reserve(90).granted);
    const impatient = reserve(90);
    note('impatient', impatient.granted);
    note('last', reserve(10).granted);
    impatient.giveBack();
    expect(await granted()).toEqual(['first', 'last']);
  });

  it('is never exceeded, and whole again in the end, whatever the order and number of returns', async () => {
    const steps = fc.array(fc.record({ bytes: fc.nat(150), back: fc.nat(20) }), { maxLength: 40 });
    await fc.assert(
      fc.asyncProperty(steps, async (list) => {
        const total = 100;
        const { reserve } = createByteBudget(total);
        const held = new Map<number, number>();
        const reservations = [];
        for (const [index, { bytes, back }] of list.entries()) {
          const reservation = reserve(bytes);
          void reservation.granted.then(() => held.set(index, Math.min(bytes, total)));
          reservations.push(reservation);
          await Promise.resolve();
          expect([...held.values()].reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(total);
          const given = back % reservations.length;
          held.delete(given);
          reservations[given]?.giveBack();
        }
        for (const reservation of reservations) reservation.giveBack();
        await reserve(total).granted;
      }),
    );
  });
});
