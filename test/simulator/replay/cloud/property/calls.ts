import fc from 'fast-check';

/** Few runs and keys, so that the same ones come again and again. */
const run = fc.integer({ min: 0, max: 7 });
const runs = fc.uniqueArray(run, { minLength: 1, maxLength: 4 });
const key = fc.integer({ min: 0, max: 2 });
const quota = (most: number) => fc.option(fc.integer({ min: 0, max: most }), { nil: null });
const status = fc.constantFrom('COMPLETED', 'FAILED', 'CANCELLED');
const kind = <Kind extends string>(name: Kind) => fc.constant(name);
const minutes = (least: number, most: number) => fc.integer({ min: least, max: most });

/** A call of a statement, or what happens between two of them. */
const call = fc.oneof(
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('admit', 'decide'),
      runs,
      key,
      isKeyed: fc.boolean(),
      leaseMinutes: minutes(1, 40),
      mostWaiting: fc.constantFrom(1, 1_000),
    }),
  },
  {
    weight: 8,
    arbitrary: fc.record({
      kind: fc.constantFrom('settle', 'settle and drop', 'settle held', 'settle held and drop', 'hand on'),
      runs,
      dropped: runs,
      status,
      isOtherLife: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
    }),
  },
  { weight: 4, arbitrary: fc.record({ kind: kind('append'), which: fc.nat(9) }) },
  {
    weight: 5,
    arbitrary: fc.record({
      kind: fc.constantFrom('withdraw', 'withdraw statements', 'withdraw each', 'deny'),
      runs,
    }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('put back'), runs, minutes: minutes(1, 90) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('confirm'), minutes: minutes(-60, 5) }) },
  { weight: 3, arbitrary: fc.record({ kind: kind('read'), run, limit: fc.integer({ min: 1, max: 9 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('list'), status, fromMinutes: minutes(-120, 0) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('announce'), which: fc.nat(3) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('count') }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('repair') }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('revoke'), key, isBlocked: fc.boolean() }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('step'), run, attempt: fc.integer({ min: 1, max: 2 }) }) },
  { weight: 2, arbitrary: fc.record({ kind: kind('quotas'), monthly: quota(12), concurrent: quota(4) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constantFrom('suspend', 'activate', 'reset', 'tenant') }) },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constantFrom('offboard', 'restore'), isForced: fc.boolean() }),
  },
  { weight: 3, arbitrary: fc.record({ kind: kind('wait'), minutes: minutes(-1, 50) }) },
  { weight: 1, arbitrary: fc.record({ kind: kind('month'), days: fc.integer({ min: 20, max: 40 }) }) },
);

export const callLists = fc.array(call, { minLength: 25, maxLength: 40, size: 'max' });
export type ModelledCall = (typeof callLists extends fc.Arbitrary<infer List> ? List : never)[number];
export const quotaPairs = fc.record({ monthly: quota(12), concurrent: quota(4) });
