import { ApiProblem } from '../problem';
import { nearestName } from './arguments/nearest';
import { connectTo, noAnswer } from './connection';
import { CommandError, type ExitCode, exitCodes, wrongUse } from './exit-codes';
import { helpOfAll, helpOfWord } from './help';
import { plainText } from './output/formats';
import { createTerminal, type Terminal } from './output/terminal';
import type { Surroundings } from './surroundings';
import type { Word } from './word';
import { cancelWord } from './words/cancel';
import { followWord } from './words/follow';
import { listWord } from './words/list';
import { logsWord } from './words/logs';
import { pipelinesWord } from './words/pipelines';
import { planWord } from './words/plan';
import { runWord } from './words/run';
import { showWord } from './words/show';

/** In the order of their use. */
export const words: readonly Word[] = [
  runWord,
  planWord,
  listWord,
  showWord,
  followWord,
  logsWord,
  cancelWord,
  pipelinesWord,
];

/** Does what a command line asks for. It never rejects: what went wrong is said, and the exit code tells. */
export async function runCommandLine(args: readonly string[], surroundings: Surroundings): Promise<ExitCode> {
  const terminal = createTerminal(surroundings.stdout, surroundings.stderr, surroundings.environment);
  try {
    return await act(args, surroundings, terminal);
  } catch (error) {
    return tellFailure(error, surroundings, terminal);
  }
}

async function act(
  args: readonly string[],
  surroundings: Surroundings,
  terminal: Terminal,
): Promise<ExitCode> {
  const [first] = args;
  if (first === '--help' || first === '-h' || first === 'help') {
    terminal.say(helpOfAll(words, surroundings));
    return exitCodes.done;
  }
  const word = findWord(args, surroundings.program);
  const command = word.read(args.slice(word.name.split(' ').length), surroundings.addition?.options ?? {});
  if (command === undefined) {
    terminal.say(helpOfWord(word, surroundings));
    return exitCodes.done;
  }
  const { given } = command;
  return command.act({
    isJson: given.isGiven('json'),
    terminal,
    surroundings,
    connect: () => connectTo(given, surroundings, terminal),
  });
}

/** The word that stands first. @throws CommandError that lists all */
function findWord([first, second]: readonly string[], program: string): Word {
  const found =
    words.find(({ name }) => name === `${first} ${second}`) ?? words.find(({ name }) => name === first);
  if (found !== undefined) return found;
  const names = words.map(({ name }) => name);
  const meant = first === undefined ? undefined : nearestName(first, names);
  const given = first === undefined ? 'Given nothing' : `Unknown word '${first}'`;
  const hint = meant === undefined ? '.' : `, did you mean ${meant}?`;
  throw wrongUse(`${given}${hint} Expected: ${names.join(', ')} (${program} --help)`);
}

function tellFailure(error: unknown, { interrupted }: Surroundings, { note, paint }: Terminal): ExitCode {
  if (interrupted.aborted && error === interrupted.reason) {
    note('Stopped.');
    return exitCodes.interrupted;
  }
  const told = error instanceof TypeError && error.message === 'fetch failed' ? noAnswer(error) : error;
  const say = (message: string) => note(`${paint('red', 'Error')} ${plainText(message)}`);
  if (told instanceof CommandError) {
    say(told.message);
    return told.exitCode;
  }
  if (told instanceof ApiProblem) {
    say(problemText(told));
    return told.status >= 500 ? exitCodes.noAnswer : exitCodes.refused;
  }
  say(told instanceof Error ? (told.stack ?? told.message) : String(told));
  return exitCodes.internal;
}

/** What the interface says of a call that it refused, field by field, and how to find it in the log. */
function problemText({ message, status, code, problem, requestId, retryAfterSeconds }: ApiProblem): string {
  const fields = (problem.errors ?? []).filter((each) => !message.includes(each.message));
  const again = retryAfterSeconds === undefined ? '' : `, again in ${retryAfterSeconds} s`;
  const request = requestId === undefined ? '' : `, request ${requestId}`;
  return [
    message,
    ...fields.map((each) => `  ${each.field}: ${each.message}`),
    `  (${status} ${code}${again}${request})`,
  ].join('\n');
}
