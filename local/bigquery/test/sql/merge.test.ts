import { field, type TestEngine, testEngine } from '../support/test-engine';

const using = "USING (SELECT 'a' AS id, 10 AS n UNION ALL SELECT 'z', 26) AS s ON t.id = s.id";

describe('MERGE', () => {
  let bench: TestEngine;
  beforeAll(async () => {
    bench = await testEngine();
  });
  beforeEach(() => {
    bench.table(
      't',
      [field('id', 'STRING'), field('n', 'INTEGER', { defaultValueExpression: '5' })],
      [
        ['a', '1'],
        ['b', '2'],
        [null, '3'],
      ],
    );
    bench.table('s', [field('id', 'STRING'), field('n', 'INTEGER')], [['b', '20']]);
  });
  afterAll(() => bench.close());

  it.each([
    [
      'updates and inserts',
      `MERGE t ${using} WHEN MATCHED THEN UPDATE SET n = t.n + s.n WHEN NOT MATCHED THEN INSERT (id, n) VALUES (id, n)`,
      [
        ['a', '11'],
        ['b', '2'],
        [null, '3'],
        ['z', '26'],
      ],
      [1, 1, 0],
    ],
    [
      'takes the first clause that holds',
      `MERGE t ${using} WHEN MATCHED AND s.n > 100 THEN DELETE WHEN MATCHED AND s.n > 5 THEN UPDATE SET n = 0 WHEN MATCHED THEN UPDATE SET n = DIV(1, 0)`,
      [
        ['a', '0'],
        ['b', '2'],
        [null, '3'],
      ],
      [0, 1, 0],
    ],
    [
      'goes on where a condition is null',
      `MERGE t ${using} WHEN MATCHED AND CAST(NULL AS BOOL) THEN DELETE WHEN MATCHED THEN UPDATE SET n = 8`,
      [
        ['a', '8'],
        ['b', '2'],
        [null, '3'],
      ],
      [0, 1, 0],
    ],
    [
      'deletes what the source lacks',
      `MERGE INTO ds.t ${using} WHEN NOT MATCHED BY SOURCE AND t.id IS NOT NULL THEN DELETE`,
      [
        ['a', '1'],
        [null, '3'],
      ],
      [0, 0, 1],
    ],
    [
      'updates what the source lacks',
      `MERGE INTO t ${using} WHEN NOT MATCHED BY SOURCE THEN UPDATE SET n = t.n * 100`,
      [
        ['a', '1'],
        ['b', '200'],
        [null, '300'],
      ],
      [0, 2, 0],
    ],
    [
      'reads a table',
      'MERGE t USING s ON t.id = s.id WHEN MATCHED THEN UPDATE SET t.n = s.n',
      [
        ['a', '1'],
        ['b', '20'],
        [null, '3'],
      ],
      [0, 1, 0],
    ],
    [
      'inserts rows as they are',
      'MERGE t USING s ON FALSE WHEN NOT MATCHED THEN INSERT ROW',
      [
        ['a', '1'],
        ['b', '2'],
        [null, '3'],
        ['b', '20'],
      ],
      [1, 0, 0],
    ],
    [
      'inserts rows whose columns have names beyond ASCII',
      "MERGE t USING (SELECT 'c' AS `id é`, 7 AS n) AS s ON FALSE WHEN NOT MATCHED THEN INSERT ROW",
      [
        ['a', '1'],
        ['b', '2'],
        [null, '3'],
        ['c', '7'],
      ],
      [1, 0, 0],
    ],
    [
      'inserts defaults',
      "MERGE t USING UNNEST(['q', 'r']) AS k ON t.id = k WHEN NOT MATCHED BY TARGET AND k = 'q' THEN INSERT (id) VALUES (k) WHEN NOT MATCHED THEN INSERT (id, n) VALUES (k, DEFAULT)",
      [
        ['a', '1'],
        ['b', '2'],
        [null, '3'],
        ['q', '5'],
        ['r', '5'],
      ],
      [2, 0, 0],
    ],
    [
      'reads structs',
      "MERGE t USING UNNEST([STRUCT('a' AS id, 7 AS m)]) AS k ON t.id = k.id WHEN MATCHED THEN UPDATE SET n = k.m",
      [
        ['a', '7'],
        ['b', '2'],
        [null, '3'],
      ],
      [0, 1, 0],
    ],
    [
      'replaces all',
      'MERGE t USING s ON FALSE WHEN NOT MATCHED BY SOURCE THEN DELETE WHEN NOT MATCHED THEN INSERT (id) VALUES (s.id)',
      [['b', '5']],
      [1, 0, 3],
    ],
    [
      'sees the whole target in subqueries',
      'MERGE t USING s ON t.id = s.id WHEN NOT MATCHED BY SOURCE AND t.n < (SELECT MAX(n) FROM t) THEN DELETE',
      [
        ['b', '2'],
        [null, '3'],
      ],
      [0, 0, 1],
    ],
    [
      'does nothing where nothing fits',
      "MERGE t USING s ON t.id = 'none' WHEN MATCHED THEN DELETE",
      [
        ['a', '1'],
        ['b', '2'],
        [null, '3'],
      ],
      [0, 0, 0],
    ],
  ])('%s', async (_, sql, rows, [insertedRowCount, updatedRowCount, deletedRowCount]) => {
    const { dmlStats } = await bench.run(sql);
    expect(bench.stored('t')).toEqual(rows);
    expect(dmlStats).toEqual({ insertedRowCount, updatedRowCount, deletedRowCount });
  });

  it('refuses two sources for one target row', async () => {
    const sql = 'MERGE t USING UNNEST([1, 2]) AS k ON t.n = 1 WHEN MATCHED THEN UPDATE SET n = k';
    expect(await bench.failure(sql)).toBe(
      'invalidQuery: UPDATE/MERGE must match at most one source row for each target row',
    );
    expect(bench.stored('t').length).toBe(3);
  });

  it('reads and names the tables of its own dataset, though another dataset has the same', async () => {
    const fields = [field('id', 'STRING'), field('n', 'INTEGER')];
    const sql =
      'MERGE t USING (SELECT id, n + 1 AS n FROM t) AS s ON t.id = s.id WHEN MATCHED THEN UPDATE SET n = s.n';
    for (const [datasetId, n] of [
      ['one', '1'],
      ['two', '10'],
    ] as const) {
      const defaultDataset = { projectId: 'local', datasetId };
      const reference = { ...defaultDataset, tableId: 't' };
      bench.store.addTable(reference, fields, [['a', n]]);
      const ran = await bench.engine.run({ sql, projectId: 'local', defaultDataset, parameters: [] });
      expect(ran.referencedTables).toEqual([reference]);
      expect(bench.store.read(reference)?.rows).toEqual([['a', String(Number(n) + 1)]]);
    }
  });
});
