import { type GivenOptions, type OptionSpecs, readOptions } from './arguments/options';
import { type ExitCode, wrongUse } from './exit-codes';
import type { Terminal } from './output/terminal';
import type { Connection, Surroundings } from './surroundings';

export const commonOptions = {
  url: {
    kind: 'text',
    value: 'URL',
    about: 'where the interface is, like https://api.example.com (or TENANT_PIPELINES_URL)',
  },
  key: {
    kind: 'text',
    value: 'KEY',
    about: "a tenant's API key; better in TENANT_PIPELINES_KEY, which no list of processes shows",
  },
  tenant: {
    kind: 'text',
    value: 'TENANT',
    about: "the tenant's id (or TENANT_PIPELINES_TENANT; default: the key's)",
  },
  json: { kind: 'flag', about: 'JSON, for scripts' },
  help: { kind: 'flag', about: 'this help' },
} as const satisfies OptionSpecs;

export type CommonOption = keyof typeof commonOptions;

/** A command that was given, and what it may use. */
export interface Task<Name extends string = never> {
  /** What stands in place of each of the word's `takes`. */
  readonly values: readonly string[];
  readonly given: GivenOptions<Name | CommonOption>;
  readonly isJson: boolean;
  readonly terminal: Terminal;
  readonly surroundings: Surroundings;
  /** @throws CommandError where it is not said with what */
  readonly connect: () => Promise<Connection>;
}

interface WordDefinition<Name extends string> {
  /** Several words that belong together have two: `schedules list`. */
  readonly name: string;
  /** What stands behind it: PIPELINE; what can be left out stands last, in brackets: [N]. */
  readonly takes: readonly string[];
  /** One line for the list of all words. */
  readonly about: string;
  /** More for its own help. */
  readonly notes?: string;
  readonly options: Readonly<Record<Name, OptionSpecs[string]>>;
  readonly act: (task: Task<Name>) => Promise<ExitCode>;
}

export interface Word {
  readonly name: string;
  readonly takes: readonly string[];
  readonly about: string;
  readonly notes: string | undefined;
  readonly options: OptionSpecs;
  /** Undefined where its help is asked for. @throws CommandError */
  readonly read: (args: readonly string[], more: OptionSpecs) => Command | undefined;
}

/** A word with what was given to it. */
export interface Command {
  readonly given: GivenOptions<string>;
  readonly act: (surroundings: Omit<Task<string>, 'values' | 'given'>) => Promise<ExitCode>;
}

/** @param definition its options may not be called as those that all words have */
export function defineWord<const Name extends string>({
  name,
  takes,
  about,
  notes,
  options,
  act,
}: WordDefinition<Name>): Word {
  return {
    name,
    takes,
    about,
    notes,
    options,
    read: (args, more) => {
      const { positionals, given } = readOptions(args, { ...options, ...more, ...commonOptions });
      if (given.isGiven('help')) return undefined;
      expectAll(name, takes, positionals);
      return { given, act: (rest) => act({ ...rest, values: positionals, given }) };
    },
  };
}

function expectAll(name: string, takes: readonly string[], given: readonly string[]): void {
  const least = takes.filter((each) => !each.startsWith('[')).length;
  if (given.length >= least && given.length <= takes.length) return;
  const expected = takes.length === 0 ? 'nothing but options' : takes.join(' ');
  throw wrongUse(`${name}: expected ${expected}, given ${given.length === 0 ? 'nothing' : given.join(' ')}`);
}
