// In short: ../../../e2e/first-hour.test.ts
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { text } from 'node:stream/consumers';
import { runLocally } from '../../../../local/tools/pipeline/run-locally';
import { adminKey, onboard, startTestCloud, type TestCloud, whenQuiet } from '../../../support/local-cloud';

const root = join(__dirname, '../../../..');
const pipeline = `description: Numbers up to a limit.
timeout_seconds: 60
parameters:
  upto: { type: INT64, required: true, description: The largest number. }
  is_even: { type: BOOL, default: false, description: Whether odd numbers are left out. }
steps:
  - id: numbers
    type: query
    sql: SELECT n, DATE '2026-01-31' AS day, NUMERIC '1.50' AS rate, ['a', 'b'] AS list FROM UNNEST(GENERATE_ARRAY(1, @upto)) AS n WHERE NOT @is_even OR MOD(n, 2) = 0
    destination: { table: numbers, write_disposition: WRITE_TRUNCATE }
  - id: sums
    type: query
    needs: [numbers]
    sql: SELECT SUM(n) AS total, IF(SUM(n) > 1000, ERROR('too large'), NULL) AS note FROM numbers
    destination: { table: sums, write_disposition: WRITE_TRUNCATE }
`;

const tolerant = `description: Files with some bad rows.
sources: [gs://*]
steps:
  - id: load
    type: load
    source_uris: ['gs://cli/{tenant_id}/orders.csv']
    format: CSV
    csv: { skip_leading_rows: 1 }
    max_bad_records: 1
    known_formats_file: formats.json
    schema: [{ name: id, type: INT64 }]
    destination: { table: orders, write_disposition: WRITE_TRUNCATE }
`;

describe('npm run pipeline', () => {
  const schemas = mkdtempSync(join(tmpdir(), 'schemas-'));
  let cloud: TestCloud;
  const keyOf = (tenant: string) => join(cloud.dataDirectory, 'keys', tenant);

  beforeAll(async () => {
    cpSync(join(root, 'schemas'), schemas, { recursive: true });
    const file = join(schemas, 'pipelines/test/cli/numbers.yaml');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, pipeline);
    writeFileSync(join(dirname(file), 'tolerant.yaml'), tolerant);
    writeFileSync(join(dirname(file), 'formats.json'), '[{ "name": "Orders 1", "adds": ["id"] }]');
    cloud = await startTestCloud({ ADMIN_API_KEY: adminKey }, schemas);
  });
  afterAll(async () => {
    await cloud?.close();
    rmSync(schemas, { recursive: true, force: true });
  });

  function start(args: readonly string[]): ChildProcess {
    const command = ['--require', 'tsx/cjs', 'local/tools/pipeline/main.ts', ...args];
    const env = { ...process.env, PORT: new URL(cloud.url).port, SCHEMAS_DIRECTORY: schemas };
    return spawn(process.execPath, command, { cwd: root, env, stdio: ['ignore', 'pipe', 'pipe'] });
  }

  async function run(args: readonly string[]) {
    const child = start([...args, '--data', cloud.dataDirectory]);
    if (!child.stdout || !child.stderr) throw new Error('no output');
    const [stdout, stderr, [code]] = await Promise.all([
      text(child.stdout),
      text(child.stderr),
      once(child, 'exit'),
    ]);
    return { code, stdout, stderr };
  }
  /** The same without a process of its own: its exit code, and all that it says. */
  async function runHere(args: readonly string[], adminKeyGiven = adminKey, url = cloud.url) {
    const said: string[] = [];
    const code = await runLocally(
      [...args, '--data', cloud.dataDirectory],
      { url, adminKey: adminKeyGiven, schemasDirectory: schemas },
      (line) => said.push(line),
    );
    return { code, stdout: said.join('\n') };
  }
  const numbersArgs = (tenant: string, ...more: string[]) => [
    'run',
    'test/cli/numbers',
    '--tenant',
    tenant,
    ...more,
  ];
  const numbers = (tenant: string, ...more: string[]) => runHere(numbersArgs(tenant, ...more));

  it('shows what files look like, and rows that were left out as warnings', async () => {
    const file = join(cloud.dataDirectory, 'gcs/cli/cli_warned/orders.csv');
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, 'id\n1\nx\n');
    const { code, stdout } = await runHere(['run', 'test/cli/tolerant', '--tenant', 'cli_warned']);
    expect(code).toBe(0);
    expect(stdout.split('\n').filter((line) => /^ {2}(COMPLETED|warning)/.test(line))).toEqual([
      expect.stringMatching(/^ {2}COMPLETED load \(load\): Orders 1, 1 rows, \d+\.\d s$/),
      '  warning   1 row was left out, as max_bad_records: 1 allows:',
      expect.stringMatching(
        /^ {2}warning {3}gs:\/\/cli\/cli_warned\/orders\.csv, line 3 \(byte 5\), column 'id': /,
      ),
    ]);
  });

  it('onboards the tenant, shows steps and the last table, and keeps the key', async () => {
    const first = await run(numbersArgs('cli_demo', '--param', 'upto=4', '--param', 'is_even=true'));
    expect(first).toMatchObject({ code: 0, stderr: '' });
    // Whether a step is seen while it is under way is a matter of luck.
    const lines = first.stdout.split('\n').filter((line) => !line.startsWith('  RUNNING'));
    expect(lines).toEqual([
      'Onboarded tenant cli_demo',
      `Its key is kept in ${keyOf('cli_demo')}`,
      expect.stringMatching(/^Run \S+ of test\/cli\/numbers for cli_demo$/),
      expect.stringMatching(/^ {2}COMPLETED numbers \(query\): 2 rows, \d+\.\d s$/),
      expect.stringMatching(/^ {2}COMPLETED sums \(query\): 1 rows, \d+\.\d s$/),
      expect.stringMatching(/^COMPLETED in \d+\.\d s$/),
      '',
      'sums: 1 rows',
      'total  note',
      '-----  ----',
      '    6  NULL',
      '',
    ]);
    expect(statSync(keyOf('cli_demo')).mode & 0o777).toBe(0o600);

    const again = await numbers('cli_demo', '--param', 'upto=1');
    expect(again.code).toBe(0);
    expect(again.stdout).toMatch(/^Run /);
  });

  it('ends with 1, naming the step and its message, when the run fails', async () => {
    const { code, stdout } = await numbers('cli_demo', '--param', 'upto=100');
    expect(code).toBe(1);
    expect(stdout).toContain("FAILED at step 'sums' (invalid_query): Step 'sums' failed: ");
    expect(stdout).toContain('too large');
    expect(stdout).not.toContain('sums: ');
  });

  it('makes another key for an existing tenant, or uses the one that is given', async () => {
    const apiKey = await onboard(cloud.url, 'cli_there');
    const given = await numbers('cli_there', '--param', 'upto=1', '--key', apiKey);
    expect(given).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Run /) });
    mkdirSync(join(cloud.dataDirectory, 'keys'), { recursive: true });
    writeFileSync(keyOf('cli_there'), 'cli_there_api_of_another_time\n');
    const made = await numbers('cli_there', '--param', 'upto=1');
    expect(made.stdout).toMatch(/^Made a further key of tenant cli_there\n/);
    expect(readFileSync(keyOf('cli_there'), 'utf8')).not.toContain('another_time');
    expect(made.stdout).not.toContain(readFileSync(keyOf('cli_there'), 'utf8').trim());
  });

  it.each([
    [
      'an unknown pipeline',
      ['run', 'test/cli/nope', '--tenant', 'a_b'],
      ["There is no pipeline 'test/cli/nope'. There are:", '  test/cli/numbers  Numbers up to a limit.'],
    ],
    [
      'an unknown parameter',
      ['run', 'test/cli/numbers', '--tenant', 'a_b', '--param', 'to=1'],
      [
        "Unknown parameter 'to'. test/cli/numbers has:",
        '  upto  INT64, required: The largest number.',
        '  is_even  BOOL, default false: Whether',
      ],
    ],
    [
      'a missing parameter',
      ['run', 'test/cli/numbers', '--tenant', 'a_b'],
      ["Parameter 'upto' is required: --param upto=…"],
    ],
    [
      'a wrong value',
      ['run', 'test/cli/numbers', '--tenant', 'cli_demo', '--param', 'upto=many'],
      ["Parameter 'upto' must be an INT64"],
      3,
    ],
    ['no word', ['--tenant', 'a_b'], ["Unknown word '--tenant'. Expected: run, "]],
    ['no tenant', ['run', 'test/cli/numbers'], ['--tenant: expected the id of a tenant']],
    [
      'a parameter without value',
      ['run', 'test/cli/numbers', '--tenant', 'a_b', '--param', 'upto'],
      ["--param: expected NAME=VALUE, given 'upto'"],
    ],
    ['an unknown option', ['run', 'test/cli/numbers', '--tenants', 'a_b'], ["Unknown option '--tenants'"]],
  ])('says what was expected for %s', async (_, args, expected, exitCode = 2) => {
    const { code, stdout } = await runHere(args);
    expect(code).toBe(exitCode);
    for (const part of expected) expect(stdout).toContain(part);
    expect(stdout).not.toContain('    at ');
  });

  it('says how to open admin calls, and how to start the cloud', async () => {
    // As where ADMIN_API_KEY is set to nothing.
    const closed = await runHere(numbersArgs('cli_closed', '--param', 'upto=1'), '');
    expect(closed).toMatchObject({
      code: 3,
      stdout: expect.stringContaining('Admin calls are closed: set ADMIN_API_KEY'),
    });
    const away = await runHere(numbersArgs('cli_away', '--param', 'upto=1'), adminKey, 'http://localhost:1');
    expect(away).toMatchObject({
      code: 4,
      stdout: 'Error Nothing answers at http://localhost:1: start the local cloud by npm start',
    });
  });

  it('stops on Ctrl-C', async () => {
    const child = start([
      'run',
      'test/cli/numbers',
      '--tenant',
      'cli_demo',
      '--param',
      'upto=2',
      '--data',
      cloud.dataDirectory,
    ]);
    if (!child.stdout || !child.stderr) throw new Error('no output');
    const exited = once(child, 'exit');
    for await (const line of createInterface({ input: child.stdout })) {
      if (line.startsWith('Run ')) child.kill('SIGINT');
    }
    const told = await text(child.stderr);
    expect(told).toMatch(
      /^Stopped watching\. Run \S+ goes on\.\n {2}npm run pipeline -- follow \S+ --tenant cli_demo\n/,
    );
    expect((await exited)[0]).toBe(130);
    await whenQuiet(cloud.bigquery, 'cli_demo');
  });
});
