import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../../store/disk/lock-folder';
import { newFolder } from '../support/local-bigquery';

const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true }));

describe('the lock of a data folder', () => {
  it('is held until it is given back', () => {
    const unlock = lockFolder(folder);
    expect(() => lockFolder(folder)).toThrow(
      `The data folder ${folder} is in use by process ${process.pid}.`,
    );
    unlock();
    expect(existsSync(join(folder, 'lock'))).toBe(false);
    lockFolder(folder)();
  });

  it.each([
    ['a process that is gone', '{"pid":4194000,"started":""}'],
    ['another process that was given the same number later', '{"pid":1,"started":"long ago"}'],
    ['this process’ number in a former life', `{"pid":${process.pid},"started":"long ago"}`],
    ['nobody that can be told', 'rubbish'],
  ])('of %s is taken over', (_, owner) => {
    writeFileSync(join(folder, 'lock'), owner);
    const unlock = lockFolder(folder);
    expect(readdirSync(folder)).toEqual(['lock']);
    unlock();
  });
});
