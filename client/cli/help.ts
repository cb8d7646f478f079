import type { OptionSpecs } from './arguments/options';
import { exitCodesHelp } from './exit-codes';
import type { Surroundings } from './surroundings';
import { commonOptions, type Word } from './word';

/** What there is, for `--help`. */
export function helpOfAll(words: readonly Word[], { program, addition }: Surroundings): string {
  const uses = words.map(({ name, takes, about }) => [[name, ...takes].join(' '), about] as const);
  return [
    `${program} WORD [options]`,
    columnsOf(uses),
    `Options of all words\n${columnsOf(optionUses({ ...addition?.options, ...commonOptions }))}`,
    ...(addition === undefined ? [] : [addition.help]),
    exitCodesHelp,
    `Colours: NO_COLOR, FORCE_COLOR. More of a word: ${program} WORD --help`,
  ].join('\n\n');
}

export function helpOfWord(word: Word, { program, addition }: Surroundings): string {
  const own = Object.keys(word.options).length === 0 ? [] : [columnsOf(optionUses(word.options))];
  return [
    `${[program, word.name, ...word.takes].join(' ')} [options]\n\n  ${sentence(word.about)}`,
    ...(word.notes === undefined ? [] : [word.notes.replace(/^/gm, '  ')]),
    ...own,
    columnsOf(optionUses({ ...addition?.options, ...commonOptions })),
  ].join('\n\n');
}

const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const optionUses = (options: OptionSpecs): readonly (readonly [string, string])[] =>
  Object.entries(options).map(([name, { value, about }]) => [
    `--${name}${value === undefined ? '' : ` ${value}`}`,
    about,
  ]);

function columnsOf(lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([left]) => left.length));
  return lines.map(([left, right]) => `  ${left.padEnd(width)}  ${right}`).join('\n');
}
