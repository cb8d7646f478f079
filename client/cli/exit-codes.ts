/** How a command ends, for scripts. `--help` tells them. */
export const exitCodes = {
  done: 0,
  /** The run, or one of the runs, did not complete, or was not done at all. */
  notCompleted: 1,
  wrongUse: 2,
  refused: 3,
  noAnswer: 4,
  /** What was waited for with --wait was not over in time. */
  notOver: 5,
  /** A backfill or another operation is paused, by itself or by somebody: it goes on once it is resumed. */
  paused: 6,
  /** An error of the program itself, as in sysexits.h. */
  internal: 70,
  /** By Ctrl-C, as shells have it. */
  interrupted: 130,
} as const;

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes];

export const exitCodesHelp = `Exit codes
  0  it is done; a run that was waited for has completed
  1  a run ended otherwise: it failed or was cancelled; of a backfill, one failed or was left out
  2  wrong use: an unknown word, option, pipeline or parameter
  3  the interface refused: its message says why
  4  no answer: nothing listens there, or it cannot answer just now
  5  --wait was over before the run
  6  a backfill or another operation is paused: its message says why
  70  an error of the command itself
  130  stopped by Ctrl-C`;

/** Ends the command with a message for whoever gave it. */
export class CommandError extends Error {
  override readonly name = 'CommandError';
  readonly exitCode: ExitCode;

  constructor(exitCode: ExitCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.exitCode = exitCode;
  }
}

/** @param message what was given and what is expected */
export const wrongUse = (message: string): CommandError => new CommandError(exitCodes.wrongUse, message);
