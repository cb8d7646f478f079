import { parseArgs } from 'node:util';
import { type BenchServer, startBenchServer } from './bench-server';
import { cpuTimeMs } from './cpu-time';

/** A statement that is measured, over the tables `t` (20,000 rows), `u` (2,000) and `big` (100,000). */
interface Measured {
  readonly name: string;
  readonly sql: string;
  readonly parameters?: readonly object[];
  /** A page of this many rows is asked for; 100,000 unless given. */
  readonly page?: number;
}

const ids = (count: number) => [
  {
    name: 'ids',
    parameterType: { type: 'ARRAY', arrayType: { type: 'INT64' } },
    parameterValue: { arrayValues: Array.from({ length: count }, (_, index) => ({ value: String(index) })) },
  },
];

/** Everyday statements; those of other emulators' comparisons among them. */
const everyday: readonly Measured[] = [
  { name: 'SELECT 1', sql: 'SELECT 1' },
  { name: 'point query', sql: 'SELECT * FROM t WHERE id = 77' },
  { name: 'range of 100', sql: 'SELECT * FROM t WHERE id BETWEEN 100 AND 199' },
  { name: 'GROUP BY', sql: 'SELECT day, COUNT(*), SUM(amount) FROM t GROUP BY day' },
  {
    name: 'window',
    sql: 'SELECT id, SUM(amount) OVER (PARTITION BY day ORDER BY id) FROM t QUALIFY ROW_NUMBER() OVER (PARTITION BY day ORDER BY id) = 1',
  },
  { name: 'UPDATE of one row', sql: "UPDATE t SET name = 'x' WHERE id = 78" },
  { name: 'SELECT * ORDER BY, a page of 1,000', sql: 'SELECT * FROM t ORDER BY amount, id', page: 1_000 },
  { name: 'SELECT * ORDER BY', sql: 'SELECT * FROM t ORDER BY amount, id' },
  { name: 'SELECT * ORDER BY LIMIT 10', sql: 'SELECT * FROM t ORDER BY amount DESC, id LIMIT 10' },
  {
    name: 'MERGE of 1,000',
    sql: 'MERGE m USING (SELECT * FROM t WHERE id < 1000) s ON m.id = s.id WHEN MATCHED THEN UPDATE SET name = s.name WHEN NOT MATCHED THEN INSERT ROW',
  },
  {
    name: 'COUNT, id IN (SELECT …), 2,000 each',
    sql: 'SELECT COUNT(*) FROM t WHERE id < 2000 AND id IN (SELECT id FROM t WHERE id < 2000)',
  },
];

/** Forms that ask whether a row has a partner, or for its partner, in another table: none may take a time that grows as rows times rows. */
const partners: readonly Measured[] = [
  { name: 'LEFT JOIN', sql: 'SELECT COUNT(u.id) FROM t LEFT JOIN u ON u.id = t.id' },
  { name: 'IN (SELECT …)', sql: 'SELECT COUNT(*) FROM t WHERE id IN (SELECT id FROM u)' },
  { name: 'NOT IN (SELECT …)', sql: 'SELECT COUNT(*) FROM t WHERE id NOT IN (SELECT id FROM u)' },
  {
    name: 'IN in the list',
    sql: 'SELECT COUNTIF(known) FROM (SELECT id IN (SELECT id FROM u) AS known FROM t)',
  },
  { name: 'IN under OR', sql: 'SELECT COUNT(*) FROM t WHERE id IN (SELECT id FROM u) OR id = 19999' },
  { name: 'IN of an expression', sql: 'SELECT COUNT(*) FROM t WHERE id + 1 IN (SELECT id FROM u)' },
  { name: 'EXISTS', sql: 'SELECT COUNT(*) FROM t WHERE EXISTS (SELECT 1 FROM u WHERE u.id = t.id)' },
  {
    name: 'NOT EXISTS',
    sql: 'SELECT COUNT(*) FROM t WHERE NOT EXISTS (SELECT 1 FROM u WHERE u.id = t.id AND u.amount > 3)',
  },
  { name: '= (SELECT MAX …)', sql: 'SELECT COUNT(*) FROM t WHERE id <= (SELECT MAX(id) FROM u)' },
  {
    name: 'correlated COUNT',
    sql: 'SELECT SUM(n) FROM (SELECT (SELECT COUNT(*) FROM u WHERE u.id = t.id) AS n FROM t)',
  },
  {
    name: 'correlated value',
    sql: 'SELECT COUNT(name) FROM (SELECT (SELECT u.name FROM u WHERE u.id = t.id) AS name FROM t)',
  },
  {
    name: 'IN UNNEST(@ids), 5,000',
    sql: 'SELECT COUNT(*) FROM t WHERE id IN UNNEST(@ids)',
    parameters: ids(5_000),
  },
  {
    name: 'NOT IN UNNEST(@ids), 5,000',
    sql: 'SELECT COUNT(*) FROM t WHERE id NOT IN UNNEST(@ids)',
    parameters: ids(5_000),
  },
  { name: 'DELETE … IN', sql: 'DELETE FROM gone WHERE id IN (SELECT id FROM u)' },
  { name: 'UPDATE … FROM', sql: 'UPDATE m SET name = u.name FROM u WHERE u.id = m.id' },
  { name: 'FULL JOIN', sql: 'SELECT COUNT(*) FROM t FULL JOIN u USING (id)' },
  {
    name: 'JOIN ON inequality too',
    sql: 'SELECT COUNT(*) FROM t JOIN u ON u.id = t.id AND u.amount <= t.amount',
  },
  {
    name: 'EXCEPT DISTINCT',
    sql: 'SELECT COUNT(*) FROM (SELECT id FROM t EXCEPT DISTINCT SELECT id FROM u)',
  },
];

/** More rows than fit into one request to the engine. */
const large: readonly Measured[] = [
  { name: 'SELECT * ORDER BY over 100,000', sql: 'SELECT * FROM big ORDER BY amount, id', page: 1_000 },
  {
    name: 'QUALIFY over 100,000',
    sql: 'SELECT * FROM big WHERE TRUE QUALIFY ROW_NUMBER() OVER (PARTITION BY id ORDER BY ts DESC) = 1',
    page: 1_000,
  },
  {
    name: 'QUALIFY without partitions',
    sql: 'SELECT * FROM big WHERE TRUE QUALIFY ROW_NUMBER() OVER (ORDER BY ts DESC, id) <= 10',
  },
  { name: 'JOIN over 100,000', sql: 'SELECT COUNT(*) FROM big JOIN t USING (id)' },
  { name: 'GROUP BY over 100,000', sql: 'SELECT day, COUNT(*), SUM(amount) FROM big GROUP BY day' },
  {
    name: 'GENERATE_ARRAY of 1,000,000',
    sql: 'SELECT COUNT(*), SUM(n) FROM UNNEST(GENERATE_ARRAY(1, 1000000)) AS n',
  },
];

const suites = { everyday, partners, large };

const { values } = parseArgs({
  options: { only: { type: 'string' }, times: { type: 'string', default: '5' } },
});

async function main(): Promise<void> {
  const server = await startBenchServer();
  for (const [table, rows] of [
    ...([
      ['t', 20_000],
      ['m', 20_000],
      ['gone', 20_000],
      ['u', 2_000],
      ['big', 100_000],
    ] as const),
  ])
    await server.fill(table, rows);
  for (const [suite, statements] of Object.entries(suites)) {
    if (values.only !== undefined && values.only !== suite) continue;
    process.stdout.write(`\n${suite.padEnd(40)} first ms  least ms  median ms  CPU ms  rows or error\n`);
    for (const statement of statements) process.stdout.write(`${await measured(server, statement)}\n`);
  }
  await server.close();
}

async function measured({ time }: BenchServer, { name, sql, parameters, page }: Measured): Promise<string> {
  const times: number[] = [];
  let outcome = '';
  let cpuBefore = 0;
  for (let run = 0; run <= Number(values.times); run += 1) {
    const {
      ms,
      ok,
      outcome: came,
    } = await time(sql, {
      ...(page !== undefined && { maxResults: page }),
      ...(parameters && { parameterMode: 'NAMED', queryParameters: parameters }),
    });
    if (run === 0) cpuBefore = cpuTimeMs();
    times.push(ms);
    outcome = came;
    if (!ok) break;
  }
  const [first = 0, ...others] = times;
  const sorted = others.sort((left, right) => left - right);
  const figures = [first, sorted[0] ?? 0, sorted[Math.floor(sorted.length / 2)] ?? 0];
  const cpu = (cpuTimeMs() - cpuBefore) / Math.max(1, others.length);
  const columns = [...figures, cpu].map((ms) => ms.toFixed(1).padStart(9)).join(' ');
  return `${name.padEnd(38)} ${columns}  ${outcome.slice(0, 100)}`;
}

void main();
