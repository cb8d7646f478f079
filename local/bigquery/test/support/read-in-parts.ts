import type { Field, Row } from '../../model';
import { scalar, type TestEngine, testEngine } from './test-engine';

const pad = 'x'.repeat(5_000);
const day = (index: number) => `2024-09-${String(1 + (index % 28)).padStart(2, '0')}`;
const schema: readonly Field[] = [
  { name: 'id', type: 'INTEGER', mode: 'NULLABLE' },
  { name: 'day', type: 'DATE', mode: 'NULLABLE' },
  { name: 'service', type: 'STRING', mode: 'NULLABLE' },
  { name: 'cost', type: 'BIGNUMERIC', mode: 'NULLABLE' },
  { name: 'ratio', type: 'FLOAT', mode: 'NULLABLE' },
  { name: 'note', type: 'STRING', mode: 'NULLABLE' },
];

interface Entry {
  readonly id: number;
  readonly day: string;
  readonly service: string | null;
  /** In billionths. */
  readonly cost: bigint | null;
}

const decimal = (value: bigint): string => {
  const digits = (value < 0n ? -value : value).toString().padStart(10, '0');
  const text = `${digits.slice(0, -9)}.${digits.slice(-9)}`.replace(/\.?0+$/, '');
  return value < 0n ? `-${text}` : text;
};

/** All columns are read by it, so no query is small enough to be sent at once. */
const wide = `LENGTH(note) = ${pad.length}`;

interface Group {
  rows: number;
  cost: bigint | undefined;
}

/** Queries over a table of so many rows of 5 kB, of which some 800 fit into one request to the engine. */
export const describeReadInParts = (count: number, queries: 'all' | 'each second' = 'all'): void =>
  describe(`a table of ${count} large rows`, () => {
    const entries: readonly Entry[] = Array.from({ length: count }, (_, id) => ({
      id,
      day: day(id * 5),
      service: id % 11 === 0 ? null : `service ${id % 5}`,
      cost: id % 13 === 0 ? null : BigInt((id % 1000) - 300) * 1_000_000_007n,
    }));

    const each = <T extends [string, ...unknown[]]>(cases: readonly T[]) =>
      it.each(queries === 'all' ? cases : cases.filter((_, index) => index % 2 === 0));
    let engine: TestEngine;

    beforeAll(async () => {
      engine = await testEngine();
      const rows = entries.map((entry): Row => {
        const cost = entry.cost === null ? null : decimal(entry.cost);
        return [String(entry.id), entry.day, entry.service, cost, '1.5', pad];
      });
      engine.table('big', schema, rows);
      engine.table(
        'small',
        [{ name: 'service', type: 'STRING', mode: 'NULLABLE' }],
        [['service 1'], ['service 2']],
      );
    });
    afterAll(() => engine.close());

    function grouped(keyOf: (entry: Entry) => readonly (string | null)[]): Map<string, Group> {
      const groups = new Map<string, Group>();
      for (const entry of entries) {
        const key = JSON.stringify(keyOf(entry));
        const group = groups.get(key) ?? { rows: 0, cost: undefined };
        group.rows += 1;
        if (entry.cost !== null) group.cost = (group.cost ?? 0n) + entry.cost;
        groups.set(key, group);
      }
      return groups;
    }

    function expected(groups: Map<string, Group>): Row[] {
      return [...groups].map(([key, { rows, cost }]) => [
        ...JSON.parse(key),
        cost === undefined ? null : decimal(cost),
        String(rows),
      ]);
    }

    const sorted = (rows: readonly Row[]) => rows.map((row) => JSON.stringify(row)).sort();
    const total = entries.reduce((sum, { cost }) => sum + (cost ?? 0n), 0n);

    describe('GROUP BY over more than one request takes', () => {
      each([
        [
          'by alias and column',
          `SELECT day AS d, service, SUM(cost) AS c, COUNT(*) FROM big WHERE ${wide} GROUP BY d, service`,
        ],
        [
          'by ordinal',
          `SELECT b.day, b.service, SUM(b.cost), COUNT(*) FROM big AS b WHERE ${wide} GROUP BY 1, 2`,
        ],
        [
          'by expression',
          `SELECT DATE_ADD(day, INTERVAL 0 DAY), service, SUM(cost), COUNT(*) FROM ds.big WHERE ${wide} GROUP BY DATE_ADD(day, INTERVAL 0 DAY), big.service`,
        ],
        [
          'in a subquery',
          `SELECT * FROM (SELECT day, service, SUM(cost) AS c, COUNT(*) AS n FROM big WHERE ${wide} GROUP BY day, service) ORDER BY n, day LIMIT 100000`,
        ],
        [
          'in a WITH entry',
          `WITH g AS (SELECT day, service, SUM(cost) AS c, COUNT(*) AS n FROM big WHERE ${wide} GROUP BY day, service) SELECT g.* FROM g`,
        ],
        [
          'of a union',
          `SELECT day, service, SUM(cost) AS c, COUNT(*) AS n FROM big WHERE ${wide} GROUP BY day, service UNION ALL SELECT DATE '2000-01-01', 'x', 1, 1 FROM small WHERE service = 'none'`,
        ],
      ])('%s', async (_, sql) => {
        const rows = await engine.rows(sql);
        expect(sorted(rows)).toEqual(sorted(expected(grouped(({ day, service }) => [day, service]))));
      });

      it('HAVING, and aggregates that cannot be merged, see whole groups', async () => {
        const sql = `SELECT day, COUNT(DISTINCT service), STRING_AGG(CAST(id AS STRING), ',' ORDER BY id LIMIT 3) FROM big WHERE ${wide} GROUP BY day HAVING COUNT(*) > ${count / 28}`;
        const want = [...grouped(({ day }) => [day])].flatMap(([key, { rows }]) => {
          if (rows <= count / 28) return [];
          const [wanted] = JSON.parse(key);
          const own = entries.filter((entry) => entry.day === wanted);
          const services = new Set(own.flatMap(({ service }) => service ?? []));
          return [
            [
              wanted,
              String(services.size),
              own
                .slice(0, 3)
                .map(({ id }) => id)
                .join(),
            ],
          ];
        });
        expect(want.length).toBeGreaterThan(0);
        expect(want.length).toBeLessThan(28);
        expect(sorted(await engine.rows(sql))).toEqual(sorted(want));
      });

      it('rows that WHERE leaves out do not fail in the keys', async () => {
        const sql = `SELECT DIV(90000, id) AS q, COUNT(*) FROM big WHERE id > 0 AND ${wide} GROUP BY q HAVING q = 90000`;
        expect(await engine.rows(sql)).toEqual([['90000', '1']]);
      });

      it('DISTINCT', async () => {
        const rows = await engine.rows(`SELECT DISTINCT service, SUBSTR(note, 1, 1) FROM big WHERE ${wide}`);
        expect(sorted(rows)).toEqual(
          sorted([[null, 'x'], ...[0, 1, 2, 3, 4].map((n) => [`service ${n}`, 'x'])]),
        );
      });
    });

    describe('aggregates of a whole table', () => {
      it('are exact', async () => {
        const sql = `SELECT COUNT(*), COUNT(service), COUNTIF(service IS NULL) AS empty, SUM(cost), SUM(id), MIN(cost), MAX(day), LOGICAL_AND(id >= 0), LOGICAL_OR(id = 77), CAST(COALESCE(SUM(id), 0) AS STRING), MAX(note) = @pad FROM big WHERE ${wide}`;
        const parameter = {
          name: 'pad',
          parameterType: { type: 'STRING' },
          parameterValue: { value: pad },
        };
        const nulls = entries.filter(({ service }) => service === null).length;
        const ids = String((count * (count - 1)) / 2);
        expect(await engine.rows(sql, [parameter])).toEqual([
          [
            ...[String(count), String(count - nulls), String(nulls), decimal(total), ids],
            ...[decimal(-300n * 1_000_000_007n), '2024-09-28', 'true', 'true', ids, 'true'],
          ],
        ]);
      });

      it('are null or 0 where no row is met', async () => {
        const sql = `SELECT COUNT(*), SUM(cost), MAX(id), LOGICAL_OR(TRUE) FROM big WHERE LENGTH(note) = 1`;
        expect(await engine.rows(sql)).toEqual([['0', null, null, null]]);
      });

      it('stand beside other tables', async () => {
        const sql = `WITH sums AS (SELECT COUNT(*) AS n, SUM(cost) AS c FROM big WHERE ${wide})
      SELECT n, c, (SELECT COUNT(*) FROM small) AS s FROM sums CROSS JOIN (SELECT 1)
      WHERE n != 0 AND c = (SELECT SUM(cost) FROM big WHERE ${wide})`;
        expect(await engine.rows(sql)).toEqual([[String(count), decimal(total), '2']]);
      });
    });

    describe('ORDER BY over more than one request takes', () => {
      const ids = entries.map(({ id }) => id);
      const days = [...new Set(entries.map((entry) => entry.day))].sort();
      each([
        [
          'a column that is selected',
          `SELECT -id AS i FROM big WHERE ${wide} ORDER BY i`,
          ids.map((id) => -id).reverse(),
        ],
        [
          'one that is not',
          `SELECT id + 0 FROM big WHERE ${wide} ORDER BY big.note, big.day DESC, id LIMIT 3 OFFSET 2`,
          undefined,
        ],
        [
          'an expression',
          `SELECT id + 0 AS i FROM big WHERE ${wide} ORDER BY ABS(big.id - 5) DESC LIMIT 2`,
          [count - 1, count - 2],
        ],
        [
          'an ordinal',
          `SELECT day, id + 0 FROM big WHERE ${wide} AND id < 9 ORDER BY 2 DESC LIMIT 1`,
          [day(40)],
        ],
        [
          'an aggregate',
          `SELECT day FROM big WHERE ${wide} GROUP BY day ORDER BY MAX(note), day LIMIT 100`,
          days,
        ],
        ['nothing, with a limit', `SELECT id + 0 FROM big WHERE ${wide} LIMIT 2`, [0, 1]],
        [
          'parameters of LIMIT',
          `SELECT id + 0 AS i FROM big WHERE ${wide} ORDER BY i LIMIT @n OFFSET @n`,
          [3, 4, 5],
        ],
      ])('%s', async (_, sql, expectedFirst) => {
        const rows = await engine.rows(sql, [scalar('n', 'INT64', '3')]);
        const byDay = [...entries].sort((one, other) =>
          one.day < other.day ? 1 : one.day > other.day ? -1 : one.id - other.id,
        );
        const wanted = expectedFirst ?? byDay.slice(2, 5).map(({ id }) => id);
        expect(rows.map(([first]) => first)).toEqual(wanted.map(String));
      });
    });

    describe('windows over more than one request takes', () => {
      it('see whole partitions', async () => {
        const sql = `SELECT day, id, COUNT(*) OVER (PARTITION BY day) AS n FROM big WHERE ${wide} QUALIFY ROW_NUMBER() OVER (PARTITION BY day, big.service IS NULL ORDER BY id DESC) = 1 AND service IS NOT NULL ORDER BY day`;
        const groups = grouped((entry) => [entry.day]);
        const expectedRows = [...groups].sort().flatMap(([key, { rows }]) => {
          const [wanted] = JSON.parse(key);
          const last = entries.findLast((entry) => entry.day === wanted && entry.service !== null);
          return last === undefined ? [] : [[wanted, String(last.id), String(rows)]];
        });
        expect(await engine.rows(sql)).toEqual(expectedRows);
      });
    });

    it('QUALIFY without partitions', async () => {
      const sql =
        'SELECT note = @pad, id AS n FROM big WHERE id < 900 QUALIFY ROW_NUMBER() OVER (ORDER BY day DESC, id) IN (1, 3)';
      const order = entries
        .filter(({ id }) => id < 900)
        .sort((one, other) => (one.day < other.day ? 1 : one.day > other.day ? -1 : one.id - other.id));
      const rows = await engine.rows(sql, [scalar('pad', 'STRING', pad)]);
      expect(sorted(rows)).toEqual(sorted([0, 2].map((place) => ['true', String(order[place]?.id)])));
    });

    describe('what cannot be taken apart for sure is refused, never answered wrong', () => {
      each([
        ['a sum of FLOAT64', `SELECT SUM(ratio) FROM big WHERE ${wide}`],
        ['an average', `SELECT AVG(cost) FROM big WHERE ${wide}`],
        ['an average of a constant', `SELECT AVG(1), MAX(note) FROM big`],
        ['a count of distinct values', `SELECT COUNT(DISTINCT id) FROM big WHERE ${wide}`],
        ['an array of constants', `SELECT ARRAY_LENGTH(ARRAY_AGG(1)), MAX(note) FROM big`],
        ['HAVING without GROUP BY', `SELECT COUNT(*) FROM big WHERE ${wide} HAVING COUNT(*) > 1`],
        ['a window', `SELECT id, ROW_NUMBER() OVER (ORDER BY note) FROM big`],
        [
          'windows without a common partition',
          `SELECT id, COUNT(note) OVER (PARTITION BY day), MAX(id) OVER (PARTITION BY service) FROM big`,
        ],
        ['an unclear name to sort by', `SELECT -id AS id, note FROM big ORDER BY id + 1`],
        ['rollup', `SELECT day, COUNT(*) FROM big WHERE ${wide} GROUP BY ROLLUP (day)`],
        ['chance', `SELECT day, COUNT(*) FROM big WHERE ${wide} AND RAND() < 0.5 GROUP BY day`],
        [
          'a name of two things',
          `SELECT UPPER(service) AS note, COUNT(*) FROM big WHERE ${wide} GROUP BY note`,
        ],
        [
          'an inner select that needs the outer',
          `SELECT s.service, (SELECT COUNT(*) FROM big WHERE big.service = s.service AND ${wide}) FROM small AS s`,
        ],
        ['a self join', `SELECT COUNT(*) FROM big AS a JOIN big AS b ON a.note = b.note`],
      ])('%s', async (_, sql) => {
        expect(await engine.failure(sql)).toContain(
          'resourcesExceeded: Resources exceeded during query execution',
        );
      });

      it('a WITH entry with the name of a table is not taken for the table', async () => {
        const sql = `WITH small AS (SELECT MAX(note) AS m, COUNT(*) AS n FROM big) SELECT COUNT(*) FROM small`;
        expect(await engine.rows(sql)).toEqual([['1']]);
      });
    });

    it('a table made of such a query has all its groups', async () => {
      await engine.run(
        `CREATE TABLE made AS SELECT day, SUM(cost) AS c, COUNT(*) AS n FROM big WHERE ${wide} GROUP BY day`,
      );
      expect(sorted(engine.stored('made'))).toEqual(sorted(expected(grouped(({ day }) => [day]))));
    });
  });
