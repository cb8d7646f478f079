import fc from 'fast-check';
import { type LocalSqlEngine, startSqlEngine } from 'local-bigquery/engine';
import { createCatalog } from '../../../../local/tools/check/analysis-context';
import { findTextReads, refuseText } from '../../../../shared/definitions/sql/text-reads';

/** Dataset and table, each with the columns n, and items, an array. */
const tables: readonly (readonly [string, string])[] = [
  ['tenant_1', 'orders'],
  ['tenant_1', 'costs'],
  ['tenant_1', 'api_keys'],
  ['rates', 'daily'],
  ['tenant_2', 'orders'],
];

const gap = fc.constantFrom(
  ' ',
  ' ',
  ' ',
  '\n',
  '\t',
  ' /* FROM rates.x, */ ',
  ' -- , `x*`\n',
  ' # JOIN (\r',
);
const point = fc.constantFrom('.', '.', ' . ', './**/');
const letters = (word: string) => fc.constantFrom(word, word.toLowerCase());

/** Parts with gaps between them. */
const together = (...parts: readonly fc.Arbitrary<string>[]): fc.Arbitrary<string> =>
  fc.tuple(gap, ...parts).map(([between, ...texts]) => texts.join(between));
const text = (word: string) => letters(word);

const tableName = fc.constantFrom(...tables).chain(([dataset, table]) => {
  const quote = (name: string) => fc.constantFrom(name, `\`${name}\``);
  const separate = fc.tuple(quote(dataset), point, quote(table)).map((parts) => parts.join(''));
  const withProject = fc.tuple(quote('local'), point, separate).map((parts) => parts.join(''));
  const inOne = fc.constantFrom(`\`${dataset}.${table}\``, `\`local.${dataset}\`.${table}`);
  return dataset === 'tenant_1'
    ? fc.oneof(quote(table), separate, inOne)
    : fc.oneof(separate, withProject, inOne);
});

/** Each query yields one column, n. Aliases are numbered by depth, so that inner ones hide none. */
const queryOf = (depth: number): fc.Arbitrary<string> => {
  const [a, b, c] = ['a', 'b', 'c'].map((letter) => `${letter}${depth}`);
  const inner = depth === 0 ? fc.constant('SELECT 1 AS n') : fc.oneof(queryOf(depth - 1), plain);
  const named = (alias: string | undefined) =>
    fc.oneof(
      together(tableName, text('AS'), fc.constant(`${alias}`)),
      together(tableName, fc.constant(`${alias}`)),
      together(tableName, fc.constant(`AS ${alias}`), text('FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()')),
      together(fc.constant('('), inner, fc.constant(`) AS ${alias}`)),
      fc.constant(`UNNEST([STRUCT(1 AS n, [2, 3] AS items)]) AS ${alias}`),
    );
  const two = [named(a), named(b)] as const;
  const from = fc.oneof(
    named(a),
    together(two[0], fc.constant(','), two[1]),
    together(two[0], text('CROSS JOIN'), two[1]),
    together(two[0], text('JOIN'), two[1], text('ON'), fc.constant(`${a}.n = ${b}.n AND ${a}.n IN (1, 2)`)),
    together(fc.constant('('), two[0], text('LEFT JOIN'), two[1], text('ON TRUE'), fc.constant(')')),
    together(
      two[0],
      text('JOIN'),
      two[1],
      fc.constant(`ON TRUE, UNNEST([1, 2]) AS ${c} WITH OFFSET AS o${c}`),
    ),
  );
  const value = fc.oneof(
    fc.constant(`${a}.n`),
    fc.constant(`EXTRACT(DAY FROM DATE_ADD(DATE '2026-01-01', INTERVAL ${a}.n DAY))`),
    fc.constant(`IF(${a}.n IS DISTINCT FROM 1, 1, 2)`),
    fc.constant(`CAST(LENGTH("FROM rates.x, \`y*\`") + 1. AS INT64)`),
    together(fc.constant('(SELECT MAX(n) FROM ('), inner, fc.constant('))')),
    together(fc.constant(`IF(${a}.n IN (`), inner, fc.constant('), 1, 2)')),
  );
  const end = fc.oneof(
    fc.constant(''),
    together(text('WHERE'), fc.constant(`${a}.n > 0`), text('ORDER BY'), fc.constant('1, 1')),
    together(text('WHERE EXISTS'), fc.constant('('), inner, fc.constant(')')),
  );
  const select = together(text('SELECT'), value, text('AS n FROM'), from, end);
  return fc.oneof(
    select,
    together(
      fc.constant('('),
      select,
      fc.constant(')'),
      text('UNION ALL'),
      fc.constant('('),
      inner,
      fc.constant(')'),
    ),
    together(
      text('WITH'),
      fc.constant(`w${depth}`),
      text('AS'),
      fc.constant('('),
      inner,
      fc.constant(`), orders AS (SELECT n FROM w${depth})`),
      fc.constant('SELECT n FROM orders'),
    ),
  );
};
const plain = together(text('SELECT'), fc.constant('n'), text('FROM'), tableName);

const madeQuery = queryOf(2);

/** The analyser, over these tables. */
export function startAnalyser(): Promise<LocalSqlEngine> {
  const catalog = createCatalog();
  for (const [datasetId, tableId] of tables) {
    catalog.add({ projectId: 'local', datasetId, tableId }, [
      { name: 'n', type: 'INTEGER', mode: 'NULLABLE' },
      { name: 'items', type: 'INTEGER', mode: 'REPEATED' },
    ]);
  }
  return startSqlEngine({ store: catalog.store });
}

/** A text for a run of tenant_1. */
export const requestOf = (sql: string) => ({
  sql,
  projectId: 'local',
  defaultDataset: { projectId: 'local', datasetId: 'tenant_1' },
  parameters: [],
});

/** A table's path in full, of the path by which a text names it. */
const whole = (name: string): string => {
  const segments = name.split('.');
  return [...['local', 'tenant_1'].slice(0, 3 - segments.length), ...segments].join('.');
};

/**
 * Analyses made-up queries: the analyser reads no table that the text was not found to name. Each table is
 * read by some.
 */
export async function compareReads(engine: LocalSqlEngine, numRuns: number): Promise<void> {
  const read = new Set<string>();
  await fc.assert(
    fc.asyncProperty(madeQuery, async (sql) => {
      expect(refuseText(sql)).toEqual([]);
      const found = findTextReads(sql);
      const named = Array.isArray(found) ? found.map(({ name }) => whole(name)) : [];
      for (const { datasetId, tableId } of (await engine.analyze(requestOf(sql))).referencedTables) {
        read.add(`${datasetId}.${tableId}`);
        expect(named).toContain(`local.${datasetId}.${tableId}`);
      }
    }),
    { numRuns },
  );
  expect(read.size).toBe(tables.length);
}
