import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { lockFolder } from '../../store/disk/lock-folder';
import { newFolder, spawnLocalBigQuery, startLocalBigQuery } from '../support/local-bigquery';

const folder = newFolder();
afterAll(() => rmSync(folder, { recursive: true }));

describe('the lock of a data folder, taken from another process', () => {
  it('of a process that was killed a moment ago is taken over at once, though its parent knows nothing yet', async () => {
    for (let round = 0; round < 5; round += 1) {
      const holder = await startHolder(folder);
      expect(() => lockFolder(folder)).toThrow(`in use by process ${holder.pid}.`);
      // This thread does not give way in between, so that the process cannot be cleared away.
      holder.kill('SIGKILL');
      lockFolder(folder)();
      await once(holder, 'exit');
    }
  });
});

/** A process that holds the folder until it ends. */
async function startHolder(path: string): Promise<ChildProcess> {
  const lock = join(__dirname, '../../store/disk/lock-folder.ts');
  const script = `require(${JSON.stringify(lock)}).lockFolder(${JSON.stringify(path)}); console.log(); setInterval(() => {}, 1000)`;
  const holder = spawn(process.execPath, ['--require', 'tsx/cjs', '--eval', script]);
  await Promise.race([once(holder.stdout, 'data'), once(holder, 'exit')]);
  return holder;
}

it('A server starts the moment after the one before was killed', async () => {
  const data = newFolder();
  try {
    for (let round = 1; round <= 3; round += 1) {
      const before = await spawnLocalBigQuery(data);
      await before.client.createDataset(`ds${round}`);
      const killed = before.kill();
      const after = await startLocalBigQuery({ folder: data });
      const [datasets] = await after.client.getDatasets();
      expect(datasets.map(({ id }) => id)).toContain(`ds${round}`);
      await after.stop();
      await killed;
    }
  } finally {
    rmSync(data, { recursive: true });
  }
});
