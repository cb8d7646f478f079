import { caseFile, type FileWorld } from './file-world';

/** The values that are right for files of bug reports. */
export const describeCases = (world: () => FileWorld): void =>
  describe('files as they come', () => {
    it('two currencies are two rows, and never one sum', async () => {
      expect(await world().focus('focus-two-currencies/cur.csv')).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 2,
      });
      expect(await world().dailyCosts()).toEqual([
        { provider_name: 'ACME', billing_currency: 'EUR', billed_cost: '100', row_count: 1 },
        { provider_name: 'ACME', billing_currency: 'USD', billed_cost: '1.25', row_count: 1 },
      ]);
    });

    it('columns of equal type that are exchanged are found by the header', async () => {
      expect(await world().focus('focus-columns-by-position/swap2.csv')).toMatchObject({
        status: 'COMPLETED',
      });
      const query = 'SELECT ProviderName, PublisherName FROM focus_costs';
      expect(await world().tenant.query(query)).toEqual([{ ProviderName: 'ACME', PublisherName: 'Pub' }]);
    });

    it('a JSON column has what PARSE_JSON gives, or the row is refused', async () => {
      const definition = 'json-column/csvjson.yaml';
      const text = caseFile('json-column/jc.csv').toString('utf8');
      expect(await world().runCase(definition, 'json-column/jc.csv')).toMatchObject({
        status: 'FAILED',
        errorCode: 'invalid_data',
        errorMessage: expect.stringMatching(
          /Input number: 1e400 is too large.*line_number: 2.*column_name: "tags"/,
        ),
      });
      const sound = text.replace('""e"":1e400,', '');
      expect(await world().runCase(definition, Buffer.from(sound))).toMatchObject({ status: 'COMPLETED' });
      const [row] = await world().tenant.query(`
      SELECT TO_JSON_STRING(tags) AS loaded,
        TO_JSON_STRING(PARSE_JSON('{"n":9007199254740993,"big":12345678901234567890,"a":1,"a":2,"z":-0.0}')) AS parsed
      FROM t_csvjson`);
      const json = '{"a":1,"big":12345678901234567890,"n":9007199254740993,"z":-0.0}';
      expect(row).toEqual({ loaded: json, parsed: json });
    });

    it('1.0 is no INT64, as for CAST', async () => {
      expect(await world().runCase('float-in-int64/csv.yaml', 'float-in-int64/i.csv')).toMatchObject({
        status: 'FAILED',
        errorCode: 'invalid_data',
        errorMessage: expect.stringMatching(
          /Could not parse '1\.0' as INT64 for field id .* has no decimal point/,
        ),
      });
    });

    it('a row with a backslash before a quote is named by where it begins', async () => {
      expect(await world().runCase('backslash-quote/csv.yaml', 'backslash-quote/bsq3.csv')).toMatchObject({
        status: 'FAILED',
        errorMessage: expect.stringMatching(/row starting at position: 27\..*line_number: 4 /),
      });
    });

    it('a decimal of 18 places needs a wider type, and the message says which', async () => {
      const [definition, file] = ['parquet-decimal-38-18/pq.yaml', 'parquet-decimal-38-18/az.parquet'];
      expect(await world().runCase(definition, file)).toMatchObject({
        status: 'FAILED',
        errorMessage: expect.stringMatching(/lose precision.*decimal_target_types: \[NUMERIC, BIGNUMERIC\]/),
      });
      const wide = (yaml: string) =>
        yaml.replace(
          '    format: PARQUET',
          '    format: PARQUET\n    decimal_target_types: [NUMERIC, BIGNUMERIC]',
        );
      expect(await world().runCase(definition, file, wide)).toMatchObject({ status: 'COMPLETED' });
      const query = 'SELECT CAST(amount AS STRING) AS amount FROM t_pq';
      expect(await world().tenant.query(query)).toEqual([{ amount: '0.000000000000000001' }]);
    });

    it('a column more is added where the step allows it, and the message says how', async () => {
      const definition = 'parquet-append-new-column/pqapp.yaml';
      expect(await world().runCase(definition, 'parquet-append-new-column/drift1.parquet')).toMatchObject({
        status: 'COMPLETED',
      });
      expect(await world().runCase(definition, 'parquet-append-new-column/drift2.parquet')).toMatchObject({
        status: 'FAILED',
        errorMessage: expect.stringMatching(/Cannot add fields \(field: newcol\) .*ALLOW_FIELD_ADDITION/),
      });
      const adding = (yaml: string) =>
        yaml.replace(
          '    format: PARQUET',
          '    format: PARQUET\n    schema_update_options: [ALLOW_FIELD_ADDITION]',
        );
      expect(
        await world().runCase(definition, 'parquet-append-new-column/drift2.parquet', adding),
      ).toMatchObject({
        status: 'COMPLETED',
      });
      const rows = await world().tenant.query('SELECT id, newcol FROM t_pqapp ORDER BY id');
      expect(rows).toEqual([
        { id: 1, newcol: null },
        { id: 2, newcol: 5 },
      ]);
    });
  });
