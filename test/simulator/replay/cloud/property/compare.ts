import { join } from 'node:path';
import { type LocalBigQuery, startLocalBigQuery } from 'local-bigquery/testing';
import { loadTables } from '../../../../../shared/definitions/tables';
import { createRunStatement } from '../../../../../shared/google/bigquery/statements/run-statement';
import type { ParameterValues } from '../../../../../shared/google/bigquery/statements/statement-request';
import { type AppendedRow, createAppendRows } from '../../../../../shared/google/bigquery/tables/append-rows';
import { createTenantDatasets } from '../../../../../shared/google/bigquery/tables/tenant-datasets';
import type { ParameterTypes, Statement } from '../../../../../shared/sql/define-statement';
import { statementModels } from '../statements';
import { addRow, emptyTables, type Tables } from '../tables';

const schemas = join(__dirname, '../../../../../schemas');

/** One tenant's tables twice: on the local BigQuery, and as the models have them. */
export interface ComparedTables {
  /** What the models have. */
  readonly tables: Tables;
  /** Runs a statement on both, and expects the same rows, the same count, and the same tables after it. */
  readonly run: <Types extends ParameterTypes, Row>(
    statement: Statement<Types, Row>,
    parameters: ParameterValues<Types>,
  ) => Promise<void>;
  /** Appends a row to both. */
  readonly append: (table: string, row: AppendedRow) => Promise<void>;
}

export interface Comparison {
  readonly newTables: () => Promise<ComparedTables>;
  readonly stop: () => Promise<void>;
}

export async function startComparison(): Promise<Comparison> {
  const bigquery = await startLocalBigQuery({ memoryOnly: true });
  let datasets = 0;
  return {
    newTables: () => compareTables(bigquery, `tenant_${++datasets}`),
    stop: () => bigquery.stop(),
  };
}

async function compareTables({ client }: LocalBigQuery, dataset: string): Promise<ComparedTables> {
  const runStatement = createRunStatement(client);
  const appendRows = createAppendRows(client);
  const datasets = createTenantDatasets(client);
  await datasets.ensureDataset(dataset, 'US');
  await Promise.all(loadTables(schemas).map((table) => datasets.ensureTable(dataset, table)));
  const tables = emptyTables(new Set());

  const stored = async (table: string): Promise<unknown> => {
    const [rows]: readonly unknown[] = await client.dataset(dataset).table(table).getRows();
    return rows;
  };

  return {
    tables,
    async run(statement, parameters) {
      const model = statementModels.get(statement.name);
      if (model === undefined) throw new Error(`There is no model of ${statement.name}`);
      const outcome = await runStatement(dataset, statement, parameters);
      const affected = model.change?.(tables, parameters, new Date()) ?? 0;
      const rows = (model.read?.(tables, parameters) ?? []).map((row) => statement.row.parse(row));
      const isScript = model.change !== undefined && model.read !== undefined;
      expect(plain({ [statement.name]: outcome.rows, affected: outcome.affectedRows })).toEqual(
        plain({ [statement.name]: rows, affected: isScript ? 0 : affected }),
      );
      if (model.change === undefined) return;
      expect({ after: statement.name, tenants: plain(await stored('tenants')) }).toEqual({
        after: statement.name,
        tenants: plain(tables.tenant === undefined ? [] : [tables.tenant]),
      });
      expect(plain(await stored('api_keys'))).toEqual(plain(tables.keys));
    },
    async append(table, row) {
      await appendRows(dataset, table, [row]);
      addRow(tables, table, row.json);
    },
  };
}

/** Lists whose order no statement promises, by what they are sorted by here. */
const unordered: readonly (readonly [name: string, by: string])[] = [
  ['withdrawn_runs', 'run_id'],
  ['revoked_keys', 'key_id'],
  ['known', 'run_id'],
  ['recorded', 'run_id'],
  ['keys_held', 'concurrency_key'],
  ['oldest', 'run_id'],
];

/** A value with its times as texts, whether the client gave it or a model, in an order of its own. */
function plain(value: unknown): unknown {
  if (value instanceof Date) return value.toISOString();
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  const fields = Object.entries(value);
  const [first] = fields;
  if (fields.length === 1 && first?.[0] === 'value' && typeof first[1] === 'string') return timeOf(first[1]);
  return Object.fromEntries(
    fields.map(([name, field]) => {
      const by = unordered.find(([list]) => list === name)?.[1];
      const plainField = plain(field);
      return [name, by === undefined || !Array.isArray(plainField) ? plainField : sortedBy(plainField, by)];
    }),
  );
}

/** The client gives a TIMESTAMP as an object with a text, a DATE likewise. */
const timeOf = (text: string): string => (text.includes('T') ? new Date(text).toISOString() : text);

const sortedBy = (list: readonly unknown[], name: string): readonly unknown[] =>
  list.toSorted((one, other) => (textOf(one, name) < textOf(other, name) ? -1 : 1));
const textOf = (value: unknown, name: string): string =>
  typeof value === 'object' && value !== null ? String(Reflect.get(value, name)) : '';
