import fc from 'fast-check';
import type { PartitionUnit, Row } from '../../../model';
import { microsOf, partitionedTables, type TimeType } from '../../support/partitioned-tables';
import { scalar } from '../../support/test-engine';

let tables: Awaited<ReturnType<typeof partitionedTables>>;
beforeAll(async () => {
  tables = await partitionedTables();
});
afterAll(() => tables.close());

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
          await tables.make(tableId, type, tableId === 'pruned' ? unit : undefined, first);
          const select = `SELECT ts, n FROM ${tableId} WHERE ${condition} ORDER BY n`;
          const before = await tables.run(select, parameters);
          await tables.add(tableId, later);
          const twice = `SELECT n, (SELECT COUNT(*) FROM ${tableId} WHERE ${other}) FROM ${tableId} WHERE ${condition} ORDER BY n`;
          const found = await tables.run(twice, parameters);
          const joined = await tables.run(
            `SELECT m, ts FROM (SELECT n AS m FROM ${tableId}) LEFT JOIN ${tableId} ON MOD(n, 5) = MOD(m, 5) AND (${other}) ORDER BY m, n`,
            parameters,
          );
          const update = await tables.run(`UPDATE ${tableId} SET n = n + 100 WHERE ${condition}`, parameters);
          const removed = await tables.run(`DELETE FROM ${tableId} WHERE ${other}`, parameters);
          const left = await tables.run(`SELECT ts, n FROM ${tableId} ORDER BY n`);
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
      { numRuns: 50 },
    );
  });
});
