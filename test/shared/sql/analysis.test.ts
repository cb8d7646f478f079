import { readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import {
  fieldsOfRest,
  type LocalSqlEngine,
  type QueryParameter,
  type QueryParameterType,
  startSqlEngine,
} from 'local-bigquery/engine';
import { memoryTableStore } from 'local-bigquery/testing/memory-table-store';
import { loadTables } from '../../../shared/definitions/tables';
import type { ParameterType, ParameterTypes, Statement } from '../../../shared/sql/define-statement';

const root = join(__dirname, '../../..');
const folder = join(root, 'shared/sql');
const tenant = { projectId: 'local', datasetId: 'acme' };

const isStatement = (value: unknown): value is Statement<ParameterTypes, unknown> =>
  typeof value === 'object' && value !== null && 'sql' in value && 'parameters' in value;

const statements = readdirSync(folder, { recursive: true, encoding: 'utf8' }).flatMap((file) => {
  if (!file.endsWith('.ts')) return [];
  const exported: Record<string, unknown> = require(join(folder, file));
  return Object.values(exported)
    .filter(isStatement)
    .map((statement) => [file, statement] as const);
});

describe('Every statement of shared/sql', () => {
  let engine: LocalSqlEngine;

  beforeAll(async () => {
    const store = memoryTableStore();
    for (const { name, schema } of loadTables(join(root, 'schemas'))) {
      store.addTable({ ...tenant, tableId: name }, fieldsOfRest(schema));
    }
    engine = await startSqlEngine({ store });
  });
  afterAll(() => engine.close());

  it('is found', () => {
    expect(statements.length).toBeGreaterThanOrEqual(14);
  });

  it.each(statements)(
    "%s: is sound GoogleSQL over the tenant's tables",
    async (file, { name, sql, parameters }) => {
      expect(`${name}.ts`).toBe(basename(file));
      const analysed = await engine.analyze({
        sql,
        projectId: tenant.projectId,
        defaultDataset: tenant,
        parameters: Object.entries(parameters).map(([name, type]) => untyped(name, type)),
      });
      expect(analysed.referencedTables.every(({ datasetId }) => datasetId === tenant.datasetId)).toBe(true);
    },
  );

  it.each(statements)('%s: uses each of its parameters, and no other', (_, { sql, parameters }) => {
    const used = new Set([...sql.matchAll(/@([a-z_]+)/g)].map(([, name]) => name));
    expect([...used].sort()).toEqual(Object.keys(parameters).sort());
  });
});

const untyped = (name: string, type: ParameterType): QueryParameter => ({
  name,
  parameterType: restType(type),
  parameterValue: Array.isArray(type) ? { arrayValues: [] } : { value: null },
});

function restType(type: ParameterType): QueryParameterType {
  if (typeof type === 'string') return { type };
  if (isArray(type)) return { type: 'ARRAY', arrayType: restType(type[0]) };
  return {
    type: 'STRUCT',
    structTypes: Object.entries(type).map(([name, field]) => ({ name, type: restType(field) })),
  };
}

const isArray = (type: ParameterType): type is Extract<ParameterType, readonly unknown[]> =>
  Array.isArray(type);
