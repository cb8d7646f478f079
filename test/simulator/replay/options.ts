import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import { type FaultName, faultsToPutBack } from './cloud/put-back';
import { type InvariantName, invariants } from './judge/invariants';

export interface CommandOptions {
  readonly seed: number;
  /** How many seeds, from `seed` on. */
  readonly seeds: number;
  /** In which many simulations are played. */
  readonly processes: number;
  /** Runs that are asked for, by seed. Repeats come on top, refused ones are fewer runs. */
  readonly runs: number;
  readonly ignored: readonly InvariantName[];
  readonly putBack: readonly FaultName[];
  /** Whether no further simulation begins once one has violated something. */
  readonly isUntilViolated: boolean;
}

const isInvariant = (name: string): name is InvariantName => name in invariants;
const isFault = (name: string): name is FaultName => name in faultsToPutBack;

const oneOf = <T extends string>(table: object, isOne: (name: string) => name is T) =>
  z.string().transform((name, context) => {
    if (isOne(name)) return name;
    const message = `expected some of ${Object.keys(table).join(', ')}`;
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  });
export const invariantSchema = oneOf(invariants, isInvariant);
export const faultSchema = oneOf(faultsToPutBack, isFault);

const listOf = <T>(entry: z.ZodType<T, string>) =>
  z
    .string()
    .default('')
    .transform((text) => text.split(',').filter((name) => name !== ''))
    .pipe(z.array(entry));

const names = Object.keys(invariants);

export const usage = `npm run simulate -- [options]

  --seed N       which simulation (default 1)
  --seeds N      so many simulations, from that seed on, in several processes (default 1)
  --processes N  so many processes (default one for each processor)
  --runs N       runs that are asked for in each (default 500)
  --ignore A,B   invariants that are not judged (default none), of
                 ${names.slice(0, 9).join(', ')},
                 ${names.slice(9).join(', ')}
  --put-back A,B faults to put back, to see them found, of
                 ${Object.keys(faultsToPutBack).join(', ')}
  --until-violated  begin no further simulation once one has violated something
  --help         show this

Everything that happens follows from the seed: the same command prints the same lines. One simulation prints a
line for each event. A simulation ends at the first violation, which is told with the events before it.`;

const whole = (fallback: number, least: number) =>
  z.coerce
    .number('expected a whole number')
    .int('expected a whole number')
    .min(least, `expected at least ${least}`)
    .default(fallback);

const optionsSchema = z.object({
  seed: whole(1, 0),
  seeds: whole(1, 1),
  processes: whole(availableParallelism(), 1),
  runs: whole(500, 1),
  ignore: listOf(invariantSchema),
  'put-back': listOf(faultSchema),
  'until-violated': z.boolean(),
});

/** What the command line asks for; 'help' where that is asked for. Throws an Error that says what is wrong. */
export function readOptions(args: readonly string[]): CommandOptions | 'help' {
  const text = { type: 'string' } as const;
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: text,
      seeds: text,
      processes: text,
      runs: text,
      ignore: text,
      'put-back': text,
      'until-violated': { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const parsed = optionsSchema.safeParse(values);
  if (!parsed.success) {
    const problems = parsed.error.issues.map(({ path, message }) => `--${String(path[0])}: ${message}`);
    throw new Error(problems.join('; '));
  }
  const { ignore, 'put-back': putBack, 'until-violated': isUntilViolated, ...rest } = parsed.data;
  return { ...rest, ignored: ignore, putBack, isUntilViolated };
}
