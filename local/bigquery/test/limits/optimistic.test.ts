import { mutateOptimistically } from '../../limits/optimistic';
import { createRateLimit } from '../../limits/rate';
import { createSlots } from '../../limits/slots';
import type { Row, TableChange } from '../../model';
import { memoryTableStore } from '../support/memory-table-store';

const table = { projectId: 'local', datasetId: 'ds', tableId: 't' };
const schema = [{ name: 'n', type: 'INTEGER', mode: 'NULLABLE' }] as const;

function storeWith(...rows: Row[]) {
  const store = memoryTableStore();
  store.addTable(table, schema, rows);
  const change = (made: TableChange) =>
    store.mutate(table, async () => ({ change: made, result: undefined }));
  return { store, change, rows: () => store.read(table)?.rows };
}

const replaceBy = (...rows: Row[]) => ({ change: { kind: 'replace', rows }, result: rows.length }) as const;

it('gives up with the documented words when it has lost four times', async () => {
  const { store, change, rows } = storeWith(['1']);
  const seen: unknown[] = [];
  const losing = mutateOptimistically(
    store,
    table,
    async (current) => {
      seen.push(current?.rows[0]?.[0]);
      return replaceBy(['mine']);
    },
    () => () => change({ kind: 'replace', rows: [[`other ${seen.length}`]] }),
  );
  await expect(losing).rejects.toMatchObject({
    status: 400,
    message: 'Could not serialize access to table local:ds.t due to concurrent update',
  });
  expect(seen).toEqual(['1', 'other 1', 'other 2', 'other 3']);
  expect(rows()).toEqual([['other 4']]);
});

it('commits on top of rows that were added meanwhile', async () => {
  const { store, change, rows } = storeWith(['1'], ['2']);
  await mutateOptimistically(
    store,
    table,
    async () => replaceBy(['one']),
    () => () => change({ kind: 'append', rows: [['3']] }),
  );
  expect(rows()).toEqual([['one'], ['3']]);
});

it('an INSERT does not conflict with a mutation', async () => {
  const { store, change, rows } = storeWith(['1']);
  await mutateOptimistically(
    store,
    table,
    async () => ({ change: { kind: 'append', rows: [['2']] }, result: undefined }),
    () => () => change({ kind: 'replace', rows: [['changed']] }),
  );
  expect(rows()).toEqual([['changed'], ['2']]);
});

it('a statement that changes nothing conflicts with nothing', async () => {
  const { store, change } = storeWith(['1']);
  const result = await mutateOptimistically(
    store,
    table,
    async () => ({ change: undefined, result: 'nothing' }),
    () => () => change({ kind: 'replace', rows: [['changed']] }),
  );
  expect(result).toBe('nothing');
});

it('a rate counts over the window that ends now', () => {
  let now = 0;
  const rate = createRateLimit(2, 10_000, () => now);
  expect([rate.take(), rate.take(), rate.take()]).toEqual([true, true, false]);
  now = 10_000;
  expect([rate.take(), rate.take(), rate.take()]).toEqual([true, true, false]);
});

it('slots are given in the order of arrival and refused when the line is full', async () => {
  const slots = createSlots({ running: 1, queued: 2 });
  const order: number[] = [];
  const enter = (name: number) =>
    slots.run(
      async () => void order.push(name),
      () => new Error(`refused ${name}`),
    );
  const all = await Promise.allSettled([1, 2, 3, 4].map(enter));
  expect(all.map(({ status }) => status)).toEqual(['fulfilled', 'fulfilled', 'fulfilled', 'rejected']);
  expect(order).toEqual([1, 2, 3]);
  await enter(5);
  expect(order).toEqual([1, 2, 3, 5]);
});
