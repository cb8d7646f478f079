import { gzipSync } from 'node:zlib';
import { clientOf } from 'local-bigquery/testing';
import { createRunJob } from '../../../../../shared/google/bigquery/jobs/run-job';
import type { Log } from '../../../../../shared/log';
import { executePipeline } from '../../../../../shared/pipelines/execute-pipeline';
import type { ExecutionTools } from '../../../../../shared/pipelines/execution';
import { startProxy } from '../../../../functions/support/proxy';
import { runOfYaml } from '../../support/run-of-yaml';
import { startTenantDataset, type TenantDataset } from '../../support/tenant-dataset';

const fields = `
      - { name: id, type: INT64, mode: REQUIRED }
      - { name: name, type: STRING }
      - { name: at, type: TIMESTAMP }`;
const nested = `${fields}
      - { name: cost, type: RECORD, fields: [{ name: amount, type: NUMERIC }] }
      - { name: tags, type: STRING, mode: REPEATED }`;

const definition = (format: string, schema: string, more = '') => `
sources: [gs://billing/]
steps:
  - id: load
    type: load
    format: ${format}
    source_uris: [gs://billing/source]
    schema: ${schema}
    destination: { table: loaded, write_disposition: WRITE_TRUNCATE }
${more}`;
const csv = definition('CSV', fields);
const json = definition('NEWLINE_DELIMITED_JSON', nested);
const thenCheck = `
  - id: check
    type: quality
    needs: [load]
    table: loaded
    checks: [{ name: has_rows, type: row_count, min: 1 }]
`;
const thenLook = `
  - id: look
    type: query
    needs: [load]
    sql: SELECT UPPER(name) AS name FROM loaded
`;

type BadData = readonly [
  what: string,
  definition: string,
  source: string | Buffer | undefined,
  code: string,
  /** After "Step 'load' failed: ". */
  message: string,
];

const reading = (detail: string) =>
  `Error while reading data, error message: ${detail} File: gs://billing/source`;
const placed = (detail: string, position = 0) =>
  reading(`${detail}; line_number: ${position === 0 ? 1 : 2} byte_offset_to_start_of_line: ${position}`);
const row = (detail: string, position = 0) =>
  placed(`JSON parsing error in row starting at position ${position}: ${detail}`, position);
const csvRow = (detail: string) =>
  placed(`Error detected while parsing row starting at position: 0. Error: ${detail}`);
const firstRow = (detail: string, column: string) =>
  reading(`${detail}; line_number: 1 byte_offset_to_start_of_line: 0 ${column}`);
const columnId = 'column_index: 0 column_name: "id" column_type: INT64';
const good = '{"id": 1}\n';

const cases: readonly BadData[] = [
  ['a file that is not there', csv, undefined, 'not_found', 'Not found: URI gs://billing/source'],
  [
    'a header that nobody said to skip',
    csv,
    'id,name,at\n1,a,\n',
    'invalid_data',
    firstRow(
      "Could not parse 'id' as INT64 for field id (position 0) starting at location 0  with message 'Cannot convert value to integer (bad value): id'",
      columnId,
    ),
  ],
  [
    'a number beyond INT64',
    csv,
    '99999999999999999999,a,\n',
    'invalid_data',
    firstRow(
      "Could not parse '99999999999999999999' as INT64 for field id (position 0) starting at location 0  with message 'Cannot convert value to integer (bad value): 99999999999999999999'",
      columnId,
    ),
  ],
  [
    'a word for a time',
    csv,
    '1,a,yesterday\n',
    'invalid_data',
    firstRow(
      "Could not parse 'yesterday' as TIMESTAMP for field at (position 2) starting at location 0  with message 'Could not parse 'yesterday' as a timestamp. Required format is YYYY-MM-DD HH:MM[:SS[.SSSSSS]] or YYYY/MM/DD HH:MM[:SS[.SSSSSS]]'",
      'column_index: 2 column_name: "at" column_type: TIMESTAMP',
    ),
  ],
  [
    'no value for a required column',
    csv,
    ',a,\n',
    'invalid_data',
    firstRow(
      'Required column value for column index: 0 is missing in row starting at position: 0.',
      columnId,
    ),
  ],
  [
    'a row that breaks off',
    csv,
    '1,"a\n',
    'invalid_data',
    csvRow('Missing close double quote (") character.'),
  ],
  [
    'UTF-16, which nobody said it is',
    csv,
    Buffer.from('1,a,\n', 'utf16le'),
    'invalid_data',
    csvRow('Bad character (ASCII 0) encountered.'),
  ],
  [
    'a compressed file that is cut off',
    csv,
    gzipSync('1,a,\n'.repeat(1000)).subarray(0, 20),
    'invalid_data',
    reading('The file begins like gzip, and cannot be unpacked.'),
  ],
  ['CSV where JSON was said', json, '1,a\n', 'invalid_data', row('Parser terminated before end of string')],
  [
    'a JSON array',
    json,
    '[{"id": 1}]\n',
    'invalid_data',
    row('Start of array encountered without start of object.'),
  ],
  ['a JSON text', json, '"id"\n', 'invalid_data', row('Value encountered without start of object.')],
  [
    'a JSON row that breaks off',
    json,
    `${good}{"id": 2\n`,
    'invalid_data',
    row('Parser terminated before end of string', good.length),
  ],
  [
    'a JSON value that is no number',
    json,
    `${good}{"id": "one"}\n`,
    'invalid_data',
    row('Cannot convert value to integer (bad value): one Field: id; Value: one', good.length),
  ],
  [
    'a nested JSON value that is no number',
    json,
    '{"id": 1, "cost": {"amount": "many"}}\n',
    'invalid_data',
    row('Invalid NUMERIC value: many Field: cost.amount; Value: many'),
  ],
  [
    'no value for a required field',
    json,
    '{"name": "a"}\n',
    'invalid_data',
    row('Missing required field: id.'),
  ],
  [
    'a JSON array for one value',
    json,
    '{"id": [1]}\n',
    'invalid_data',
    row('Array specified for non-repeated field: id.'),
  ],
  [
    'one JSON value for an array',
    json,
    '{"id": 1, "tags": "a"}\n',
    'invalid_data',
    row('Repeated field must be imported as a JSON array. Field: tags.'),
  ],
  [
    'a JSON field of no column',
    json,
    '{"id": 1, "nmae": "a"}\n',
    'invalid_data',
    row('no such field: nmae.'),
  ],
];

describe('bad data ends a run with a message that says where it is', () => {
  let tenant: TenantDataset;
  let runs = 0;
  beforeAll(async () => {
    tenant = await startTenantDataset();
  });
  afterAll(() => tenant?.close());

  const execute = (yaml: string, tools: Partial<ExecutionTools> = {}) => {
    runs += 1;
    return executePipeline(runOfYaml(`run${runs}`, yaml), { ...tenant.tools, ...tools });
  };

  it.each(cases)('%s', async (_, yaml, bytes, errorCode, message) => {
    if (bytes !== undefined) tenant.putFile('source', bytes);
    expect(await execute(yaml)).toMatchObject({
      status: 'FAILED',
      failedStep: 'load',
      errorCode,
      errorMessage: `Step 'load' failed: ${message}`,
    });
    expect(await tenant.bigquery.dataset('tenant_1').table('loaded').exists()).toEqual([false]);
  });

  it('an empty file, if a check wants rows', async () => {
    tenant.putFile('source', '');
    expect(await execute(csv + thenCheck)).toMatchObject({
      status: 'FAILED',
      errorCode: 'check_failed',
      errorMessage: "Check 'has_rows' of step 'check' failed: 0 rows in table loaded, expected at least 1.",
    });
  });

  it('a value too large to be worked on', async () => {
    // More than one request to the engine may have: 4 MiB.
    tenant.putFile('source', `1,${'x'.repeat(4_300_000)},\n`);
    expect(await execute(csv + thenLook)).toMatchObject({
      status: 'FAILED',
      failedStep: 'look',
      errorCode: 'resources_exceeded',
      errorMessage: expect.stringMatching(
        /^Step 'look' failed: Resources exceeded .* table loaded .*fewer columns/,
      ),
    });
  });

  it('more data than the step may be billed for', async () => {
    tenant.putFile('source', '1,a,\n');
    // BigQuery bills at least 10 MiB for each table.
    const twoTables = thenLook.replace(
      'FROM loaded',
      'FROM loaded CROSS JOIN (SELECT COUNT(run_id) AS runs FROM pipeline_runs)',
    );
    expect(await execute(`${csv}${twoTables}    maximum_bytes_billed: 10485760\n`)).toMatchObject({
      status: 'FAILED',
      failedStep: 'look',
      errorCode: 'bytes_limit_exceeded',
      errorMessage: expect.stringMatching(
        /^Step 'look' failed: Query exceeded limit for bytes billed: 10485760\. 20971520 or higher required\./,
      ),
    });
  });

  it('no permission, in words that name no account: what BigQuery said is in the log', async () => {
    tenant.putFile('source', '1,a,\n');
    const proxy = await startProxy(tenant.url);
    const message =
      'Access Denied: File gs://billing/source: Access Denied: worker@acme.iam.gserviceaccount.com does not have storage.objects.get access';
    proxy.treat(({ method, path }) => {
      const error = { code: 403, message, errors: [{ message, domain: 'global', reason: 'accessDenied' }] };
      return method === 'POST' && path.includes('/jobs') ? { status: 403, body: { error } } : 'pass';
    });
    const lines: unknown[] = [];
    const log: Log = (severity, text, fields) => void lines.push({ severity, text, ...fields });
    const outcome = await execute(csv, { runJob: createRunJob(clientOf(proxy.url)), log });
    await proxy.close();
    expect(outcome).toMatchObject({
      status: 'FAILED',
      errorCode: 'access_denied',
      errorMessage:
        "Step 'load' failed: access to gs://billing/source was denied; it takes storage.objects.get.",
    });
    expect(lines).toMatchObject([
      { severity: 'WARNING', tenant_id: 'tenant_1', run_id: expect.any(String), said: message },
      { severity: 'DEBUG', event: 'step_ended', text: "Step 'load' FAILED" },
    ]);
  });

  it('letters in an encoding that the step does not name become U+FFFD, as in BigQuery; named, they are read', async () => {
    tenant.putFile('source', Buffer.from('1,café,\n', 'latin1'));
    expect(await execute(csv)).toMatchObject({ status: 'COMPLETED' });
    expect(await tenant.query('SELECT name FROM loaded')).toEqual([{ name: 'caf\ufffd' }]);
    const named = csv.replace('format: CSV', 'format: CSV\n    csv: { encoding: ISO-8859-1 }');
    expect(await execute(named)).toMatchObject({ status: 'COMPLETED' });
    expect(await tenant.query('SELECT name FROM loaded')).toEqual([{ name: 'café' }]);
  });
});
