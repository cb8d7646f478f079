import type { Check, QualityStep } from '../../../definitions/schemas/pipeline-schema';
import type { NamedQueryParameter } from '../../rules/pipeline-parameters';

/**
 * One statement for all checks of a step, because every statement costs about a second and is billed for at
 * least 10 MB. Its result is one row of STRING columns: `row_count`, and a measure `check_<n>` per check.
 *
 * Names come from the definition, which allows only letters, digits and _; values are query parameters. Each
 * check's query has a WITH entry of its own, so it sees nothing of the statement around it.
 */
export interface QualityQuery {
  readonly sql: string;
  readonly parameters: readonly NamedQueryParameter[];
  /** Where the `sql` checks' own texts begin in `sql`: 1-based line, by the check's index. */
  readonly firstLines: ReadonlyMap<number, number>;
}

export const measureColumn = (index: number): string => `check_${index}`;
export const newestColumn = (index: number): string => `check_${index}_newest`;

export function composeQualityQuery(step: QualityStep): QualityQuery {
  const checks = [...step.checks.entries()];
  const aggregates = checks.flatMap(([index, check]) => aggregatesOf(index, check));
  const lines = [
    'WITH _tp_table AS (',
    `  SELECT ${['CAST(COUNT(*) AS STRING) AS row_count', ...aggregates].join(',\n    ')}`,
    `  FROM ${quote(step.table)}`,
    ')',
  ].flatMap((line) => line.split('\n'));

  const entries = ['_tp_table'];
  const firstLines = new Map<number, number>();
  for (const [index, check] of checks) {
    const query = rowQueryOf(check, step.table);
    if (query === undefined) continue;
    const column = measureColumn(index);
    lines.push(`, _tp_${column} AS (`, `  SELECT CAST(${query.measure} AS STRING) AS ${column} FROM (`);
    if (check.type === 'sql') firstLines.set(index, lines.length + 1);
    lines.push(...query.from.split('\n'), '))');
    entries.push(`_tp_${column}`);
  }
  lines.push('SELECT *', `FROM ${entries.join(' CROSS JOIN ')}`);
  return { sql: lines.join('\n'), parameters: checks.flatMap(parametersOf), firstLines };
}

/** What one pass over the table can measure. */
function aggregatesOf(index: number, check: Check): readonly string[] {
  const name = measureColumn(index);
  switch (check.type) {
    case 'not_null': {
      const anyNull = check.columns.map((column) => `${quote(column)} IS NULL`).join(' OR ');
      return [`CAST(COUNTIF(${anyNull}) AS STRING) AS ${name}`];
    }
    case 'accepted_values': {
      const text = `CAST(${quote(check.column)} AS STRING)`;
      return [`CAST(COUNTIF(${text} NOT IN UNNEST(@_${name})) AS STRING) AS ${name}`];
    }
    case 'freshness': {
      const newest = `CAST(MAX(${quote(check.column)}) AS TIMESTAMP)`;
      return [
        `CAST(TIMESTAMP_DIFF(CURRENT_TIMESTAMP(), ${newest}, SECOND) AS STRING) AS ${name}`,
        `CAST(${newest} AS STRING) AS ${newestColumn(index)}`,
      ];
    }
    case 'row_count':
    case 'unique':
    case 'sql':
      return [];
  }
}

/** What takes a query of its own. All rows that share a key count; null is a key like any other. */
function rowQueryOf(check: Check, table: string): { measure: string; from: string } | undefined {
  if (check.type === 'sql') return { measure: 'COUNT(*)', from: check.sql };
  if (check.type !== 'unique') return undefined;
  const key = check.columns.map(quote).join(', ');
  return {
    measure: 'COALESCE(SUM(_tp_rows), 0)',
    from: `  SELECT COUNT(*) AS _tp_rows FROM ${quote(table)} GROUP BY ${key} HAVING COUNT(*) > 1`,
  };
}

function parametersOf([index, check]: readonly [number, Check]): readonly NamedQueryParameter[] {
  if (check.type !== 'accepted_values') return [];
  return [
    {
      name: `_${measureColumn(index)}`,
      parameterType: { type: 'ARRAY', arrayType: { type: 'STRING' } },
      parameterValue: { arrayValues: check.values.map((value) => ({ value })) },
    },
  ];
}

const quote = (name: string): string => `\`${name}\``;
