import type { Advance, AdvancingKind } from '../../../functions/operate/operation-kind';
import { workOnOperation } from '../../../functions/operate/work-on-operation';
import type { OperationLog } from '../../../shared/operations/operation-log';
import {
  type ItemEntry,
  type OperationHead,
  type OperationItem,
  type OperationRow,
  progressOf,
  type RowState,
} from '../../../shared/operations/rules/operation';
import { systemClock } from '../../../shared/support/clock';

const day = 24 * 3_600_000;
const startedAt = new Date('2026-11-30T12:00:00Z');
const head: OperationHead = {
  operation_id: 'op_1',
  started_at: startedAt,
  kind: 'count',
  tenant_id: 'acme',
  started_by_kind: 'key',
  started_by: 'key-1',
  filter: '{}',
  reason: null,
};
const itemOf = (item_id: string): OperationItem => ({ tenant_id: 'acme', item_id });
const done = (item_id: string): ItemEntry => ({ ...itemOf(item_id), outcome: 'done', problem: null });

interface World {
  readonly states: readonly RowState[];
  readonly ageMs?: number;
  /** What an advance finds, and whether it may begin something. */
  readonly onAdvance: (
    what: 'begin' | 'look',
    open: readonly OperationItem[],
    add: (state: RowState) => void,
  ) => Advance;
}

/** Delivers once to an operation with three items that has these states; resolves to how it is then. */
async function deliver({ states, ageMs = 0, onAdvance }: World) {
  const rows: OperationRow[] = [];
  const add = (entry: Partial<OperationRow>) =>
    void rows.push({
      ...head,
      recorded_at: new Date(startedAt.getTime() + rows.length),
      writer: 'request',
      state: 'waiting',
      planned: null,
      problem: null,
      items: [],
      ...entry,
    });
  const planned = ['a', 'b', 'c'].map((id): ItemEntry => ({ ...done(id), outcome: 'planned' }));
  add({ state: 'running', planned: 3, items: planned });
  for (const state of states) add({ state });
  const operations: OperationLog = {
    write: async (_, writer, { state, items = [], problem = null }) =>
      add({ writer, state, items: [...items], problem }),
    read: async () => progressOf(rows),
    isHalted: async () => ['aborted', 'paused'].includes(progressOf(rows)?.state ?? ''),
    list: () => Promise.reject(new Error('not asked for')),
  };
  const advances: string[] = [];
  const count: AdvancingKind = {
    plan: () => Promise.reject(new Error('It is planned')),
    longestMs: 32 * day,
    advance: async (_, open, what) => {
      advances.push(what);
      return onAdvance(what, open, (state) => add({ state }));
    },
  };
  await workOnOperation(
    { operation_id: head.operation_id, started_at: startedAt.toISOString() },
    {
      operations,
      kinds: { count },
      workMs: 1_000,
      batchSize: 2,
      newId: () => 'delivery',
      clock: {
        ...systemClock,
        now: () => new Date(startedAt.getTime() + ageMs),
        monotonicMs: () => 0,
      },
      log: () => undefined,
    },
  );
  const progress = progressOf(rows);
  const open = progress?.open.map(({ item_id }) => item_id);
  return { state: progress?.state, open, advances, problem: rows.at(-1)?.problem };
}

describe('An operation whose items go on by themselves', () => {
  it.each(['aborted', 'paused'] as const)(
    'is %s: what ends meanwhile counts, and nothing is begun',
    async (state) => {
      const onAdvance = () => ({ ended: [done('a')], isAwaited: true });
      expect(await deliver({ states: [state], onAdvance })).toMatchObject({
        state,
        open: ['b', 'c'],
        advances: ['look'],
      });
    },
  );

  it.each(['aborted', 'paused'] as const)(
    'is %s while its items fail at once: it begins no more',
    async (state) => {
      const world = await deliver({
        states: [],
        onAdvance: (_, [first], add) => {
          add(state);
          return {
            ended: first === undefined ? [] : [{ ...first, outcome: 'failed', problem: 'no' }],
            isAwaited: false,
          };
        },
      });
      expect(world).toMatchObject({ state, open: ['b', 'c'], advances: ['begin'] });
    },
  );

  it('is resumed after its longest time: what has ended counts, and it has failed', async () => {
    const onAdvance = () => ({ ended: [done('a')], isAwaited: true });
    expect(await deliver({ states: ['paused', 'resumed'], ageMs: 40 * day, onAdvance })).toEqual({
      state: 'failed',
      open: ['b', 'c'],
      advances: ['look'],
      problem: expect.stringContaining('32 days'),
    });
  });

  it('is looked at after its longest time, when all of it has ended: it is done', async () => {
    const onAdvance = () => ({ ended: ['a', 'b', 'c'].map(done), isAwaited: false });
    expect(await deliver({ states: [], ageMs: 40 * day, onAdvance })).toMatchObject({
      state: 'done',
      open: [],
    });
  });
});
