import { newDirectory, removeDirectory, type ServerProcess, startServer } from '../support/server-process';
import { endsWithSetting, wrongSettings } from './support/starting';

/** `npm run demo` and `npm start` in processes of their own. */
describe('The demo, and a start that fails', () => {
  const dataDirectory = newDirectory();
  const entry = 'local/tools/demo/main.ts';
  let demo: ServerProcess;
  beforeAll(async () => {
    demo = await startServer({ dataDirectory, entry });
  });
  afterAll(async () => {
    await demo?.end('SIGKILL');
    removeDirectory(dataDirectory);
  });

  it('shows each step, the first rows, the quota that is left, and what to try next', () => {
    const output = demo.output();
    expect(output).toMatch(/COMPLETED load_costs \(load\): FOCUS 1\.0.*, 1000 rows/);
    expect(output).toMatch(/daily_costs: \d+ rows\ncharge_date +provider_name/);
    expect(output).toContain('Quota: 99 of 100 runs are left this month, at most 5 at once.');
    expect(output).toContain('npm run pipeline -- run ');
  });

  it('answers until Ctrl-C, which ends it with 0', async () => {
    const [address] = /http:\/\/localhost:\d+/.exec(demo.output()) ?? [];
    expect((await fetch(`${address}/healthz`)).status).toBe(200);
    expect(await demo.end('SIGINT')).toBe(0);
  });

  it.each(wrongSettings.slice(0, 1))(
    'npm start with %s=%s says what is expected, and ends with 1',
    (...setting) => endsWithSetting(...setting),
  );
});
