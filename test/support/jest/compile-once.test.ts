import { execFileSync } from 'node:child_process';
import {
  copyFileSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  symlinkSync,
  truncateSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { newDirectory, removeDirectory } from '../server-process';

describe('What is compiled once', () => {
  const directory = newDirectory();
  const kept = join(directory, 'node_modules/.cache/tenant-pipelines');
  const inPackage = join(directory, 'node_modules/one/index.js');
  const preload = join(directory, 'test/support/compile-once.js');
  const own = join(directory, 'own.ts');
  const node = (...args: readonly string[]): string =>
    execFileSync(process.execPath, ['--require', preload, ...args], {
      cwd: directory,
      encoding: 'utf8',
    }).trim();
  const run = (): string => node('-p', 'require("./node_modules/one/index.js")');
  const runOwn = (): string => node('-p', 'require("./own.ts").value');
  /** The files that processes read. */
  const files = (): string[] => readdirSync(kept).filter((name) => /^known-\d+-\w+$/.test(name));
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

  it('is translated again where the way of translating has changed', () => {
    writeFileSync(own, 'export const value: string = "as written";');
    expect([runOwn(), runOwn()]).toEqual(['as written', 'as written']);
    const translating = readFileSync(preload, 'utf8');
    writeFileSync(
      preload,
      translating.replace(
        "format: 'cjs'",
        "format: 'cjs', footer: 'module.exports = { value: `another way` }'",
      ),
    );
    expect(runOwn()).toBe('another way');
    writeFileSync(preload, translating);
  });

  it.each([
    ['empty', () => 0],
    ['cut short', (size: number) => size - 1],
  ])('is compiled again where the file is %s, and kept again', (_what, sizeOf) => {
    for (const name of files()) truncateSync(join(kept, name), sizeOf(readFileSync(join(kept, name)).length));
    expect(runOwn()).toBe('as written');
    expect(files().map((name) => readFileSync(join(kept, name), 'latin1'))).toContainEqual(
      expect.stringContaining('as written'),
    );
  });

  it('is no longer kept where its source has changed', () => {
    writeFileSync(own, 'export const value: string = "another";');
    runOwn();
    const [now] = files().map((name) => readFileSync(join(kept, name), 'latin1'));
    expect(now).toContain('another');
    expect(now).not.toContain('as written');
  });

  it('is so in threads too, also of a process whose flags a thread may not be given', () => {
    const thread = 'process.stdout.write(require("./own.ts").value)';
    const start = `new (require("worker_threads").Worker)(${JSON.stringify(thread)}, { eval: true })`;
    expect(node('--max-semi-space-size=4', '-e', start)).toBe('another');
  });

  it('leaves nothing for good of processes that were killed while they wrote, or had other flags', () => {
    const [old, fresh] = ['known-1-2-unfinished-3-0', 'known-1-4-unfinished-5-0'];
    const [unused, used] = ['known-2', 'known-2-3'];
    for (const name of [old, fresh, unused, used]) writeFileSync(join(kept, name), '');
    for (const name of [old, unused]) utimesSync(join(kept, name), 0, 0);
    writeFileSync(inPackage, 'module.exports = "and once more";');
    expect(run()).toBe('and once more');
    expect(readdirSync(kept)).not.toEqual(expect.arrayContaining([old]));
    expect(readdirSync(kept)).not.toEqual(expect.arrayContaining([unused]));
    expect(readdirSync(kept)).toEqual(expect.arrayContaining([fresh, used]));
  });
});
