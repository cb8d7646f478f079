import { parseArgs } from 'node:util';
import { wrongUse } from '../exit-codes';
import { nearestName } from './nearest';

export interface OptionSpec {
  readonly kind: 'flag' | 'text' | 'texts';
  /** What stands behind it in help, such as NAME=VALUE; none of a flag. */
  readonly value?: string;
  readonly about: string;
}

export type OptionSpecs = Readonly<Record<string, OptionSpec>>;

/** The options that were given, by their names without dashes. */
export interface GivenOptions<Name extends string> {
  readonly isGiven: (name: Name) => boolean;
  /** Undefined where it was not given. Of several the last. */
  readonly text: (name: Name) => string | undefined;
  readonly texts: (name: Name) => readonly string[];
  /** A whole number. @throws CommandError where it is none, or out of bounds */
  readonly number: (
    name: Name,
    bounds: { readonly least: number; readonly most: number },
  ) => number | undefined;
}

export interface ReadArguments {
  readonly positionals: readonly string[];
  readonly given: GivenOptions<string>;
}

/** @throws CommandError that says what was given and what is expected */
export function readOptions(args: readonly string[], specs: OptionSpecs): ReadArguments {
  const options = Object.fromEntries(
    Object.entries(specs).map(([name, { kind }]) => [
      name,
      { type: kind === 'flag' ? ('boolean' as const) : ('string' as const), multiple: true },
    ]),
  );
  const { tokens } = parseArgs({
    args: [...args],
    options,
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  const positionals: string[] = [];
  const values = new Map<string, string[]>();
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const value = givenText(token, specs);
    values.set(token.name, [...(values.get(token.name) ?? []), value]);
  }
  return { positionals, given: givenOptions(values) };
}

interface OptionToken {
  readonly name: string;
  readonly rawName: string;
  readonly value?: string | undefined;
  readonly inlineValue?: boolean | undefined;
}

/** The text that was given with an option; '' for a flag. */
function givenText({ name, rawName, value, inlineValue }: OptionToken, specs: OptionSpecs): string {
  const spec = Object.hasOwn(specs, name) ? specs[name] : undefined;
  if (spec === undefined || rawName !== `--${name}`) throw unknownOption(rawName, Object.keys(specs));
  if (spec.kind === 'flag') {
    if (inlineValue) throw wrongUse(`${rawName}: takes no value, given '${value}'`);
    return '';
  }
  const expected = `${rawName}: expected ${spec.value ?? 'a value'}`;
  if (value === undefined) throw wrongUse(`${expected}, given nothing`);
  // Most likely the value was forgotten.
  if (!inlineValue && value.startsWith('-') && value.length > 1) {
    throw wrongUse(`${expected}, given '${value}' (what begins with - is written ${rawName}=${value})`);
  }
  return value;
}

function unknownOption(rawName: string, names: readonly string[]): Error {
  const meant = nearestName(rawName.replace(/^-+/, ''), names);
  const hint = meant === undefined ? '.' : `, did you mean --${meant}?`;
  return wrongUse(
    `Unknown option '${rawName}'${hint} Expected: ${names.map((each) => `--${each}`).join(', ')}`,
  );
}

function givenOptions(values: ReadonlyMap<string, readonly string[]>): GivenOptions<string> {
  const text = (name: string) => values.get(name)?.at(-1);
  return {
    isGiven: (name) => values.has(name),
    text,
    texts: (name) => values.get(name) ?? [],
    number: (name, { least, most }) => {
      const given = text(name);
      if (given === undefined) return undefined;
      const number = Number(given);
      if (!/^\d{1,9}$/.test(given) || number < least || number > most) {
        throw wrongUse(`--${name}: expected a whole number from ${least} to ${most}, given '${given}'`);
      }
      return number;
    },
  };
}

/** One of a list of names, in capitals or not. @throws CommandError where it is none of them */
export function nameOf<Choice extends string>(
  option: string,
  given: string | undefined,
  choices: readonly Choice[],
): Choice | undefined {
  if (given === undefined) return undefined;
  const found = choices.find((choice) => choice.toLowerCase() === given.toLowerCase());
  if (found === undefined) {
    throw wrongUse(`--${option}: expected one of ${choices.join(', ')}, given '${given}'`);
  }
  return found;
}
