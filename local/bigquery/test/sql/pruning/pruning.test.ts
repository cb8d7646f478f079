import type { Row } from '../../../model';
import { microsOf, partitionedTables } from '../../support/partitioned-tables';
import { scalar } from '../../support/test-engine';

let tables: Awaited<ReturnType<typeof partitionedTables>>;
beforeAll(async () => {
  tables = await partitionedTables();
});
afterAll(() => tables.close());

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
    await tables.make('few', 'TIMESTAMP', 'DAY', rowsOfDays(10));
    await tables.make('many', 'TIMESTAMP', 'DAY', rowsOfDays(500));
    await tables.make('whole', 'TIMESTAMP', undefined, rowsOfDays(10));
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
      expect((await tables.run(sql, [from, to, none])).bytesProcessed).toBe(days * perDay * rowBytes);
    }
    const sql = `SELECT ts, n, text FROM whole WHERE ${condition}`;
    expect((await tables.run(sql, [from, to, none])).bytesProcessed).toBe(10 * perDay * rowBytes);
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
    const { bytesProcessed } = await tables.run(sql, [from, to, none]);
    const columns = /\bn\b/.test(sql) ? 16 : 8;
    expect(bytesProcessed).toBe(days * perDay * columns);
  });

  it('of DML count the columns read and the partitions changed', async () => {
    const where = 'ts >= @from AND ts < @to';
    for (const table of ['few', 'many']) {
      const update = await tables.run(`UPDATE ${table} SET n = n WHERE ${where}`, [from, to, none]);
      expect(update).toMatchObject({
        dmlStats: { updatedRowCount: 2 * perDay },
        bytesProcessed: 2 * perDay * (16 + rowBytes),
      });
      const { bytesProcessed } = await tables.analyze(`DELETE FROM ${table} WHERE ${where}`, [
        from,
        to,
        none,
      ]);
      expect(bytesProcessed).toBe(2 * perDay * (8 + rowBytes));
    }
  });

  it('of a change of another table count what its subqueries look at', async () => {
    await tables.make('other', 'TIMESTAMP', undefined, [[microsOf(day(0)), '5', 'x']]);
    const counted = 'SELECT COUNT(*) FROM few WHERE few.ts >= @from AND few.ts < @to AND few.n = other.n';
    const { bytesProcessed } = await tables.run(`UPDATE other SET n = (${counted}) WHERE TRUE`, [from, to]);
    // The subquery's two days, then the column that it compares with, and the whole row.
    expect(bytesProcessed).toBe(2 * perDay * 16 + 8 + 8 + 8 + 3);
  });

  it('follow rows that are added later, and a state that was read before keeps its own', async () => {
    await tables.make('growing', 'TIMESTAMP', 'DAY', rowsOfDays(3));
    const before = tables.read('growing')?.partitions;
    const isWanted = (partition: string) => partition >= '20240103';
    expect(before?.select(isWanted).rows).toHaveLength(perDay);
    await tables.add('growing', [
      [microsOf(day(2)), '7', 'new'],
      [microsOf(day(5)), '8', 'new'],
      [null, '9', 'new'],
    ]);
    const sql = 'SELECT COUNT(*) FROM growing WHERE ts >= @from';
    expect((await tables.run(sql, [from])).rows).toEqual([[String(perDay + 2)]]);
    expect(before?.select(isWanted).rows).toHaveLength(perDay);
    expect((await tables.run('SELECT COUNT(*) FROM growing WHERE ts IS NULL')).rows).toEqual([['1']]);
  });
});
