import { join } from 'node:path';
import { runSimulator } from '../run-simulator';

const main = join(__dirname, 'main.ts');

// The simulation that replays is played here in its place: what this one plays takes long.
it('says what is wrong with an option', async () => {
  const { code, errors } = await runSimulator(main, '--fault-rate', '2');
  expect({ code, errors }).toEqual({ code: 1, errors: '--fault-rate: expected 0 to 1\n' });
});
