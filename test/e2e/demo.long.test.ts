// In short: ./first-hour.test.ts
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import {
  newDirectory,
  removeDirectory,
  type ServerProcess,
  startInVain,
  startServer,
} from '../support/server-process';

const root = join(__dirname, '../..');
const entry = 'local/tools/demo/main.ts';
const shell = (command: string) => promisify(execFile)('sh', ['-c', command], { cwd: root });

describe('npm run demo', () => {
  const dataDirectory = newDirectory();
  let demo: ServerProcess;
  beforeAll(async () => {
    demo = await startServer({ dataDirectory, entry });
  });
  afterAll(async () => {
    await demo?.end('SIGINT');
    removeDirectory(dataDirectory);
  });

  /** The copyable lines below the one that says what they are for. */
  const commandAfter = (comment: string): string =>
    new RegExp(`# ${comment}.*\n +(.+)`).exec(demo.output())?.[1] ?? `echo 'no line for ${comment}'; exit 1`;

  /** What each line printed: each is run once. */
  const printed = new Map<string, Promise<{ stdout: string }>>();
  const outputOf = async (comment: string): Promise<string> => {
    const running = printed.get(comment) ?? shell(commandAfter(comment));
    printed.set(comment, running);
    return (await running).stdout;
  };

  it('shows each step, the first rows and the quota that is left', () => {
    const output = demo.output();
    expect(output).toMatch(/COMPLETED load_costs \(load\): FOCUS 1\.0.*, 1000 rows/);
    expect(output).toMatch(/COMPLETED build_daily_costs \(query\): \d+ rows/);
    expect(output).toMatch(/warn +Check 'sub_account_present'/);
    expect(output).toMatch(/COMPLETED check_daily_costs/);
    expect(output).toMatch(/daily_costs: \d+ rows\ncharge_date +provider_name/);
    expect(output).toMatch(/^2026-10-01 /m);
    expect(output).toContain('Quota: 99 of 100 runs are left this month, at most 5 at once.');
  });

  it.each([
    ['its quotas', '"monthly_runs_left":99'],
    ['the pipelines there are', 'focus/billing/daily_costs'],
    ['start a run', '202 Accepted'],
    ['its runs', '"status"'],
    ['the same pipeline', 'COMPLETED build_daily_costs'],
  ])('prints a line that can be copied: %s', async (comment, expected) => {
    expect(await outputOf(comment)).toContain(expected);
  });

  it('opens to the key that it keeps for npm run pipeline: no further one is made', async () => {
    expect(await outputOf('the same pipeline')).not.toContain('key');
  });

  it('ends with 0 at Ctrl-C, and begins anew when it is run again', async () => {
    expect(await demo.end('SIGINT')).toBe(0);
    demo = await startServer({ dataDirectory, entry });
    expect(demo.output()).toContain('Quota: 99 of 100');
    expect(await demo.end('SIGINT')).toBe(0);
  });
});

describe('npm run demo that cannot start', () => {
  const dataDirectory = newDirectory();
  afterAll(() => removeDirectory(dataDirectory));

  it('says which port is taken and what else to do, and ends with 1', async () => {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const address = server.address();
    const taken = typeof address === 'object' && address !== null ? String(address.port) : '';
    const { code, output } = await startInVain({ dataDirectory, entry, environment: { PORT: taken } });
    await new Promise((resolve) => server.close(resolve));
    expect({ code, output }).toEqual({ code: 1, output: expect.stringContaining(`Port ${taken} is in use`) });
    expect(output).toContain('PORT=8090 BIGQUERY_PORT=9060 PUBSUB_PORT=8095 npm run demo');
  });

  it('refuses an option that it has not, and says which there are', async () => {
    const { stdout } = await shell(`node --require tsx/cjs ${entry} --help`);
    expect(stdout).toContain('--data DIR');
    await expect(shell(`node --require tsx/cjs ${entry} --faults 1`)).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Unknown option '--faults'"),
    });
  });
});
