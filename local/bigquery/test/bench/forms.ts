import { parseArgs } from 'node:util';
import { type BenchServer, startBenchServer } from './bench-server';

/**
 * Forms of statements over tables of growing size, to see which take a time that grows as rows times rows: `t` and `u`
 * have the size's rows each, with equal ids. Each size is four times the one before: a time that grows with the rows
 * is four times as long, one that grows with their square sixteen times.
 */
const sizes = [500, 2_000, 8_000] as const;

const forms: readonly (readonly [name: string, sql: string])[] = [
  ['JOIN ON equality', 'SELECT COUNT(*) FROM t JOIN u ON u.id = t.id'],
  ['LEFT JOIN USING', 'SELECT COUNT(u.name) FROM t LEFT JOIN u USING (id)'],
  [
    'JOIN ON equality and inequality',
    'SELECT COUNT(*) FROM t JOIN u ON u.id = t.id AND u.amount <= t.amount',
  ],
  ['JOIN ON an expression', 'SELECT COUNT(*) FROM t JOIN u ON u.id + 1 = t.id + 1'],
  ['JOIN ON inequality', 'SELECT COUNT(*) FROM t JOIN u ON u.id < t.id'],
  ['JOIN ON BETWEEN', 'SELECT COUNT(*) FROM t JOIN u ON u.id BETWEEN t.id AND t.id + 2'],
  ['LEFT JOIN ON inequality', 'SELECT COUNT(*) FROM t LEFT JOIN u ON u.id < t.id - 400'],
  ['JOIN ON OR of equalities', 'SELECT COUNT(*) FROM t JOIN u ON u.id = t.id OR u.id = t.amount'],
  ['JOIN ON LIKE', "SELECT COUNT(*) FROM t JOIN u ON t.name LIKE CONCAT(u.name, '%')"],
  ['JOIN ON STARTS_WITH', 'SELECT COUNT(*) FROM t JOIN u ON STARTS_WITH(t.name, u.name)'],
  ['CROSS JOIN with WHERE equality', 'SELECT COUNT(*) FROM t, u WHERE t.id = u.id'],
  ['IN (SELECT …)', 'SELECT COUNT(*) FROM t WHERE id IN (SELECT id FROM u)'],
  ['NOT IN (SELECT …)', 'SELECT COUNT(*) FROM t WHERE id NOT IN (SELECT id FROM u)'],
  [
    'IN of FLOAT64',
    'SELECT COUNT(*) FROM t WHERE CAST(id AS FLOAT64) IN (SELECT CAST(id AS FLOAT64) FROM u)',
  ],
  ['EXISTS', 'SELECT COUNT(*) FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)'],
  ['NOT EXISTS', 'SELECT COUNT(*) FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id)'],
  [
    'EXISTS with inequality beside',
    'SELECT COUNT(*) FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id AND u.amount < t.amount)',
  ],
  ['scalar subquery', 'SELECT SUM(n) FROM (SELECT (SELECT COUNT(*) FROM u WHERE u.id = t.id) AS n FROM t)'],
  [
    'look-up of a value',
    'SELECT COUNT(n) FROM (SELECT (SELECT u.name FROM u WHERE u.id = t.id) AS n FROM t)',
  ],
  ['= (SELECT MAX …)', 'SELECT COUNT(*) FROM t WHERE id = (SELECT MAX(id) FROM u)'],
  ['IN in HAVING', 'SELECT id FROM t GROUP BY id HAVING id IN (SELECT id FROM u)'],
  ['IN in a CASE', 'SELECT COUNT(CASE WHEN id IN (SELECT id FROM u) THEN 1 END) FROM t'],
  ['array IN UNNEST', 'SELECT COUNT(*) FROM t WHERE id IN UNNEST((SELECT ARRAY_AGG(id) FROM u))'],
  ['COUNT(DISTINCT)', 'SELECT COUNT(DISTINCT name), COUNT(DISTINCT id) FROM t'],
  ['ARRAY_AGG(DISTINCT)', 'SELECT ARRAY_LENGTH(ARRAY_AGG(DISTINCT id)) FROM t'],
  ['SELECT DISTINCT', 'SELECT COUNT(*) FROM (SELECT DISTINCT id, name FROM t)'],
  ['GROUP BY', 'SELECT COUNT(*) FROM (SELECT id, COUNT(*) FROM t GROUP BY id)'],
  ['EXCEPT DISTINCT', 'SELECT COUNT(*) FROM (SELECT id FROM t EXCEPT DISTINCT SELECT id FROM u)'],
  ['INTERSECT DISTINCT', 'SELECT COUNT(*) FROM (SELECT id FROM t INTERSECT DISTINCT SELECT id FROM u)'],
  ['ORDER BY', 'SELECT id FROM t ORDER BY name DESC'],
  ['ROW_NUMBER', 'SELECT MAX(n) FROM (SELECT ROW_NUMBER() OVER (ORDER BY id) AS n FROM t)'],
  ['RANK', 'SELECT MAX(n) FROM (SELECT RANK() OVER (ORDER BY amount) AS n FROM t)'],
  ['LAG', 'SELECT MAX(n) FROM (SELECT LAG(id) OVER (ORDER BY id) AS n FROM t)'],
  ['FIRST_VALUE', 'SELECT MAX(n) FROM (SELECT FIRST_VALUE(id) OVER (ORDER BY id) AS n FROM t)'],
  ['SUM OVER (ORDER BY)', 'SELECT MAX(n) FROM (SELECT SUM(id) OVER (ORDER BY id) AS n FROM t)'],
  [
    'SUM OVER (PARTITION BY, ORDER BY)',
    'SELECT MAX(n) FROM (SELECT SUM(id) OVER (PARTITION BY day ORDER BY id) AS n FROM t)',
  ],
  ['SUM OVER ()', 'SELECT MAX(n) FROM (SELECT SUM(id) OVER () AS n FROM t)'],
  [
    'SUM OVER 7 ROWS',
    'SELECT MAX(n) FROM (SELECT SUM(id) OVER (ORDER BY id ROWS BETWEEN 6 PRECEDING AND CURRENT ROW) AS n FROM t)',
  ],
  ['QUALIFY', 'SELECT id FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY day ORDER BY id) = 1'],
  [
    'WITH RECURSIVE of 200',
    'WITH RECURSIVE r AS (SELECT 1 AS n UNION ALL SELECT n + 1 FROM r WHERE n < 200) SELECT COUNT(*) FROM r JOIN t ON t.id = r.n',
  ],
  ['UPDATE … FROM', 'UPDATE m SET name = u.name FROM u WHERE u.id = m.id'],
  ['DELETE … IN', 'DELETE FROM gone WHERE id IN (SELECT id FROM u)'],
  [
    'MERGE ON equality',
    'MERGE m USING u ON m.id = u.id WHEN MATCHED THEN UPDATE SET name = u.name WHEN NOT MATCHED THEN INSERT ROW',
  ],
  [
    'MERGE without equality',
    'MERGE m USING (SELECT * FROM u WHERE id < 50) AS u ON m.id - u.id = 0 WHEN MATCHED THEN UPDATE SET name = u.name',
  ],
];

const { values } = parseArgs({
  options: { only: { type: 'string' }, times: { type: 'string', default: '3' } },
});

/** How long one statement may take. Its larger sizes are left out then. */
const longestMs = 20_000;

async function main(): Promise<void> {
  const chosen = forms.filter(([name]) => values.only === undefined || name.includes(values.only));
  const times = new Map<string, (number | string)[]>(chosen.map(([name]) => [name, []]));
  for (const size of sizes) {
    const server = await startBenchServer();
    for (const table of ['t', 'u', 'm', 'gone']) await server.fill(table, size);
    for (const [name, sql] of chosen) times.get(name)?.push(await least(server, sql));
    await server.close();
    process.stderr.write(`${size} rows measured\n`);
  }
  const head = sizes.map((size) => String(size).padStart(9)).join('');
  process.stdout.write(`${'least ms over rows:'.padEnd(36)}${head}  growth at the end\n`);
  for (const [name, found] of times) {
    const columns = found
      .map((each) => (typeof each === 'number' ? each.toFixed(0) : each).padStart(9))
      .join('');
    process.stdout.write(`${name.padEnd(36)}${columns}  ${growthOf(found)}\n`);
  }
}

async function least(server: BenchServer, sql: string): Promise<number | string> {
  const found: number[] = [];
  for (let run = 0; run <= Number(values.times); run += 1) {
    const { ms, ok, outcome } = await server.time(sql, { jobTimeoutMs: String(longestMs), maxResults: 100 });
    if (!ok)
      return /timed out|timeout|stopped/i.test(outcome) ? `> ${longestMs / 1000} s` : outcome.slice(0, 40);
    found.push(ms);
    if (ms > longestMs / 4) break;
  }
  return Math.min(...found);
}

/** Four times the rows took so many times the time. */
function growthOf(found: readonly (number | string)[]): string {
  const [before, last] = found.slice(-2);
  if (typeof before !== 'number' || typeof last !== 'number') return '';
  const growth = last / before;
  return `× ${growth.toFixed(1)}${growth > 8 ? ' (square)' : ''}`;
}

void main();
