// In short: ../../local/tools/smoke.test.ts
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clientOf, type LocalBigQuery, startLocalBigQuery } from 'local-bigquery/testing';
import { pubSubClient } from 'local-pubsub/testing';
import { type LocalServers, startLocalServers } from '../../../local/cloud/servers/start-local-servers';
import { createCallTimes } from '../../../local/tools/smoke/call-times';
import { statementCases } from '../../../local/tools/smoke/cases/statement-cases';
import { compareStatements } from '../../../local/tools/smoke/compare-statements';
import { loadTables } from '../../../shared/definitions/tables';
import { createRunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { createTenantDatasets } from '../../../shared/google/bigquery/tables/tenant-datasets';

/** `npm run smoke` as it is for a project, against servers that stand for it. */
describe('npm run smoke', () => {
  const directory = mkdtempSync(join(tmpdir(), 'smoke-test-'));
  let servers: LocalServers;
  let reference: LocalBigQuery;
  let child: ChildProcess | undefined;

  beforeAll(async () => {
    const options = { bigqueryPort: 0, pubsubPort: 0, dataDirectory: directory, isMemoryOnly: true };
    servers = await startLocalServers(options, () => undefined);
    reference = await startLocalBigQuery({ memoryOnly: true });
  });
  afterAll(async () => {
    child?.kill('SIGKILL');
    await reference?.stop();
    await servers?.close();
    rmSync(directory, { recursive: true, force: true });
  });

  /** Runs it to its end; `look` is given all that was printed each time something is. */
  const run = (args: string[], look: (output: string) => void = () => undefined) => {
    const started = spawn(process.execPath, ['--require', 'tsx/cjs', 'local/tools/smoke/main.ts', ...args], {
      cwd: join(__dirname, '../../..'),
      env: {
        ...process.env,
        BIGQUERY_EMULATOR_HOST: servers.bigqueryUrl,
        PUBSUB_EMULATOR_HOST: servers.pubsubHost,
      },
    });
    child = started;
    let output = '';
    for (const stream of [started.stdout, started.stderr]) {
      stream.setEncoding('utf8').on('data', (text: string) => {
        output += text;
        look(output);
      });
    }
    return new Promise<{ code: number | null; output: string }>((resolve) => {
      started.once('close', (code) => resolve({ code, output }));
    });
  };

  const whatIsLeft = async (): Promise<string[]> => {
    const pubsub = pubSubClient(Number(servers.pubsubHost.split(':')[1]));
    const [datasets] = await clientOf(servers.bigqueryUrl).getDatasets();
    const [topics] = await pubsub.getTopics();
    const [subscriptions] = await pubsub.getSubscriptions();
    await pubsub.close();
    return [...datasets.map(({ id }) => id ?? ''), ...[...topics, ...subscriptions].map(({ name }) => name)];
  };

  it('finds all right, and leaves nothing', async () => {
    const { code, output } = await run(['--gcs', join(directory, 'gcs')]);
    expect({ code, wrong: output.match(/WRONG.*/g), output }).toMatchObject({ code: 0, wrong: null });
    expect(output).toContain('right  admit-runs: the same');
    expect(output).toContain('ten admissions at once, three may run: 3 admitted, 7 refused by 429');
    expect(output).toContain('a cancellation against the worker: answered');
    for (const type of ['load', 'query', 'quality', 'export', 'http', 'notify'])
      expect(output).toContain(`right  step ${type}: COMPLETED`);
    expect(output).not.toContain('not tried');
    const kinds = ['admission alone', 'admission, 10 at once', 'admission, 100 at once', 'settle'];
    for (const kind of [...kinds, 'SELECT with optional job', 'insertAll of one row', 'publish'])
      expect(output).toMatch(new RegExp(`\n  ${kind} +median \\d+ ms, slowest \\d+ ms, of \\d+\n`));
    expect(await whatIsLeft()).toEqual([]);
  });

  it('removes what it made when it is interrupted', async () => {
    let isInterrupted = false;
    const { code, output } = await run([], (printed) => {
      if (isInterrupted || !printed.includes('ten admissions at once')) return;
      isInterrupted = true;
      child?.kill('SIGINT');
    });
    expect({ code, output }).toMatchObject({
      code: 130,
      output: expect.stringContaining('All of it is removed.'),
    });
    expect(await whatIsLeft()).toEqual([]);
  });

  it('tells what differs', async () => {
    const tried = clientOf(servers.bigqueryUrl);
    const where = {
      tenantId: 'differs',
      location: 'US',
      schemasDirectory: join(__dirname, '../../../schemas'),
    };
    const datasets = createTenantDatasets(tried);
    await datasets.ensureDataset(where.tenantId, where.location);
    for (const table of loadTables(where.schemasDirectory)) await datasets.ensureTable(where.tenantId, table);
    // Who is there is not onboarded again: the INSERT changes nothing.
    const now = new Date();
    const values = { tenantId: where.tenantId, now, from: now, to: now };
    await statementCases[0]?.run(createRunStatement(tried), values);
    const sides = { tried, reference: reference.client };
    const { value: first } = await compareStatements(
      sides,
      where,
      createCallTimes(() => 0),
    ).next();
    expect(first).toMatchObject({
      name: 'insert-tenant',
      problem: expect.stringMatching(
        /^differs: .*"affectedRows":0.*the local BigQuery has .*"affectedRows":1/,
      ),
    });
    await datasets.deleteDataset(where.tenantId);
  });
});
