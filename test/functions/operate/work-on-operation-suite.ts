import fc from 'fast-check';
import type { ItemResult, OperationKind } from '../../../functions/operate/operation-kind';
import { type OperateDependencies, workOnOperation } from '../../../functions/operate/work-on-operation';
import type { OperationLog } from '../../../shared/operations/operation-log';
import {
  isEnded,
  type OperationHead,
  type OperationRow,
  progressOf,
} from '../../../shared/operations/rules/operation';
import { systemClock } from '../../../shared/support/clock';

const head: OperationHead = {
  operation_id: 'op_1',
  started_at: new Date(),
  kind: 'settle',
  tenant_id: null,
  started_by_kind: 'admin',
  started_by: 'alice',
  filter: '{}',
  reason: null,
};
const message = { operation_id: head.operation_id, started_at: head.started_at.toISOString() };

/** What may go wrong in one case. */
interface Misfortunes {
  readonly items: number;
  /** Items that the first look misses, because it sees an older state, by their number. */
  readonly missed: readonly number[];
  /** Of each delivery: with which of its calls it dies. */
  readonly deaths: readonly number[];
  /** After how many reads each row is seen. */
  readonly lags: readonly number[];
  /** Items that fail for now so often, by their number. */
  readonly failures: readonly number[];
  readonly deliveriesAtOnce: number;
  /** Of each delivery: how many turns its calls take. */
  readonly paces: readonly (readonly number[])[];
}

/** Called after each item, with how many were done before it, and with what adds a row. */
type OnActed = (before: number, add: (writer: string, entry: Partial<OperationRow>) => void) => void;

/** Runs in flight, the operation's rows, and deliveries that die; by chance of their own all of it ends at last. */
function startWorld({ items, missed, deaths, lags, failures, paces }: Misfortunes, onActed?: OnActed) {
  const inFlight = new Set(Array.from({ length: items }, (_, index) => `run-${index}`));
  const acted = new Map<string, number>();
  const rows: { readonly row: OperationRow; readonly seenFrom: number }[] = [];
  let reads = 0;
  let deliveries = 0;
  let looks = 0;
  let ended = 0;
  const add = (writer: string, entry: Partial<OperationRow>) =>
    rows.push({
      row: {
        ...head,
        recorded_at: new Date(),
        writer,
        state: 'waiting',
        planned: null,
        problem: null,
        items: [],
        ...entry,
      },
      // The first row is seen: else the message comes again.
      seenFrom: rows.length === 0 ? 0 : reads + (lags[rows.length % lags.length] ?? 0),
    });
  add('request', {});
  const allRows = () => rows.map(({ row }) => row);
  const seen = () => rows.filter(({ seenFrom }) => seenFrom <= reads).map(({ row }) => row);

  /** One delivery; false: it died, or has to come again. */
  async function deliver(): Promise<boolean> {
    const diesWith = deaths[deliveries] ?? Number.POSITIVE_INFINITY;
    const number = deliveries++;
    const pace = paces[number % paces.length] ?? [1];
    const writerId = `delivery-${number}`;
    let calls = 0;
    const live = async () => {
      for (let turn = pace[calls % pace.length] ?? 1; turn > 0; turn--) await null;
      if (++calls >= diesWith) throw new Error('died');
    };
    const operations: OperationLog = {
      write: async (_, writer, entry) => {
        await live();
        add(writer, entry);
      },
      read: async () => {
        await live();
        reads++;
        return progressOf(seen());
      },
      isHalted: async () => {
        await live();
        reads++;
        return seen().some(({ state }) => isEnded(state));
      },
      list: () => Promise.reject(new Error('not asked for')),
    };
    const settle: OperationKind = {
      plan: async () => {
        await live();
        const isSeen = looks++ > 0 ? () => true : (id: string) => !missed.includes(numberOf(id));
        return [...inFlight].filter(isSeen).map((item_id) => ({ tenant_id: 'acme', item_id }));
      },
      act: async (_, { item_id }): Promise<ItemResult> => {
        await live();
        const times = (acted.get(item_id) ?? 0) + 1;
        acted.set(item_id, times);
        const fails = failures[numberOf(item_id) % failures.length] ?? 0;
        if (times <= fails) throw Object.assign(new Error('backendError'), { code: 503 });
        inFlight.delete(item_id);
        onActed?.(ended++, add);
        await live();
        return { outcome: 'done', problem: null };
      },
    };
    const deps: OperateDependencies = {
      operations,
      kinds: { settle },
      workMs: 1_000,
      batchSize: 2,
      newId: () => writerId,
      clock: { ...systemClock, monotonicMs: () => 0 },
      log: () => undefined,
    };
    return workOnOperation(message, deps).then(
      () => true,
      () => false,
    );
  }
  return { inFlight, allRows, deliver };
}

const numberOf = (itemId: string): number => Number(itemId.split('-')[1]);
const small = { max: 3 };
const misfortunes = (lags: fc.Arbitrary<number[]>): fc.Arbitrary<Misfortunes> =>
  fc.record({
    items: fc.nat({ max: 7 }),
    missed: fc.subarray([0, 1, 2, 3, 4, 5, 6]),
    deaths: fc.array(fc.integer({ min: 1, max: 25 }), { maxLength: 5 }),
    lags,
    failures: fc.array(fc.nat(small), { minLength: 1, maxLength: 3 }),
    deliveriesAtOnce: fc.integer({ min: 1, max: 3 }),
    paces: fc.array(fc.array(fc.constantFrom(1, 1, 2, 60), { minLength: 1, maxLength: 5 }), {
      minLength: 1,
      maxLength: 3,
    }),
  });

/** Delivers until a delivery ends well, as Pub/Sub does. */
async function bringToEnd(given: Misfortunes) {
  const world = startWorld(given);
  for (let round = 0; round < 40; round++) {
    const ends = await Promise.all(Array.from({ length: given.deliveriesAtOnce }, world.deliver));
    if (ends.every((isOver) => isOver)) break;
  }
  return { ...world, progress: progressOf(world.allRows()) };
}

const noMisfortune: Misfortunes = {
  items: 6,
  missed: [],
  deaths: [],
  lags: [0],
  failures: [0],
  deliveriesAtOnce: 1,
  paces: [[1]],
};

/** @param numRuns how many cases are made up of each kind */
export const describeWorkOnOperation = (numRuns: number): void =>
  describe('Working on an operation', () => {
    it('whoever dies, and however many deliveries there are at once: nothing is left, and each item counts once', async () => {
      await fc.assert(
        fc.asyncProperty(misfortunes(fc.constant([0])), async (given) => {
          const { inFlight, allRows, progress } = await bringToEnd(given);
          expect(inFlight.size).toBe(0);
          expect(progress).toMatchObject({ state: 'done', open: [] });
          expect(progress?.keys.size).toBe(given.items);
          const outcomes = allRows().flatMap(({ items }) => items.map(({ outcome }) => outcome));
          expect(outcomes).not.toContain('failed');
        }),
        { numRuns },
      );
    });

    it('rows that are seen late: nothing is left all the same', async () => {
      const late = fc.array(fc.nat({ max: 6 }), { minLength: 1, maxLength: 5 });
      await fc.assert(
        fc.asyncProperty(misfortunes(late), async (given) => {
          const { inFlight, progress } = await bringToEnd(given);
          expect(inFlight.size).toBe(0);
          expect(progress?.state).toBe('done');
        }),
        { numRuns },
      );
    });

    it('what the plan missed is found before the operation is done', async () => {
      const { inFlight, progress } = await bringToEnd({ ...noMisfortune, missed: [0, 2, 3, 4, 5] });
      expect(inFlight.size).toBe(0);
      expect(progress).toMatchObject({ state: 'done', open: [] });
      expect(progress?.keys.size).toBe(6);
    });

    it('an abort in its middle: what is under way ends, and nothing else is begun', async () => {
      const world = startWorld(noMisfortune, (before, add) => {
        if (before === 2) add('request', { state: 'aborted' });
      });
      expect(await world.deliver()).toBe(true);
      const progress = progressOf(world.allRows());
      expect(progress?.state).toBe('aborted');
      // The plan is worked off two at a time.
      expect(progress?.open).toHaveLength(2);
      expect(await world.deliver()).toBe(true);
      expect(world.inFlight.size).toBe(2);
    });
  });
