import { createWatch, type Sight, type Watch } from './sights';

const sight = (change: Partial<Sight> = {}): Sight => ({
  monthly: 10,
  concurrent: 2,
  running: [],
  month: '2026-11',
  used: 0,
  ...change,
});
const atFirst = { monthly: 10, concurrent: 2 };
const see = (watch: Watch, change: Partial<Sight>) => watch.look()(sight(change));
/** A watch that has seen a tenant before. */
function watched(change: Partial<Sight> = {}): Watch {
  const watch = createWatch(atFirst);
  see(watch, change);
  return watch;
}

describe('What is seen of a tenant', () => {
  it('may fill its quotas', () => {
    expect(see(watched(), { running: ['a', 'b'], used: 10 })).toBeUndefined();
    expect(
      see(watched({ monthly: null, concurrent: null }), { monthly: null, concurrent: null, used: 99 }),
    ).toBe(undefined);
  });

  it('may not exceed them, also not at the first sight', () => {
    expect(see(watched(), { running: ['a', 'b', 'c'] })).toMatch('3 running of 2');
    expect(see(watched(), { used: 11 })).toMatch('11 of 10 in 2026-11');
    expect(see(createWatch(atFirst), { running: ['a', 'b', 'c'] })).toMatch('3 running of 2');
    expect(see(watched({ used: 10 }), { month: '2026-12', used: 11 })).toMatch('11 of 10 in 2026-12');
  });

  it('may stay above a quota that was lowered, and not grow', () => {
    const watch = watched({ running: ['a', 'b'], used: 5 });
    const lowered = { concurrent: 1, monthly: 3 };
    watch.asked(lowered);
    expect(see(watch, { ...lowered, running: ['a', 'b'], used: 5 })).toBeUndefined();
    expect(see(watch, { ...lowered, running: ['a', 'b'], used: 5 })).toBeUndefined();
    expect(see(watch, { ...lowered, running: ['a', 'c'], used: 5 })).toMatch('new: c');
    expect(see(watch, { ...lowered, running: ['a'], used: 6 })).toMatch('6 of 3');
  });

  it('may have used a quota that was lowered before the first sight', () => {
    const watch = createWatch({ monthly: null, concurrent: 5 });
    watch.asked({ monthly: 3, concurrent: 1 });
    expect(see(watch, { monthly: 3, concurrent: 1, running: ['a', 'b'], used: 9 })).toBeUndefined();
    expect(see(watch, { monthly: 3, concurrent: 1, running: ['a', 'c'], used: 9 })).toMatch('new: c');
  });

  it('may have used a quota that was raised and lowered between two sights', () => {
    const watch = watched();
    watch.asked({ concurrent: 5, monthly: 10 });
    watch.asked({ concurrent: 1, monthly: 10 });
    expect(see(watch, { concurrent: 1, running: ['a', 'b', 'c', 'd', 'e'] })).toBeUndefined();
    expect(see(watch, { concurrent: 1, running: ['a', 'b', 'c', 'd', 'f'] })).toMatch('new: f');
  });

  it('may have used a quota that came into force while a look at it was under way', () => {
    const watch = watched();
    watch.asked({ concurrent: 5, monthly: 10 });
    const judge = watch.look();
    watch.asked({ concurrent: 1, monthly: 10 });
    expect(judge(sight())).toBeUndefined();
    expect(see(watch, { concurrent: 1, running: ['a', 'b', 'c'] })).toBeUndefined();
  });
});
