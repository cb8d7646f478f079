import type { Run } from '../../api';
import type { GivenOptions, OptionSpecs } from '../arguments/options';
import { type ExitCode, exitCodes, wrongUse } from '../exit-codes';
import { showProgress } from '../output/progress';
import { endLine } from '../output/run-lines';
import type { Connection } from '../surroundings';
import type { Task } from '../word';
import { rowsOf, type rowsOptions, sayMadeTables } from './made-tables';

export const waitOptions = {
  wait: {
    kind: 'text',
    value: 'SECONDS',
    about: 'waits for its end at most so long; the exit code is 5 where that is not enough',
  },
} as const satisfies OptionSpecs;

const longestWaitSeconds = 30 * 24 * 3600;

const waitSecondsOf = (given: GivenOptions<keyof typeof waitOptions>): number | undefined =>
  given.number('wait', { least: 1, most: longestWaitSeconds });

/** Called before anything is started: what is wrong with the waiting must not be told afterwards. @throws CommandError */
export function checkWaiting(given: GivenOptions<keyof typeof waitOptions | 'no-wait'>): void {
  if (given.isGiven('no-wait') && given.isGiven('wait')) {
    throw wrongUse('Expected --no-wait or --wait SECONDS, given both');
  }
  waitSecondsOf(given);
}

/** Says how a run goes, until it is over, the time of --wait is, or Ctrl-C. */
export async function followToEnd(
  runId: string,
  task: Task<keyof typeof waitOptions | keyof typeof rowsOptions>,
  { client, rows: usualRows = 0 }: Connection,
): Promise<ExitCode> {
  const { terminal, surroundings, given } = task;
  const { now } = surroundings;
  const rows = rowsOf(given) ?? usualRows;
  return untilOver(runGoingOn(runId, task), task, async (signal) => {
    const end = await showProgress(runId, { client, terminal, signal, now });
    terminal.say(endLine(end, terminal.paint));
    if (end.status === 'COMPLETED') await sayMadeTables(runId, rows, client, terminal);
    return exitCodeOf(end.status);
  });
}

/** The run with its steps and checks as JSON, when it is over or the time of --wait is. */
export function printAtEnd(
  runId: string,
  task: Task<keyof typeof waitOptions>,
  { client }: Connection,
): Promise<ExitCode> {
  const show = () => client.call('showRun', { path: { run_id: runId } });
  return untilOver(
    runGoingOn(runId, task),
    task,
    async (signal) => {
      const run = await client.waitForRun(runId, { signal });
      task.terminal.json(run);
      return exitCodeOf(run.status);
    },
    async () => task.terminal.json(await show()),
  );
}

const exitCodeOf = (status: Run['status']): ExitCode =>
  status === 'COMPLETED' ? exitCodes.done : exitCodes.notCompleted;

/** What goes on when it is not watched any more. */
export interface GoingOn {
  readonly what: string;
  /** Commands that can be copied. */
  readonly next: string;
}

export const runGoingOn = (runId: string, task: Task): GoingOn => ({
  what: `Run ${runId}`,
  next: whatNext(runId, task),
});

/** @param late what else to say where the time of --wait is over */
export async function untilOver(
  { what, next }: GoingOn,
  task: Task<keyof typeof waitOptions>,
  follow: (signal: AbortSignal) => Promise<ExitCode>,
  late: () => Promise<void> = async () => undefined,
): Promise<ExitCode> {
  const { given, terminal, surroundings } = task;
  const { interrupted } = surroundings;
  const seconds = waitSecondsOf(given);
  const timeout = seconds === undefined ? undefined : AbortSignal.timeout(seconds * 1_000);
  try {
    return await follow(timeout === undefined ? interrupted : AbortSignal.any([interrupted, timeout]));
  } catch (error) {
    if (interrupted.aborted) {
      terminal.note(`Stopped watching. ${what} goes on.\n${next}`);
      return exitCodes.interrupted;
    }
    if (timeout?.aborted !== true) throw error;
    terminal.note(`${what} is not over after ${seconds} s, and goes on.\n${next}`);
    await late();
    return exitCodes.notOver;
  }
}

/** How to follow or cancel it, to be copied as it is. */
export const whatNext = (runId: string, task: Task): string => commandsFor(runId, ['follow', 'cancel'], task);

/** A line for each word, with the options that say where. A key is never in it. */
export function commandsFor(
  id: string,
  nextWords: readonly string[],
  { given, surroundings: { program } }: Task,
): string {
  const same = (['url', 'tenant'] as const).flatMap((name) => {
    const text = given.text(name);
    return text === undefined ? [] : [`--${name} ${text}`];
  });
  return nextWords.map((word) => `  ${[program, word, id, ...same].join(' ')}`).join('\n');
}
