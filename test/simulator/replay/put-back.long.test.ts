// In short: ./replay.test.ts
import { join } from 'node:path';
import { runSimulator } from '../run-simulator';
import type { faultsToPutBack } from './cloud/put-back';

const main = join(__dirname, 'main.ts');

/** How many seeds find each, at most. One that is rare takes more. */
const seeds: Readonly<Record<keyof typeof faultsToPutBack, number>> = {
  'recorded-at': 2,
  'early-drop': 4,
  'ledger-alone': 4,
  'cached-keys': 4,
  'late-withdrawal': 48,
  'late-admission': 20,
  'believed-silence': 4,
  'lost-events': 2,
  'ended-unbegun': 4,
  'unclaimed-hand-over': 4,
};

it.each(Object.entries(seeds))(
  'the simulator finds the fault %s, put back, within %i seeds',
  async (fault, most) => {
    const { code, output } = await runSimulator(
      main,
      ...['--seeds', String(most), '--until-violated', '--put-back', fault],
    );
    expect(output).toContain('VIOLATED');
    expect(code).toBe(1);
  },
  1_200_000,
);
