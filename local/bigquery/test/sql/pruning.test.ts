import fc from 'fast-check';
import type { Field, PartitionUnit, QueryParameter, Row } from '../../model';
import { type LocalSqlEngine, startSqlEngine } from '../../sql/sql-engine';
import { openStore, type Store } from '../../store/store';
import { sharesEngine } from '../support/shares-engine';
import { field, scalar } from '../support/test-engine';

const dataset = { projectId: 'local', datasetId: 'ds' };
let store: Store;
let engine: LocalSqlEngine;

beforeAll(async () => {
  store = openStore({ projectId: 'local' });
  await store.createDataset('ds', 'US', {});
  engine = await startSqlEngine({ store, sharesEngine });
});
afterAll(async () => {
  await engine.close();
  await store.close();
});

type TimeType = 'TIMESTAMP' | 'DATE' | 'DATETIME';

/** A table with a column of time and another one; without a unit it is not partitioned. */
async function make(
  tableId: string,
  type: TimeType,
  unit: PartitionUnit | undefined,
  rows: readonly Row[],
): Promise<void> {
  const schema: readonly Field[] = [field('ts', type), field('n', 'INTEGER'), field('text', 'STRING')];
  const options = unit === undefined ? {} : { timePartitioning: { type: unit, field: 'ts' } };
  await store.mutate({ ...dataset, tableId }, async () => ({
    change: { kind: 'create', schema, rows, options },
    result: undefined,
  }));
}

async function add(tableId: string, rows: readonly Row[]): Promise<void> {
  await store.mutate({ ...dataset, tableId }, async () => ({
    change: { kind: 'append', rows },
    result: undefined,
  }));
}

const run = (sql: string, parameters: readonly QueryParameter[] = []) =>
  engine.run({ sql, projectId: 'local', defaultDataset: dataset, parameters });

const microsOf = (text: string) => String(Date.parse(text) * 1000);

describe('Bytes processed', () => {
  const perDay = 100;
  const day = (count: number) => new Date(Date.UTC(2024, 0, 1 + count)).toISOString();
  const rowsOfDays = (days: number) =>
    Array.from({ length: days }, (_, each) =>
      Array.from({ length: perDay }, (_, n): Row => [microsOf(day(each)), String(n), 'x'.repeat(8)]),
    ).flat();
  /** A timestamp, an integer, a text of 8 letters. */
  const rowBytes = 8 + 8 + 10;

  beforeAll(async () => {
    await make('few', 'TIMESTAMP', 'DAY', rowsOfDays(10));
    await make('many', 'TIMESTAMP', 'DAY', rowsOfDays(500));
    await make('whole', 'TIMESTAMP', undefined, rowsOfDays(10));
  });

  const from = scalar('from', 'TIMESTAMP', '2024-01-03');
  const to = scalar('to', 'TIMESTAMP', '2024-01-05');
  const none = scalar('none', 'TIMESTAMP', null);

  it.each([
    ['ts >= @from AND ts < @to', 2],
    ['ts > @from AND ts <= @to', 3],
    ['@from <= ts AND @to > ts', 2],
    ['ts BETWEEN @from AND @to', 3],
    ["ts >= '2024-01-03' AND ts < TIMESTAMP '2024-01-03 12:00:00+00'", 1],
    ['ts = @from', 1],
    ['ts IN (@from, @to)', 2],
    ['ts >= @from AND ts < @to AND (n = 1 OR n = 2)', 2],
    ['ts < @from AND ts > @to', 0],
    ['ts = @none', 0],
  ])('count only the days of %s, however many there are', async (condition, days) => {
    for (const table of ['few', 'many']) {
      const sql = `SELECT ts, n, text FROM ${table} WHERE ${condition}`;
      expect((await run(sql, [from, to, none])).bytesProcessed).toBe(days * perDay * rowBytes);
    }
    const sql = `SELECT ts, n, text FROM whole WHERE ${condition}`;
    expect((await run(sql, [from, to, none])).bytesProcessed).toBe(10 * perDay * rowBytes);
  });

  it.each([
    ['in a subquery', 'SELECT (SELECT COUNT(*) FROM few WHERE ts >= @from AND ts < @to)', 2],
    ['in a WITH', 'WITH days AS (SELECT n FROM few WHERE ts = @from) SELECT COUNT(*) FROM days', 1],
    [
      'below an aggregation',
      'SELECT n, COUNT(*) FROM few WHERE ts = @from GROUP BY n HAVING COUNT(*) > 1',
      1,
    ],
    [
      'on both sides of a union',
      'SELECT n FROM few WHERE ts = @from UNION ALL SELECT n FROM few WHERE ts = @to',
      2,
    ],
    [
      'with other values in two places',
      'SELECT n FROM few WHERE ts = @from AND n IN (SELECT n FROM few WHERE ts = @to)',
      2,
    ],
    ['in one place of two', 'SELECT n FROM few WHERE ts = @from AND n IN (SELECT n FROM few)', 10],
    [
      'in an inner join',
      'SELECT few.n FROM few JOIN few AS b ON few.n = b.n AND few.ts = @from AND b.ts = @to',
      2,
    ],
    ['on the optional side', 'SELECT m, n FROM UNNEST([1]) AS m LEFT JOIN few ON n = m AND ts = @from', 1],
    ['not on the other side', 'SELECT few.n FROM few LEFT JOIN UNNEST([1]) AS m ON n = m AND ts = @from', 10],
    ['by script variables', 'DECLARE day TIMESTAMP DEFAULT @from; SELECT n FROM few WHERE ts = day', 1],
    ['not under OR', 'SELECT n FROM few WHERE ts = @from OR n = 1', 10],
    ['not under NOT', 'SELECT n FROM few WHERE NOT ts = @from', 10],
    ['not by another column', 'SELECT n FROM few WHERE TIMESTAMP_MICROS(n) >= @from AND ts IS NOT NULL', 10],
  ])('are bounded %s', async (_, sql, days) => {
    const { bytesProcessed } = await run(sql, [from, to, none]);
    const columns = /\bn\b/.test(sql) ? 16 : 8;
    expect(bytesProcessed).toBe(days * perDay * columns);
  });

  it('of DML count the columns read and the partitions changed', async () => {
    const where = 'ts >= @from AND ts < @to';
    for (const table of ['few', 'many']) {
      const update = await run(`UPDATE ${table} SET n = n WHERE ${where}`, [from, to, none]);
      expect(update).toMatchObject({
        dmlStats: { updatedRowCount: 2 * perDay },
        bytesProcessed: 2 * perDay * (16 + rowBytes),
      });
      const request = {
        sql: `DELETE FROM ${table} WHERE ${where}`,
        projectId: 'local',
        defaultDataset: dataset,
      };
      const { bytesProcessed } = await engine.analyze({ ...request, parameters: [from, to, none] });
      expect(bytesProcessed).toBe(2 * perDay * (8 + rowBytes));
    }
  });

  it('of a change of another table count what its subqueries look at', async () => {
    await make('other', 'TIMESTAMP', undefined, [[microsOf(day(0)), '5', 'x']]);
    const counted = 'SELECT COUNT(*) FROM few WHERE few.ts >= @from AND few.ts < @to AND few.n = other.n';
    const { bytesProcessed } = await run(`UPDATE other SET n = (${counted}) WHERE TRUE`, [from, to]);
    // The subquery's two days, then the column that it compares with, and the whole row.
    expect(bytesProcessed).toBe(2 * perDay * 16 + 8 + 8 + 8 + 3);
  });

  it('follow rows that are added later, and a state that was read before keeps its own', async () => {
    await make('growing', 'TIMESTAMP', 'DAY', rowsOfDays(3));
    const before = store.read({ ...dataset, tableId: 'growing' })?.partitions;
    const isWanted = (partition: string) => partition >= '20240103';
    expect(before?.select(isWanted).rows).toHaveLength(perDay);
    await add('growing', [
      [microsOf(day(2)), '7', 'new'],
      [microsOf(day(5)), '8', 'new'],
      [null, '9', 'new'],
    ]);
    const sql = 'SELECT COUNT(*) FROM growing WHERE ts >= @from';
    expect((await run(sql, [from])).rows).toEqual([[String(perDay + 2)]]);
    expect(before?.select(isWanted).rows).toHaveLength(perDay);
    expect((await run('SELECT COUNT(*) FROM growing WHERE ts IS NULL')).rows).toEqual([['1']]);
  });
});

const units: Readonly<Record<TimeType, readonly PartitionUnit[]>> = {
  TIMESTAMP: ['HOUR', 'DAY', 'MONTH', 'YEAR'],
  DATETIME: ['HOUR', 'DAY', 'MONTH', 'YEAR'],
  DATE: ['DAY', 'MONTH', 'YEAR'],
};

const hour = 3_600_000;
const around = ['2024-01-01', '2024-03-01', '1970-01-01'];
const offsets = [-24 * hour, -hour, -1, 0, 1, hour, 24 * hour];
/** Near where hours, days, months and years end, so that many rows and bounds are neighbours; and where time ends. */
const momentArbitrary = fc.oneof(
  {
    weight: 9,
    arbitrary: fc
      .tuple(fc.constantFrom(...around), fc.constantFrom(...offsets))
      .map(([start, offset]) => new Date(Date.parse(start) + offset).toISOString()),
  },
  fc.constantFrom('0001-01-01T00:00:00.000Z', '9999-12-31T23:59:59.999Z', '2262-05-01T00:00:00.000Z'),
);

const texts: Readonly<Record<TimeType, (iso: string) => string>> = {
  TIMESTAMP: (iso) => iso,
  DATETIME: (iso) => iso.slice(0, -1),
  DATE: (iso) => iso.slice(0, 10),
};

const comparison = fc.oneof(
  fc
    .record({ operator: fc.constantFrom('=', '<', '<=', '>', '>='), bound: fc.nat(2) })
    .map(({ operator, bound }) => `ts ${operator} @p${bound}`),
  fc
    .record({ operator: fc.constantFrom('=', '<', '<=', '>', '>='), bound: fc.nat(2) })
    .map(({ operator, bound }) => `@p${bound} ${operator} ts`),
  fc.tuple(fc.nat(2), fc.nat(2)).map(([low, high]) => `ts BETWEEN @p${low} AND @p${high}`),
  fc.tuple(fc.nat(2), fc.nat(2)).map(([one, other]) => `ts IN (@p${one}, @p${other})`),
);
const condition = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: comparison },
      fc.constantFrom('n > 3', 'ts IS NOT NULL', 'MOD(n, 2) = 0'),
    ),
    {
      minLength: 1,
      maxLength: 3,
    },
  )
  .chain((parts) =>
    fc.oneof(
      { weight: 6, arbitrary: fc.constant(parts.join(' AND ')) },
      fc.constantFrom(parts.join(' OR '), `NOT (${parts.join(' AND ')})`),
    ),
  );

const caseArbitrary = fc.constantFrom('TIMESTAMP', 'DATETIME', 'DATE').chain((type: TimeType) =>
  fc.record({
    type: fc.constant(type),
    unit: fc.constantFrom(...units[type]),
    rows: fc.array(fc.option(momentArbitrary, { freq: 8 }), { maxLength: 40, size: 'max' }),
    added: fc.array(fc.option(momentArbitrary, { freq: 8 }), { maxLength: 4 }),
    bounds: fc.array(fc.option(momentArbitrary, { freq: 20 }), { minLength: 3, maxLength: 3 }),
    condition,
    other: condition,
  }),
);

describe('Pruning never changes a result', () => {
  it('whatever the unit, the rows and the condition', async () => {
    await fc.assert(
      fc.asyncProperty(caseArbitrary, async ({ type, unit, rows, added, bounds, condition, other }) => {
        const cellOf = (iso: string) => (type === 'TIMESTAMP' ? microsOf(iso) : texts[type](iso));
        const rowOf = (iso: string | null, n: number): Row => [iso && cellOf(iso), String(n), 'x'];
        const first = rows.map(rowOf);
        const later = added.map((iso, n) => rowOf(iso, rows.length + n));
        const parameters = bounds.map((iso, index) => scalar(`p${index}`, type, iso && texts[type](iso)));
        const outcomes = [];
        for (const tableId of ['pruned', 'plain']) {
          await make(tableId, type, tableId === 'pruned' ? unit : undefined, first);
          const select = `SELECT ts, n FROM ${tableId} WHERE ${condition} ORDER BY n`;
          const before = await run(select, parameters);
          await add(tableId, later);
          const twice = `SELECT n, (SELECT COUNT(*) FROM ${tableId} WHERE ${other}) FROM ${tableId} WHERE ${condition} ORDER BY n`;
          const found = await run(twice, parameters);
          const joined = await run(
            `SELECT m, ts FROM (SELECT n AS m FROM ${tableId}) LEFT JOIN ${tableId} ON MOD(n, 5) = MOD(m, 5) AND (${other}) ORDER BY m, n`,
            parameters,
          );
          const update = await run(`UPDATE ${tableId} SET n = n + 100 WHERE ${condition}`, parameters);
          const removed = await run(`DELETE FROM ${tableId} WHERE ${other}`, parameters);
          const left = await run(`SELECT ts, n FROM ${tableId} ORDER BY n`);
          outcomes.push({
            results: [before.rows, found.rows, joined.rows, update.dmlStats, removed.dmlStats, left.rows],
            bytes: [before, found, joined, update, removed].map(({ bytesProcessed }) => bytesProcessed),
          });
        }
        const [pruned, plain] = outcomes;
        expect(pruned?.results).toEqual(plain?.results);
        for (const [index, bytes] of (pruned?.bytes ?? []).entries())
          expect(bytes).toBeLessThanOrEqual(plain?.bytes[index] ?? 0);
      }),
      { numRuns: 30 },
    );
  });
});
