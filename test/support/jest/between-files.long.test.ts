// In short: ./compile-once.test.ts
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newDirectory, removeDirectory } from '../server-process';

const root = join(__dirname, '../../..');
const ofAll = JSON.stringify(join(root, 'shared/errors'));

/** By name. The larger one is first, and all are in one process. */
const files: Readonly<Record<string, string>> = {
  'changing.test.js': `
    globalThis.atFirst = { fetch, ofAll: require(${ofAll}) };
    it('changes what is of all files', () => {
      globalThis.fetch = () => 'of this file';
      process.exit = () => undefined;
      process.env.OF_THIS_FILE = 'yes';
      process.on('SIGHUP', () => undefined).on('unhandledRejection', () => undefined);
      jest.spyOn(Date.prototype, 'getTimezoneOffset').mockReturnValue(99);
      jest.setTimeout(1);
    }); // ${'.'.repeat(4_000)}`,
  'after.test.js': `
    it('has what there was at first, within the time that is usual', async () => {
      expect(globalThis.fetch).toBe(globalThis.atFirst.fetch);
      expect(String(process.exit)).not.toBe('() => undefined');
      expect(process.env.OF_THIS_FILE).toBeUndefined();
      expect(process.listeners('SIGHUP')).toEqual([]);
      expect(process.listeners('unhandledRejection').map(String)).not.toContain('() => undefined');
      expect(new Date().getTimezoneOffset()).not.toBe(99);
      await new Promise((resolve) => setTimeout(resolve, 50));
    });
    it('has the modules of the file before', () => {
      expect(require(${ofAll})).toBe(globalThis.atFirst.ofAll);
    }); // ${'.'.repeat(1_000)}`,
  'mocking.test.js': `
    it('has another in a module’s place', () => {
      jest.doMock(${ofAll}, () => 'another');
      expect(require(${ofAll})).toBe('another');
    });`,
  'supported.test.js': `
    it('is told where a module of all files would be replaced', () => {
      expect(() => require('./support')).toThrow('only a test file itself can replace it');
    });`,
  'support.js': `jest.doMock(${ofAll}, () => 'another');`,
};

describe('Files of tests that a process runs one after the other', () => {
  const directory = newDirectory();
  afterAll(() => removeDirectory(directory));

  it('share modules, and see nothing else of each other', () => {
    for (const [name, text] of Object.entries(files)) writeFileSync(join(directory, name), text);
    const own = (name: string) => join(__dirname, name);
    const config = {
      rootDir: directory,
      cacheDirectory: join(directory, 'cache'),
      testEnvironment: own('environment.js'),
      runtime: own('runtime.js'),
      transform: {},
    };
    const jest = join(root, 'node_modules/jest/bin/jest.js');
    const args = ['--require', own('../compile-once.js'), jest, '--runInBand', '--json', '--silent'];
    const told = execFileSync(process.execPath, [...args, '--config', JSON.stringify(config)], {
      cwd: root,
      encoding: 'utf8',
    });
    expect(JSON.parse(told)).toMatchObject({ numPassedTests: 5, numFailedTestSuites: 0 });
  });
});
