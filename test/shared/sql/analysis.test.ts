import { basename, join } from 'node:path';
import {
  fieldsOfRest,
  type LocalSqlEngine,
  type QueryParameter,
  type QueryParameterType,
  startSqlEngine,
} from 'local-bigquery/engine';
import { sharesEngine } from 'local-bigquery/testing';
import { memoryTableStore } from 'local-bigquery/testing/memory-table-store';
import { loadControlTables, loadTables } from '../../../shared/definitions/tables';
import type { ParameterType } from '../../../shared/sql/define-statement';
import { statements } from './statements';

const root = join(__dirname, '../../..');
const tenant = { projectId: 'local', datasetId: 'acme' };

describe('Every statement of shared/sql', () => {
  let engine: LocalSqlEngine;

  beforeAll(async () => {
    const store = memoryTableStore();
    for (const { name, schema } of [
      ...loadTables(join(root, 'schemas')),
      ...loadControlTables(join(root, 'schemas')),
    ]) {
      store.addTable({ ...tenant, tableId: name }, fieldsOfRest(schema));
    }
    engine = await startSqlEngine({ store, sharesEngine });
  });
  afterAll(() => engine.close());

  it('is found', () => {
    expect(statements.length).toBeGreaterThanOrEqual(25);
  });

  it('has a name of its own, and each file is named like a statement in it', () => {
    const names = statements.map(([, { name }]) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const file of new Set(statements.map(([file]) => file)))
      expect(names).toContain(basename(file, '.ts'));
  });

  it.each(statements)(
    "%s: is sound GoogleSQL over the tenant's tables",
    async (_file, { sql, parameters }) => {
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
