import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type InvariantName, invariants, knownToBreak } from './judge/invariants';

export interface CommandOptions {
  readonly seed: number;
  /** How many seeds, from `seed` on. */
  readonly seeds: number;
  /** Runs that are asked for, by seed. Repeats come on top, refused ones are fewer runs. */
  readonly runs: number;
  readonly ignored: readonly InvariantName[];
}

const names = Object.keys(invariants);

export const usage = `npm run simulate -- [options]

  --seed N       which simulation (default 1)
  --seeds N      so many simulations, from that seed on, in several processes (default 1)
  --runs N       runs that are asked for in each (default 500)
  --ignore A,B   invariants that are not judged (default ${knownToBreak.join(',') || 'none'}), of
                 ${names.slice(0, 9).join(', ')},
                 ${names.slice(9).join(', ')}
  --help         show this

Everything that happens follows from the seed: the same command prints the same lines. One simulation prints a
line for each event. A simulation ends at the first violation, which is told with the events before it.`;

const whole = (fallback: number, least: number) =>
  z.coerce
    .number('expected a whole number')
    .int('expected a whole number')
    .min(least, `expected at least ${least}`)
    .default(fallback);

const isInvariant = (name: string): name is InvariantName => name in invariants;

const optionsSchema = z.object({
  seed: whole(1, 0),
  seeds: whole(1, 1),
  runs: whole(500, 1),
  ignore: z
    .string()
    .default(knownToBreak.join(','))
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .refine((given) => given.every(isInvariant), `expected some of ${names.join(', ')}`)
    .transform((given) => given.filter(isInvariant)),
});

/** What the command line asks for; 'help' where that is asked for. Throws an Error that says what is wrong. */
export function readOptions(args: readonly string[]): CommandOptions | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text,
      seeds: text,
      runs: text,
      ignore: text,
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `--${path.join('.')}: ${message}`);
    throw new Error(problems.join('; '));
  }
  const { ignore, ...rest } = parsed.data;
  return { ...rest, ignored: ignore };
}
