import { ApiProblem } from '../problem';
import { nearestName } from './arguments/nearest';
import { connectTo, noAnswer } from './connection';
import { CommandError, type ExitCode, exitCodes, wrongUse } from './exit-codes';
import { helpOfAll, helpOfWord } from './help';
import { plainText } from './output/formats';
import { createTerminal, type Terminal } from './output/terminal';
import type { Surroundings } from './surroundings';
import type { Word } from './word';
import { backfillWord } from './words/backfill';
import { bulkCancelWord, bulkRerunWord } from './words/bulk';
import { cancelWord } from './words/cancel';
import { followWord } from './words/follow';
import { listWord } from './words/list';
import { logsWord } from './words/logs';
import { pauseWord, resumeWord } from './words/operation-words';
import { pipelinesWord } from './words/pipelines';
import { planWord } from './words/plan';
import { rerunWord } from './words/rerun';
import { resultsWord } from './words/results';
import { runWord } from './words/run';
import { deleteScheduleWord, pauseScheduleWord, resumeScheduleWord } from './words/schedules/change';
import { changeScheduleWord, createScheduleWord } from './words/schedules/make';
import { listSchedulesWord, scheduleHistoryWord, showScheduleWord } from './words/schedules/read';
import { showWord } from './words/show';

/** In the order of their use. */
export const words: readonly Word[] = [
  runWord,
  planWord,
  listWord,
  showWord,
  followWord,
  logsWord,
  resultsWord,
  cancelWord,
  rerunWord,
  bulkRerunWord,
  bulkCancelWord,
  backfillWord,
  pauseWord,
  resumeWord,
  listSchedulesWord,
  showScheduleWord,
  createScheduleWord,
  changeScheduleWord,
  pauseScheduleWord,
  resumeScheduleWord,
  deleteScheduleWord,
  scheduleHistoryWord,
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
  const { word, rest } = findWord(args, surroundings.program);
  const command = word.read(rest, surroundings.addition?.options ?? {});
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

/** The word that stands first, and what is behind it. @throws CommandError that lists all */
function findWord(
  args: readonly string[],
  program: string,
): { readonly word: Word; readonly rest: readonly string[] } {
  const [first, second] = args;
  const ofGroup = words.filter(({ name }) => name.startsWith(`${first} `));
  // A group alone lists what it is about.
  const isAlone = ofGroup.length > 0 && (second === undefined || second.startsWith('-'));
  const given = ofGroup.length === 0 ? first : `${first} ${isAlone ? 'list' : second}`;
  const word = words.find(({ name }) => name === given);
  if (word !== undefined) return { word, rest: args.slice(ofGroup.length === 0 || isAlone ? 1 : 2) };
  const names = (ofGroup.length === 0 ? words : ofGroup).map(({ name }) => name);
  // In a group only what stands second can be misspelt.
  const common = ofGroup.length === 0 ? '' : `${first} `;
  const ends = names.map((name) => name.slice(common.length));
  const meant = given === undefined ? undefined : nearestName(given.slice(common.length), ends);
  const told = given === undefined ? 'Given nothing' : `Unknown word '${given}'`;
  const hint = meant === undefined ? '.' : `, did you mean ${common}${meant}?`;
  throw wrongUse(`${told}${hint} Expected: ${names.join(', ')} (${program} --help)`);
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
    ...(code === 'insufficient_scope'
      ? ['  A key that has it is made by an admin, or with a key that has it.']
      : []),
    `  (${status} ${code}${again}${request})`,
  ].join('\n');
}
