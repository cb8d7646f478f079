import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compilingOnce, newDirectory, removeDirectory, startInVain } from '../support/server-process';
import {
  damages,
  endsWherePortIsTaken,
  endsWithDamage,
  endsWithSetting,
  portSettings,
  wrongSettings,
} from './support/starting';

describe('Starting', () => {
  it.each(portSettings)('with %s taken says which port, and ends with 1', (name) =>
    endsWherePortIsTaken(name),
  );

  it.each(wrongSettings)('with %s=%s says what is expected, and ends with 1', (name, value, message) =>
    endsWithSetting(name, value, message),
  );

  describe('with a definition that is missing or wrong names file and field, and ends with 1', () => {
    it.each(damages)('%s', (_what, damage, named) => endsWithDamage(damage, named));
  });

  it('with a thread of its functions that crashes says why, and ends with 1', async () => {
    const dataDirectory = newDirectory();
    const preloaded = join(dataDirectory, 'crash.js');
    // The threads of functions are those without data.
    writeFileSync(
      preloaded,
      `const { isMainThread, parentPort, workerData } = require('node:worker_threads');
      if (!isMainThread && !workerData)
        parentPort.once('message', () => process.nextTick(() => { throw new Error('This thread crashes'); }));`,
    );
    const environment = { NODE_OPTIONS: `${compilingOnce} --require "${preloaded}"` };
    const { code, output } = await startInVain({ dataDirectory, environment });
    removeDirectory(dataDirectory);
    expect(output).toContain('This thread crashes');
    expect(code).toBe(1);
  });
});
