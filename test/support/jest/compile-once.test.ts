import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readdirSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDirectory, removeDirectory } from '../server-process';

describe('What is compiled once', () => {
  const directory = newDirectory();
  const kept = join(directory, 'node_modules/.cache/tenant-pipelines');
  const inPackage = join(directory, 'node_modules/one/index.js');
  const preload = join(directory, 'test/support/compile-once.js');
  const run = (): string =>
    execFileSync(process.execPath, ['--require', preload, '-p', 'require("./node_modules/one/index.js")'], {
      cwd: directory,
      encoding: 'utf8',
    }).trim();
  beforeAll(() => {
    for (const path of [inPackage, preload]) mkdirSync(join(path, '..'), { recursive: true });
    copyFileSync(join(__dirname, '../compile-once.js'), preload);
    for (const name of ['tsx', 'esbuild'])
      symlinkSync(join(__dirname, '../../../node_modules', name), join(directory, 'node_modules', name));
  });
  afterAll(() => removeDirectory(directory));

  it('is compiled again where a file of a package was changed by hand', () => {
    writeFileSync(inPackage, 'module.exports = "as installed";');
    expect([run(), run()]).toEqual(['as installed', 'as installed']);
    // As long as it was: of a source V8 itself looks at its length.
    writeFileSync(inPackage, 'module.exports = "by hand now.";');
    expect(run()).toBe('by hand now.');
  });

  it('leaves nothing for good of processes that were killed while they wrote', () => {
    const [old, fresh] = ['known-1-2-3', 'known-1-4-5'];
    for (const name of [old, fresh]) writeFileSync(join(kept, name), '');
    utimesSync(join(kept, old), 0, 0);
    writeFileSync(inPackage, 'module.exports = "and once more";');
    expect(run()).toBe('and once more');
    expect(readdirSync(kept)).not.toContain(old);
    expect(readdirSync(kept)).toContain(fresh);
  });
});
