import type { RoutineMetadata } from '@google-cloud/bigquery';
import { type RoutineParts, routineParts, routineStatement } from '../../rest/routes/routine-text';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

let local: LocalBigQuery;

beforeAll(async () => {
  local = await startLocalBigQuery();
  await local.client.createDataset('ds');
  await local.client.query('CREATE TABLE ds.orders (id INT64 NOT NULL, price NUMERIC)');
  await local.client.query("INSERT ds.orders (id, price) VALUES (1, NUMERIC '9.99'), (2, NULL)");
});
afterAll(() => local.stop());

const dataset = () => local.client.dataset('ds');
const view = (name: string) => dataset().table(name);
const ids = async (name: string) => (await local.client.query(`SELECT id FROM ds.${name} ORDER BY id`))[0];
const cheap = 'SELECT id FROM `local.ds.orders` WHERE price < 10';

describe('Views by tables.insert, patch and update', () => {
  it('have the columns of their query, and are read like tables', async () => {
    await dataset().createTable('cheap', { view: cheap, description: 'below ten', labels: { a: 'b' } });
    const [metadata] = await view('cheap').getMetadata();
    expect(metadata).toMatchObject({
      type: 'VIEW',
      view: { query: cheap, useLegacySql: false },
      schema: { fields: [{ name: 'id', type: 'INTEGER' }] },
      description: 'below ten',
    });
    expect(await ids('cheap')).toEqual([{ id: 1 }]);
  });

  it('are given another query, or only another description', async () => {
    await dataset().createTable('changed', { view: cheap });
    await view('changed').setMetadata({ view: 'SELECT id, id * 2 AS twice FROM ds.orders' });
    await view('changed').setMetadata({ description: 'all' });
    const [metadata] = await view('changed').getMetadata();
    expect(metadata).toMatchObject({
      description: 'all',
      view: { query: expect.stringContaining('twice') },
      schema: { fields: [{ name: 'id' }, { name: 'twice' }] },
    });
    expect(await ids('changed')).toHaveLength(2);
  });

  it.each([
    ['a query that is wrong', { view: 'SELECT nope FROM ds.orders' }, 'Unrecognized name: nope'],
    ['a table without its dataset', { view: 'SELECT id FROM orders' }, 'orders'],
    [
      'a statement that is no query',
      { view: 'DROP TABLE ds.orders' },
      'expected a single SELECT as its query, given DROP_TABLE',
    ],
    ['columns of its own', { view: cheap, schema: 'id:INTEGER' }, "Schema field shouldn't be used"],
    ['legacy SQL', { view: { query: cheap, useLegacySql: true } }, 'set useLegacySql to false'],
  ])('are refused with %s', async (_what, options, message) => {
    await expect(dataset().createTable('refused', options)).rejects.toThrow(message);
    expect(await view('refused').exists()).toEqual([false]);
  });

  it('may be materialized', async () => {
    const materializedView = { query: 'SELECT COUNT(*) AS n FROM ds.orders' };
    await dataset().createTable('counted', { materializedView });
    const [metadata] = await view('counted').getMetadata();
    expect(metadata).toMatchObject({
      type: 'MATERIALIZED_VIEW',
      materializedView,
      schema: { fields: [{ name: 'n' }] },
    });
    expect((await local.client.query('SELECT n FROM ds.counted'))[0]).toEqual([{ n: 2 }]);
  });

  it('stay views, as tables stay tables', async () => {
    await expect(view('orders').setMetadata({ view: cheap })).rejects.toThrow(
      'local:ds.orders is a TABLE: it cannot be made a VIEW.',
    );
  });

  it('hold no rows: what reads or writes those refuses them', async () => {
    await dataset().createTable('rowless', { view: cheap });
    const refused = 'local:ds.rowless is not allowed for this operation because it is currently a VIEW.';
    local.putFile('files', 'one.csv', '1\n');
    const load = {
      sourceUris: ['gs://files/one.csv'],
      schema: { fields: [{ name: 'id', type: 'INT64' }] },
      destinationTable: { datasetId: 'ds', tableId: 'rowless' },
    };
    const extract = { sourceTable: load.destinationTable, destinationUri: 'gs://files/out.csv' };
    const started = async (configuration: object) => {
      const [job] = await local.client.createJob({ configuration });
      await job.promise();
    };
    await expect(view('rowless').insert([{ id: 1 }])).rejects.toThrow(refused);
    await expect(started({ load })).rejects.toThrow(refused);
    await expect(started({ extract })).rejects.toThrow(refused);
    await expect(view('rowless').copy(view('elsewhere'))).rejects.toThrow(refused);
    await expect(
      view('orders').copy(view('rowless'), { writeDisposition: 'WRITE_TRUNCATE' }),
    ).rejects.toThrow(refused);
    await expect(view('rowless').getRows()).rejects.toThrow('Cannot list a table of type VIEW.');
  });
});

const call = async (method: string, path: string, body?: object) => {
  const answer = await fetch(`${local.url}/bigquery/v2/projects/local/datasets/ds/${path}`, {
    method,
    ...(body && { body: JSON.stringify(body) }),
  });
  const answered: unknown = await answer.json();
  return answered;
};

it('There are no models: none is listed, and none is found', async () => {
  expect((await local.client.dataset('ds').getModels())[0]).toEqual([]);
  expect(await local.client.dataset('ds').model('m').exists()).toEqual([false]);
  await expect(local.client.dataset('ds').model('m').delete()).rejects.toThrow('Not found: Model local:ds.m');
  await expect(local.client.dataset('nowhere').getModels()).rejects.toThrow(
    'Not found: Dataset local:nowhere',
  );
});

it('Everybody may do everything, and that cannot be changed', async () => {
  const orders = local.client.dataset('ds').table('orders');
  expect((await orders.getIamPolicy())[0]).toMatchObject({ version: 1 });
  const permissions = ['bigquery.tables.get'];
  expect((await orders.testIamPermissions(permissions))[0]).toEqual({ permissions });
  await expect(orders.setIamPolicy({ bindings: [] })).rejects.toThrow(
    'setIamPolicy is not supported locally: expected getIamPolicy or testIamPermissions.',
  );
  await expect(local.client.dataset('ds').table('none').getIamPolicy()).rejects.toThrow(
    'Not found: Table local:ds.none',
  );
});

it('Rows have no policies of access', async () => {
  expect(await call('GET', 'tables/orders/rowAccessPolicies')).toEqual({});
  expect(await call('GET', 'tables/orders/rowAccessPolicies/mine')).toMatchObject({
    error: { code: 404, message: 'Not found: Row access policy local:ds.orders.mine' },
  });
  expect(await call('POST', 'tables/orders/rowAccessPolicies', {})).toMatchObject({
    error: { code: 501, message: 'Row access policies are not supported locally.' },
  });
});

describe('Routines by REST', () => {
  beforeAll(() => local.client.createDataset('functions'));

  const functions = () => local.client.dataset('functions');
  const int64 = { typeKind: 'INT64' } as const;
  const triple: RoutineMetadata = {
    routineType: 'SCALAR_FUNCTION',
    arguments: [{ name: 'x', dataType: int64 }],
    returnType: int64,
    definitionBody: 'x * 3',
  };

  it('are made, called, changed and removed', async () => {
    await functions().createRoutine('triple', triple);
    expect((await local.client.query('SELECT functions.triple(2) AS n'))[0]).toEqual([{ n: 6 }]);
    const routine = functions().routine('triple');
    expect((await routine.getMetadata())[0]).toMatchObject({ ...triple, language: 'SQL' });
    await routine.setMetadata({ description: 'three times', definitionBody: '3 * x + 0' });
    expect((await routine.getMetadata())[0]).toMatchObject({
      ...triple,
      description: 'three times',
      definitionBody: '3 * x + 0',
    });
    await routine.delete();
    expect(await routine.exists()).toEqual([false]);
    await expect(routine.delete()).rejects.toThrow('Not found: Routine local:functions.triple');
  });

  it('of SQL are there, too', async () => {
    await local.client.query(
      'CREATE TABLE FUNCTION functions.upto(n INT64) AS (SELECT x FROM UNNEST([1, 2, 3]) AS x WHERE x <= n)',
    );
    await local.client.query('CREATE PROCEDURE functions.doubled(INOUT n INT64) BEGIN SET n = n * 2; END');
    const [routines] = await functions().getRoutines();
    expect(routines.map(({ id }) => id)).toEqual(['doubled', 'upto']);
    expect((await functions().routine('doubled').getMetadata())[0]).toMatchObject({
      routineType: 'PROCEDURE',
      arguments: [{ name: 'n', mode: 'INOUT', dataType: { typeKind: 'INT64' } }],
      definitionBody: 'BEGIN SET n = n * 2; END',
    });
    expect((await functions().getTables())[0]).toEqual([]);
  });

  it.each<[string, RoutineMetadata, string]>([
    [
      'another language',
      { ...triple, language: 'JAVASCRIPT' },
      'Routines in JAVASCRIPT are not supported locally',
    ],
    ['another type', { ...triple, routineType: 'AGGREGATE_FUNCTION' }, 'given AGGREGATE_FUNCTION'],
    ['a body that is no SQL', { ...triple, definitionBody: 'x *' }, 'Syntax error'],
  ])('are refused with %s', async (_what, routine, message) => {
    await expect(functions().createRoutine('refused', routine)).rejects.toThrow(message);
    expect(await functions().routine('refused').exists()).toEqual([false]);
  });
});

describe('A routine is taken apart as it was put together', () => {
  const items = {
    typeKind: 'ARRAY',
    arrayElementType: {
      typeKind: 'STRUCT',
      structType: {
        fields: [
          { name: 'name', type: { typeKind: 'STRING' } },
          { name: 'n', type: { typeKind: 'INT64' } },
        ],
      },
    },
  };
  it.each<[Parameters<typeof routineParts>[0], RoutineParts]>([
    ['FUNCTION', { arguments: [], definitionBody: "CONCAT(')', \"(\", '\\'')" }],
    ['FUNCTION', { arguments: [{ name: 'a', argumentKind: 'ANY_TYPE' }], definitionBody: '(a) + (1)' }],
    [
      'FUNCTION',
      { arguments: [{ name: 'items', dataType: items }], returnType: items, definitionBody: 'items' },
    ],
    [
      'TABLE_FUNCTION',
      { arguments: [{ name: 'n', dataType: { typeKind: 'INT64' } }], definitionBody: 'SELECT n AS x' },
    ],
    [
      'PROCEDURE',
      {
        arguments: [{ name: 'n', mode: 'OUT', dataType: { typeKind: 'DATE' } }],
        definitionBody: 'BEGIN SET n = NULL; END',
      },
    ],
  ])('%s %#', (kind, parts) => {
    expect(routineParts(kind, routineStatement(kind, '`p`.`d`.`r`', parts))).toEqual(parts);
  });
});
