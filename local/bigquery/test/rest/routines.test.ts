import type { RoutineMetadata } from '@google-cloud/bigquery';
import { type RoutineParts, routineParts, routineStatement } from '../../rest/routes/routine-text';
import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

describe('Routines by REST', () => {
  let local: LocalBigQuery;
  beforeAll(async () => {
    local = await startLocalBigQuery();
    await local.client.createDataset('ds');
  });
  afterAll(() => local?.stop());

  const dataset = () => local.client.dataset('ds');
  const int64 = { typeKind: 'INT64' } as const;
  const triple: RoutineMetadata = {
    routineType: 'SCALAR_FUNCTION',
    arguments: [{ name: 'x', dataType: int64 }],
    returnType: int64,
    definitionBody: 'x * 3',
  };

  it('are made, called, changed and removed', async () => {
    await dataset().createRoutine('triple', triple);
    expect((await local.client.query('SELECT ds.triple(2) AS n'))[0]).toEqual([{ n: 6 }]);
    const routine = dataset().routine('triple');
    expect((await routine.getMetadata())[0]).toMatchObject({ ...triple, language: 'SQL' });
    await routine.setMetadata({ description: 'three times', definitionBody: '3 * x + 0' });
    expect((await routine.getMetadata())[0]).toMatchObject({
      ...triple,
      description: 'three times',
      definitionBody: '3 * x + 0',
    });
    await routine.delete();
    expect(await routine.exists()).toEqual([false]);
    await expect(routine.delete()).rejects.toThrow('Not found: Routine local:ds.triple');
  });

  it('of SQL are there, too', async () => {
    await local.client.query(
      'CREATE TABLE FUNCTION ds.upto(n INT64) AS (SELECT x FROM UNNEST([1, 2, 3]) AS x WHERE x <= n)',
    );
    await local.client.query('CREATE PROCEDURE ds.doubled(INOUT n INT64) BEGIN SET n = n * 2; END');
    const [routines] = await dataset().getRoutines();
    expect(routines.map(({ id }) => id)).toEqual(['doubled', 'upto']);
    expect((await dataset().routine('doubled').getMetadata())[0]).toMatchObject({
      routineType: 'PROCEDURE',
      arguments: [{ name: 'n', mode: 'INOUT', dataType: { typeKind: 'INT64' } }],
      definitionBody: 'BEGIN SET n = n * 2; END',
    });
    expect((await dataset().getTables())[0]).toEqual([]);
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
    await expect(dataset().createRoutine('refused', routine)).rejects.toThrow(message);
    expect(await dataset().routine('refused').exists()).toEqual([false]);
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
