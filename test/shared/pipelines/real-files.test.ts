import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { loadPipeline } from '../../../shared/definitions/pipelines';
import { executePipeline } from '../../../shared/pipelines/execute-pipeline';
import type { RunToExecute } from '../../../shared/pipelines/execution';
import { runOfYaml } from './support/run-of-yaml';
import { schemasDirectory, startTenantDataset, type TenantDataset } from './support/tenant-dataset';

/** Files of public bug reports, and definitions that load them. */
const cases = join(__dirname, '../../data/cases');
const fileOf = (name: string) => readFileSync(join(cases, name));
const definitionOf = (name: string) =>
  fileOf(name)
    .toString('utf8')
    .replace(/^description: .*\n/, '');

let tenant: TenantDataset;
let runs = 0;
beforeAll(async () => {
  tenant = await startTenantDataset();
});
afterAll(() => tenant?.close());

const execute = (run: Omit<RunToExecute, 'runId'>) => {
  runs += 1;
  return executePipeline({ ...run, runId: `run${runs}` }, tenant.tools);
};

/** Runs a definition of the cases over a file of theirs. */
async function runCase(definition: string, file: string | Buffer, change = (yaml: string) => yaml) {
  tenant.putFile('file', typeof file === 'string' ? fileOf(file) : file);
  const yaml = change(definitionOf(definition));
  return await execute(runOfYaml('', yaml, { source_uri: 'gs://billing/file' }));
}

async function runShipped(path: string, sourceUri: string) {
  const definition = loadPipeline(schemasDirectory, path);
  if (definition === undefined) throw new Error(`There is no pipeline ${path}`);
  return await execute({
    tenantId: 'tenant_1',
    datasetId: tenant.datasetId,
    definition,
    parameters: { source_uri: sourceUri },
    leaseExpiresAt: new Date(Date.now() + 3_600_000),
  });
}

const focus = async (file: string | Buffer, name = 'file') => {
  tenant.putFile(name, typeof file === 'string' ? fileOf(file) : file);
  return await runShipped('focus/billing/daily_costs', `gs://billing/${name}`);
};
const stepLog = (step: string) =>
  tenant.query(
    `SELECT file_format, bad_records, warnings FROM step_logs WHERE run_id = 'run${runs}' AND step_id = '${step}'`,
  );
const dailyCosts = () =>
  tenant.query(
    `SELECT provider_name, billing_currency, CAST(billed_cost AS STRING) AS billed_cost, row_count FROM daily_costs
     ORDER BY provider_name, billing_currency`,
  );

describe('files as they come', () => {
  it('two currencies are two rows, and never one sum', async () => {
    expect(await focus('focus-two-currencies/cur.csv')).toMatchObject({
      status: 'COMPLETED',
      rowsWritten: 2,
    });
    expect(await dailyCosts()).toEqual([
      { provider_name: 'ACME', billing_currency: 'EUR', billed_cost: '100', row_count: 1 },
      { provider_name: 'ACME', billing_currency: 'USD', billed_cost: '1.25', row_count: 1 },
    ]);
  });

  it('columns of equal type that are exchanged are found by the header', async () => {
    expect(await focus('focus-columns-by-position/swap2.csv')).toMatchObject({ status: 'COMPLETED' });
    const query = 'SELECT ProviderName, PublisherName FROM focus_costs';
    expect(await tenant.query(query)).toEqual([{ ProviderName: 'ACME', PublisherName: 'Pub' }]);
  });

  it('a JSON column has what PARSE_JSON gives, or the row is refused', async () => {
    const definition = 'json-column/csvjson.yaml';
    const text = fileOf('json-column/jc.csv').toString('utf8');
    expect(await runCase(definition, 'json-column/jc.csv')).toMatchObject({
      status: 'FAILED',
      errorCode: 'invalid_data',
      errorMessage: expect.stringMatching(
        /Input number: 1e400 is too large.*line_number: 2.*column_name: "tags"/,
      ),
    });
    const sound = text.replace('""e"":1e400,', '');
    expect(await runCase(definition, Buffer.from(sound))).toMatchObject({ status: 'COMPLETED' });
    const [row] = await tenant.query(`
      SELECT TO_JSON_STRING(tags) AS loaded,
        TO_JSON_STRING(PARSE_JSON('{"n":9007199254740993,"big":12345678901234567890,"a":1,"a":2,"z":-0.0}')) AS parsed
      FROM t_csvjson`);
    const json = '{"a":1,"big":12345678901234567890,"n":9007199254740993,"z":-0.0}';
    expect(row).toEqual({ loaded: json, parsed: json });
  });

  it('1.0 is no INT64, as for CAST', async () => {
    expect(await runCase('float-in-int64/csv.yaml', 'float-in-int64/i.csv')).toMatchObject({
      status: 'FAILED',
      errorCode: 'invalid_data',
      errorMessage: expect.stringMatching(
        /Could not parse '1\.0' as INT64 for field id .* has no decimal point/,
      ),
    });
  });

  it('a row with a backslash before a quote is named by where it begins', async () => {
    expect(await runCase('backslash-quote/csv.yaml', 'backslash-quote/bsq3.csv')).toMatchObject({
      status: 'FAILED',
      errorMessage: expect.stringMatching(/row starting at position: 27\..*line_number: 4 /),
    });
  });

  it('a decimal of 18 places needs a wider type, and the message says which', async () => {
    const [definition, file] = ['parquet-decimal-38-18/pq.yaml', 'parquet-decimal-38-18/az.parquet'];
    expect(await runCase(definition, file)).toMatchObject({
      status: 'FAILED',
      errorMessage: expect.stringMatching(/lose precision.*decimal_target_types: \[NUMERIC, BIGNUMERIC\]/),
    });
    const wide = (yaml: string) =>
      yaml.replace(
        '    format: PARQUET',
        '    format: PARQUET\n    decimal_target_types: [NUMERIC, BIGNUMERIC]',
      );
    expect(await runCase(definition, file, wide)).toMatchObject({ status: 'COMPLETED' });
    const query = 'SELECT CAST(amount AS STRING) AS amount FROM t_pq';
    expect(await tenant.query(query)).toEqual([{ amount: '0.000000000000000001' }]);
  });

  it('a column more is added where the step allows it, and the message says how', async () => {
    const definition = 'parquet-append-new-column/pqapp.yaml';
    expect(await runCase(definition, 'parquet-append-new-column/drift1.parquet')).toMatchObject({
      status: 'COMPLETED',
    });
    expect(await runCase(definition, 'parquet-append-new-column/drift2.parquet')).toMatchObject({
      status: 'FAILED',
      errorMessage: expect.stringMatching(/Cannot add fields \(field: newcol\) .*ALLOW_FIELD_ADDITION/),
    });
    const adding = (yaml: string) =>
      yaml.replace(
        '    format: PARQUET',
        '    format: PARQUET\n    schema_update_options: [ALLOW_FIELD_ADDITION]',
      );
    expect(await runCase(definition, 'parquet-append-new-column/drift2.parquet', adding)).toMatchObject({
      status: 'COMPLETED',
    });
    const rows = await tenant.query('SELECT id, newcol FROM t_pqapp ORDER BY id');
    expect(rows).toEqual([
      { id: 1, newcol: null },
      { id: 2, newcol: 5 },
    ]);
  });
});

/** A FOCUS file with these columns and values, all others NULL. */
function focusFile(columns: readonly string[], rows: readonly Readonly<Record<string, string>>[], none = '') {
  const lines = rows.map((row) => columns.map((column) => row[column] ?? none).join());
  return Buffer.from(`${[columns.join(), ...lines].join('\n')}\n`);
}

const versions: readonly { name: string; adds: readonly string[] }[] = JSON.parse(
  readFileSync(join(schemasDirectory, 'pipelines/focus/billing/focus_versions.json'), 'utf8'),
);
const columnsOf = (version: string): readonly string[] =>
  versions.slice(0, versions.findIndex(({ name }) => name === version) + 1).flatMap(({ adds }) => adds);
const charge = {
  BilledCost: '1.5',
  EffectiveCost: '1',
  ListCost: '2',
  BillingCurrency: 'USD',
  ChargePeriodStart: '2024-09-03T00:00:00Z',
  ProviderName: 'ACME',
  ServiceName: 'Box',
};

describe('FOCUS as it is exported', () => {
  it('version 1.2 is read, and the run says so', async () => {
    expect(await focus('focus-1.2/v12.csv')).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
    expect(await stepLog('load_costs')).toMatchObject([{ file_format: 'FOCUS 1.2', warnings: [] }]);
    expect(await dailyCosts()).toMatchObject([{ billed_cost: '1.25', provider_name: 'ACME' }]);
  });

  it.each([
    ['FOCUS 1.0', [], '', 'FOCUS 1.0'],
    ['FOCUS 1.1', [], 'NULL', 'FOCUS 1.1'],
    ['FOCUS 1.3', [], '', 'FOCUS 1.3'],
    ['FOCUS 1.0', ['x_Cost', 'x_Team'], 'NULL', 'FOCUS 1.0 with 2 further columns (x_Team, x_Cost)'],
    ['FOCUS 1.2', ['NewerColumn'], '', 'FOCUS 1.2 with 1 further column (NewerColumn)'],
  ])('%s with %j and nulls as %j', async (version, more, none, told) => {
    const columns = [...columnsOf(version), ...more].reverse();
    const file = focusFile(columns, [{ ...charge, x_Cost: '7' }], none);
    expect(await focus(file)).toMatchObject({ status: 'COMPLETED', errorMessage: undefined });
    expect(await stepLog('load_costs')).toMatchObject([{ file_format: told, bad_records: null }]);
    expect(await dailyCosts()).toEqual([
      { provider_name: 'ACME', billing_currency: 'USD', billed_cost: '1.5', row_count: 1 },
    ]);
  });

  it('several files of two versions, one of them packed, are read by their own headers', async () => {
    const later = { ...charge, ProviderName: 'Old name', ServiceProviderName: 'ACME' };
    tenant.putFile('months/a.csv', focusFile(columnsOf('FOCUS 1.0'), [charge]));
    tenant.putFile(
      'months/b.csv',
      gzipSync(focusFile([...columnsOf('FOCUS 1.3')].reverse(), [later], 'NULL')),
    );
    const outcome = await runShipped('focus/billing/daily_costs', 'gs://billing/months/*.csv');
    expect(outcome).toMatchObject({ status: 'COMPLETED', rowsWritten: 1 });
    expect(await stepLog('load_costs')).toMatchObject([{ file_format: 'FOCUS 1.0; FOCUS 1.3' }]);
    expect(await dailyCosts()).toMatchObject([{ provider_name: 'ACME', billed_cost: '3', row_count: 2 }]);
  });

  it('a currency that is missing is told, and its costs are added to no other', async () => {
    const { BillingCurrency: _, ...without } = charge;
    expect(await focus(focusFile(columnsOf('FOCUS 1.0'), [charge, without]))).toMatchObject({
      status: 'COMPLETED',
    });
    expect(await dailyCosts()).toMatchObject([{ billing_currency: null }, { billing_currency: 'USD' }]);
    const failed = `SELECT check_name FROM dq_results WHERE run_id = 'run${runs}' AND NOT passed ORDER BY 1`;
    expect(await tenant.query(failed)).toEqual([
      { check_name: 'currency_present' },
      { check_name: 'sub_account_present' },
    ]);
  });
});

describe('a header that does not fit', () => {
  const load = (options: string, schema = '{ name: id, type: INT64 }, { name: name, type: STRING }') => `
sources: [gs://*]
steps:
  - id: load
    type: load
    source_uris: [gs://billing/file]
    format: CSV
    csv: { skip_leading_rows: 1 }
    schema: [${schema}]
    destination: { table: headed, write_disposition: WRITE_TRUNCATE }
${options}`;
  const run = (text: string | Buffer, options = '', schema?: string) => {
    tenant.putFile('file', text);
    return execute(runOfYaml('', load(options, schema)));
  };

  it.each([
    ['id,nmae\n1,a\n', "column 2 of its header, 'nmae', is not in the schema"],
    ['id\n1\n', "its header lacks the column 'name'"],
    ['id,name,ID\n1,a,2\n', "its header has the column 'ID' twice"],
    ['1,a\n2,b\n', 'no name in its header is a column of the schema'],
  ])('ends the step before anything is loaded: %j', async (text, difference) => {
    const outcome = await run(text);
    const header = text.slice(0, text.indexOf('\n')).split(',');
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'invalid_data',
      steps: [{ attempts: 1 }],
      errorMessage: expect.stringContaining(`gs://billing/file does not fit the schema: ${difference}`),
    });
    const lists = `${header.length} column${header.length === 1 ? '' : 's'}: ${header.join(', ')}. The schema has 2 columns: id, name.`;
    expect(outcome.errorMessage).toContain(`The file has ${lists}`);
    const [jobs] = await tenant.bigquery.getJobs({ maxResults: 1 });
    expect(jobs[0]?.id).not.toContain(`run${runs}_load`);
  });

  it('says what the file looks like', async () => {
    const file = focusFile(columnsOf('FOCUS 1.1'), [charge]);
    tenant.putFile('file', file);
    const formats = JSON.stringify(versions);
    const yaml = load('    known_formats_file: formats.json');
    const outcome = await execute(runOfYaml('', yaml, {}, { 'formats.json': formats }));
    expect(outcome.errorMessage).toMatch(
      /^Step 'load' failed: .* It looks like FOCUS 1\.1\. The file has 50 columns/,
    );
  });

  it('is taken by position where the step says so, with a warning where names are exchanged', async () => {
    const position = '    source_column_match: POSITION';
    expect(await run('a,b\n1,x\n', position)).toMatchObject({ status: 'COMPLETED' });
    expect(await stepLog('load')).toMatchObject([{ warnings: [] }]);
    const schema = '{ name: name, type: STRING }, { name: other, type: STRING }';
    expect(await run('other,name\nx,y\n', position, schema)).toMatchObject({ status: 'COMPLETED' });
    expect(await stepLog('load')).toMatchObject([
      { warnings: [expect.stringContaining("column 1, 'other' by the header, is read as 'name'")] },
    ]);
  });

  it('is read in its encoding, with a mark, quotes and a line break in it', async () => {
    const schema = '{ name: id, type: INT64 }, { name: name, type: STRING }';
    const text = Buffer.from('\ufeffname;"id"\r\na;1\r\n', 'utf16le');
    const options = '    allow_missing_columns: false';
    tenant.putFile('file', text);
    const yaml = load(options, schema).replace(
      '{ skip_leading_rows: 1 }',
      '{ skip_leading_rows: 1, encoding: UTF-16LE, field_delimiter: ";" }',
    );
    expect(await execute(runOfYaml('', yaml))).toMatchObject({ status: 'COMPLETED' });
    expect(await tenant.query('SELECT * FROM headed')).toEqual([{ id: 1, name: 'a' }]);
  });
});

describe('rows that are left out', () => {
  it('are counted, and the first five are told with place and reason', async () => {
    const bad = Array.from({ length: 7 }, (_, index) => `x${index},b\n`).join('');
    tenant.putFile('file', `id,name\n1,a\n${bad}2,c\n`);
    const yaml = `
sources: [gs://*]
steps:
  - id: load
    type: load
    source_uris: [gs://billing/file]
    format: CSV
    csv: { skip_leading_rows: 1 }
    max_bad_records: 10
    schema: [{ name: id, type: INT64 }, { name: name, type: STRING }]
    destination: { table: tolerant, write_disposition: WRITE_TRUNCATE }
`;
    expect(await execute(runOfYaml('', yaml))).toMatchObject({ status: 'COMPLETED', rowsWritten: 2 });
    const [log] = await tenant.query(
      `SELECT bad_records, warnings, rows_written FROM step_logs WHERE run_id = 'run${runs}'`,
    );
    expect(log).toMatchObject({
      bad_records: 7,
      rows_written: 2,
      warnings: [
        '7 rows were left out, as max_bad_records: 10 allows, the first 5 of them:',
        expect.stringMatching(
          /^gs:\/\/billing\/file, line 3 \(byte 12\), column 'id': Could not parse 'x0' as INT64/,
        ),
        expect.stringContaining('line 4 (byte 17)'),
        expect.any(String),
        expect.any(String),
        expect.stringContaining("Could not parse 'x4'"),
      ],
    });
  });
});
