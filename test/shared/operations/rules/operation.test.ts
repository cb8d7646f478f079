import fc from 'fast-check';
import {
  type ItemEntry,
  isGivenUp,
  type OperationRow,
  progressOf,
} from '../../../../shared/operations/rules/operation';

const startedAt = new Date('2026-11-30T12:00:00Z');
const row = (change: Partial<OperationRow>): OperationRow => ({
  operation_id: 'op_1',
  started_at: startedAt,
  kind: 'bulk-cancel',
  tenant_id: null,
  started_by_kind: 'admin',
  started_by: 'alice',
  filter: '{}',
  reason: null,
  recorded_at: startedAt,
  writer: 'request',
  state: 'waiting',
  planned: null,
  problem: null,
  items: [],
  ...change,
});
const item = (item_id: string, outcome: ItemEntry['outcome'] = 'planned', tenant_id = 'acme') => ({
  tenant_id,
  item_id,
  outcome,
  problem: null,
});

describe('progressOf', () => {
  it('knows nothing of no rows', () => {
    expect(progressOf([])).toBeUndefined();
  });

  it.each([
    ['waiting', ['waiting']],
    ['running', ['running', 'waiting']],
    ['done', ['waiting', 'done', 'running']],
    ['aborted', ['aborted', 'running']],
  ] as const)('the state is %s, of %j', (state, states) => {
    expect(progressOf(states.map((one) => row({ state: one })))?.state).toBe(state);
  });

  it.each([
    ['paused', ['running', 'paused', 'running']],
    ['running', ['running', 'paused', 'resumed']],
    ['paused', ['paused', 'resumed', 'paused']],
    ['waiting', ['paused', 'resumed']],
    ['aborted', ['paused', 'aborted', 'resumed']],
  ] as const)('is %s after %j, in whichever order they are read', (state, states) => {
    const rows = states.map((one, seconds) =>
      row({ state: one, recorded_at: new Date(startedAt.getTime() + seconds * 1_000) }),
    );
    expect(progressOf(rows)?.state).toBe(state);
    expect(progressOf(rows.toReversed())?.state).toBe(state);
    // Of the same moment the resumption counts.
    expect(progressOf([row({ state: 'paused' }), row({ state: 'resumed' })])?.state).toBe('waiting');
  });

  it.each([
    ['done', ['done', 'aborted']],
    ['aborted', ['aborted', 'done']],
    ['failed', ['failed', 'done', 'aborted']],
  ] as const)('is %s, by the first ending of %j', (state, endings) => {
    const rows = endings.map((one, seconds) =>
      row({ state: one, recorded_at: new Date(startedAt.getTime() + (seconds + 1) * 1_000) }),
    );
    const late = row({ state: 'running', recorded_at: new Date(startedAt.getTime() + 60_000) });
    expect(progressOf([row({}), ...rows, late])?.state).toBe(state);
    expect(progressOf([late, ...rows.toReversed()])?.state).toBe(state);
  });

  it('an item is open until something has become of it, whoever wrote that', () => {
    const merged = progressOf([
      row({}),
      row({
        writer: 'first',
        state: 'running',
        planned: 3,
        items: [item('b'), item('a'), item('c', 'planned', 'abc')],
      }),
      row({ writer: 'second', state: 'running', items: [item('a', 'done')] }),
    ]);
    expect(merged?.open.map(({ tenant_id, item_id }) => [tenant_id, item_id])).toEqual([
      ['abc', 'c'],
      ['acme', 'b'],
    ]);
    expect(merged?.keys).toEqual(new Set(['acme a', 'acme b', 'abc c']));
  });

  it('a plan is whole once all of one writer’s items are seen, and not by those of others', () => {
    const last = row({ writer: 'first', planned: 2, items: [item('a')] });
    const isPlanned = (more: readonly OperationRow[]) => progressOf([row({}), last, ...more])?.isPlanned;
    expect(progressOf([row({})])?.isPlanned).toBe(false);
    expect(isPlanned([])).toBe(false);
    expect(isPlanned([row({ writer: 'second', items: [item('b'), item('c')] })])).toBe(false);
    expect(isPlanned([row({ writer: 'first', items: [item('b')] })])).toBe(true);
    expect(progressOf([row({}), row({ writer: 'first', planned: 0 })])?.isPlanned).toBe(true);
  });

  it('is the same in whichever order rows come, and however often each', () => {
    const entries = fc.record({
      tenant_id: fc.constantFrom('acme', 'other'),
      item_id: fc.constantFrom('a', 'b', 'c'),
      outcome: fc.constantFrom('planned', 'failed', 'skipped', 'done'),
      problem: fc.constant(null),
    });
    const rows = fc.record({
      recorded_at: fc.integer({ min: 0, max: 3 }).map((ms) => new Date(startedAt.getTime() + ms)),
      writer: fc.constantFrom('first', 'second'),
      state: fc.constantFrom('waiting', 'running', 'done', 'failed', 'aborted'),
      planned: fc.constantFrom(null, 1, 2),
      items: fc.array(entries, { maxLength: 4 }),
    });
    fc.assert(
      fc.property(fc.array(rows, { maxLength: 6 }), fc.infiniteStream(fc.nat()), (changes, picks) => {
        const written = changes.map((change) => row(change));
        const again = [...written, ...written].toSorted(() => ((picks.next().value ?? 0) % 3) - 1);
        expect(progressOf(again)).toEqual(progressOf(written));
      }),
    );
  });
});

it('an item is tried for a day', () => {
  const after = (hours: number) => new Date(startedAt.getTime() + hours * 3_600_000);
  expect([after(23.9), after(24.1)].map((now) => isGivenUp({ started_at: startedAt }, now))).toEqual([
    false,
    true,
  ]);
});
