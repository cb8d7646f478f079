import { parseArgs } from 'node:util';
import { z } from 'zod';

export interface SimulatorOptions {
  readonly seed: number;
  /** Runs that are asked for. Repeats and wrong requests come on top, refused ones are fewer runs. */
  readonly runs: number;
  readonly tenants: number;
  /** Of each function. */
  readonly instances: number;
  /** The share of calls to BigQuery and Pub/Sub that go wrong. */
  readonly faultRate: number;
  /** The share of an instance's calls at which the instance dies. */
  readonly deathRate: number;
}

export const usage = `npm run simulate:sockets -- [options]

  --seed N        which simulation (default 1)
  --runs N        runs that are asked for (default 1000)
  --tenants N     (default 20)
  --instances N   instances of each function (default 4)
  --fault-rate R  share of calls to BigQuery and Pub/Sub that go wrong (default 0.05)
  --death-rate R  share of an instance's calls at which it dies (default 0.005)
  --help          show this

The workload, the run ids, and what goes wrong with each call follow from the seed. When things happen does
not: instances talk over real sockets, and how requests meet (which share a statement, which come first)
differs from one time to the next.`;

const whole = (fallback: number, least: number) =>
  z.coerce
    .number('expected a whole number')
    .int('expected a whole number')
    .min(least, `expected at least ${least}`)
    .default(fallback);
const share = (fallback: number) =>
  z.coerce.number('expected 0 to 1').min(0, 'expected 0 to 1').max(1, 'expected 0 to 1').default(fallback);

const optionsSchema = z.object({
  seed: whole(1, 0),
  runs: whole(1000, 1),
  tenants: whole(20, 1),
  instances: whole(4, 1),
  'fault-rate': share(0.05),
  'death-rate': share(0.005),
});

/**
 * What the command line asks for; 'help' where that is asked for. Throws an Error that says what is wrong.
 */
export function readOptions(args: readonly string[]): SimulatorOptions | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text,
      runs: text,
      tenants: text,
      instances: text,
      'fault-rate': text,
      'death-rate': text,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) {
    throw new Error(
      parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`).join('; '),
    );
  }
  const { 'fault-rate': faultRate, 'death-rate': deathRate, ...rest } = parsed.data;
  return { ...rest, faultRate, deathRate };
}
