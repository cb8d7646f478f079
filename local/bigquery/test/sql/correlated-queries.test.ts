import { type LocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

/** `a` has the rows around, `b` is another table. */
describe('Queries inside expressions that see columns of the query around them', () => {
  let local: LocalBigQuery;
  beforeAll(async () => {
    local = await startLocalBigQuery();
    await local.client.createDataset('ds');
    await local.client.query('CREATE TABLE ds.a (id INT64, d INT64, list ARRAY<INT64>)');
    await local.client.query('CREATE TABLE ds.b (id INT64, v INT64)');
  });
  afterAll(() => local.stop());

  const dryRun = (query: string) => local.client.createQueryJob({ query, dryRun: true });

  it.each([
    ['an equality', 'SELECT (SELECT MAX(v) FROM ds.b WHERE b.id = a.id) FROM ds.a'],
    ['an equality, not aggregated', 'SELECT (SELECT v FROM ds.b WHERE a.id + 1 = b.id AND v > 0) FROM ds.a'],
    ['an equality, as an array', 'SELECT ARRAY(SELECT v FROM ds.b WHERE b.id = a.id ORDER BY v) FROM ds.a'],
    [
      'an equality, over a join',
      'SELECT (SELECT MAX(c.v) FROM ds.b JOIN ds.b AS c USING (id) WHERE b.id = a.id) FROM ds.a',
    ],
    [
      'EXISTS with more conditions',
      'SELECT 1 FROM ds.a WHERE NOT EXISTS (SELECT 1 FROM ds.b WHERE b.id = a.id AND b.v > a.d)',
    ],
    ['IN', 'SELECT 1 FROM ds.a WHERE d IN (SELECT v FROM ds.b WHERE b.id > a.id)'],
    ['nothing of the row around', 'SELECT (SELECT MAX(v) FROM ds.b WHERE b.id > 1 LIMIT 1) FROM ds.a'],
    [
      "the row's own array alone",
      'SELECT (SELECT MAX(x) FROM UNNEST(list) AS x WHERE x > a.d LIMIT 1) FROM ds.a',
    ],
    [
      'an equality, in an UPDATE',
      'UPDATE ds.a SET d = (SELECT MAX(v) FROM ds.b WHERE b.id = a.id) WHERE TRUE',
    ],
  ])('are taken where they are tied by %s', async (_, query) => {
    await expect(dryRun(query)).resolves.toBeDefined();
  });

  it.each([
    ['LIMIT', 'SELECT (SELECT v FROM ds.b WHERE b.id = a.id LIMIT 1) FROM ds.a'],
    ['an inequality', 'SELECT (SELECT COUNT(*) FROM ds.b WHERE b.id < a.id) FROM ds.a'],
    [
      'an inequality beside an equality',
      'SELECT (SELECT COUNT(*) FROM ds.b WHERE b.id = a.id AND v < a.d) FROM ds.a',
    ],
    ['OR', 'SELECT (SELECT COUNT(*) FROM ds.b WHERE b.id = a.id OR v = a.d) FROM ds.a'],
    ['EXISTS without an equality', 'SELECT 1 FROM ds.a WHERE EXISTS (SELECT 1 FROM ds.b WHERE b.id > a.id)'],
    [
      'a column of the row around in what is selected',
      'SELECT (SELECT MAX(v) + a.d FROM ds.b WHERE b.id = a.id) FROM ds.a',
    ],
    [
      "the row's own array beside a table",
      'SELECT (SELECT MAX(x) FROM UNNEST(list) AS x WHERE x NOT IN (SELECT id FROM ds.b)) FROM ds.a',
    ],
    [
      'an equality on one side of a UNION',
      'SELECT (SELECT MAX(v) FROM (SELECT v FROM ds.b WHERE b.id = a.id UNION ALL SELECT 1)) FROM ds.a',
    ],
    ['WITH', 'WITH w AS (SELECT * FROM ds.b) SELECT (SELECT MAX(v) FROM w WHERE w.id < a.id) FROM ds.a'],
    ['an UPDATE', 'UPDATE ds.a SET d = (SELECT MAX(v) FROM ds.b WHERE b.id < a.id) WHERE TRUE'],
    [
      'CREATE TABLE',
      'CREATE TABLE ds.c AS SELECT (SELECT MAX(v) FROM ds.b WHERE b.id < a.id) AS x FROM ds.a',
    ],
    ['a script', 'DECLARE n INT64 DEFAULT 1; SELECT (SELECT MAX(v) FROM ds.b WHERE b.id < a.id) FROM ds.a'],
  ])("are refused in BigQuery's words with %s", async (_, query) => {
    await expect(dryRun(query)).rejects.toMatchObject({
      errors: [
        {
          reason: 'invalidQuery',
          message:
            'Correlated subqueries that reference other tables are not supported unless they can be de-correlated, such as by transforming them into an efficient JOIN.',
        },
      ],
    });
  });
});
