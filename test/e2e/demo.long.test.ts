import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { newDirectory, removeDirectory, startServer } from '../support/server-process';

const root = join(__dirname, '../..');
const entry = 'local/tools/demo/main.ts';
const shell = (command: string) => promisify(execFile)('sh', ['-c', command], { cwd: root });

describe('npm run demo', () => {
  const dataDirectory = newDirectory();
  afterAll(() => removeDirectory(dataDirectory));

  it('ends with 0 at Ctrl-C, and begins anew when it is run again', async () => {
    for (let time = 0; time < 2; time++) {
      const demo = await startServer({ dataDirectory, entry });
      expect(demo.output()).toContain('Quota: 99 of 100');
      expect(await demo.end('SIGINT')).toBe(0);
    }
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
