import type { LocalSqlEngine } from 'local-bigquery/engine';
import { analyseText } from '../../../../local/tools/check/analyse-text';
import { refuseText } from '../../../../shared/definitions/sql/text-reads';
import { compareReads, startAnalyser } from './made-queries';

describe('what a text reads, as the text says and as GoogleSQL’s analyser does', () => {
  let engine: LocalSqlEngine;
  beforeAll(async () => {
    engine = await startAnalyser();
  });
  afterAll(() => engine?.close());

  it('agrees in made-up queries', () => compareReads(engine, 60));

  const reach = { tenantId: 'tenant_1', datasetId: 'tenant_1', sources: ['rates'], allowed: ['*'] };
  const judge = async (sql: string) => {
    expect(refuseText(sql)).toEqual([]);
    const { problems } = await analyseText(engine, { sql, parameters: [], projectId: 'local', reach });
    return problems.map(({ message }) => message);
  };

  it.each([
    'SELECT * FROM api_keys',
    'WITH api_keys AS (SELECT n FROM api_keys) SELECT n FROM api_keys',
    'SELECT n FROM `local.tenant_1.api_keys`',
    'SELECT (SELECT COUNT(*) FROM tenant_1 . `api_keys`) AS c',
    'SELECT n FROM tenant_2.orders',
    'SELECT n FROM orders WHERE n IN (SELECT n FROM `tenant_2`.orders)',
  ])('is refused by its names: %s', async (sql) => {
    expect(await judge(sql)).toEqual([expect.stringMatching(/^It reads (api_keys|local.tenant_2.orders); /)]);
  });

  it.each([
    'WITH api_keys AS (SELECT 1 AS n) SELECT n FROM api_keys',
    'WITH tenant_2 AS (SELECT [1, 2] AS orders) SELECT o FROM tenant_2, tenant_2.orders AS o',
    'SELECT n FROM rates.daily',
    'SELECT n FROM orders FOR SYSTEM_TIME AS OF CURRENT_TIMESTAMP()',
    'SELECT i FROM orders AS o, o.items AS i',
  ])('is allowed: %s', async (sql) => {
    expect(await judge(sql)).toEqual([]);
  });
});
