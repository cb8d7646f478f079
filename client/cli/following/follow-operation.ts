import type { Operation } from '../../api';
import type { FollowOptions, OperationPlace } from '../../operations';
import { type ExitCode, exitCodes } from '../exit-codes';
import { plainText } from '../output/formats';
import type { Colour, Terminal } from '../output/terminal';
import type { Connection } from '../surroundings';
import type { Task } from '../word';
import { commandsFor, untilOver, type waitOptions } from './follow-to-end';

/** Its id says that it is an operation, not a run. */
export const isOperationId = (id: string): boolean => id.startsWith('op_');

/** How to go on with it, to be copied as it is. */
export const operationNext = (id: string, task: Task): string =>
  commandsFor(id, ['follow', 'pause', 'cancel'], task);

/**
 * Says how far an operation is, until it has ended or is paused, the time of --wait is over, or Ctrl-C.
 *
 * @param options unseenMs: 0 where it was not just started, so that an id that is wrong is told at once
 */
export function followOperationToEnd(
  operation: OperationPlace,
  task: Task<keyof typeof waitOptions>,
  { client }: Connection,
  options: Pick<FollowOptions, 'unseenMs'> = {},
): Promise<ExitCode> {
  const { terminal, isJson } = task;
  const id = operation.operation_id;
  const next = operationNext(id, task);
  return untilOver({ what: `Operation ${id}`, next }, task, async (signal) => {
    let last: Operation | undefined;
    try {
      for await (const seen of client.followOperation(operation, { ...options, signal })) {
        last = seen;
        if (isJson) terminal.jsonLine(seen);
        // It says how far it is below, and why.
        if (seen.state === 'paused') break;
        if (isJson) continue;
        if (terminal.isLive) terminal.status(progressOf(seen));
        else if (seen.ended_at === null) terminal.say(`  ${progressOf(seen)}`);
      }
    } finally {
      terminal.status(undefined);
    }
    if (last === undefined) throw new Error(`Operation ${id} was not seen at its end`);
    if (!isJson) sayOperation(last, terminal);
    if (last.state !== 'paused') return hasDoneAll(last) ? exitCodes.done : exitCodes.notCompleted;
    const again = commandsFor(id, ['resume', 'follow', 'cancel'], task);
    terminal.note(`Operation ${id} is paused, and begins nothing more until it is resumed.\n${again}`);
    return exitCodes.paused;
  });
}

/** A run that a cancellation skips had ended by itself; one that was to be done and is skipped was not done. */
const hasDoneAll = ({ kind, state, failed, skipped }: Operation): boolean =>
  state === 'done' && failed === 0 && (skipped === 0 || kind === 'bulk-cancel');

const stateColours: Readonly<Record<Operation['state'], Colour>> = {
  waiting: 'dim',
  running: 'cyan',
  paused: 'yellow',
  done: 'green',
  failed: 'red',
  aborted: 'yellow',
};

/** running: 12 of 365 done, 1 skipped, 2 failed */
export function progressOf({ state, total, done, skipped, failed }: Operation): string {
  const more = [...(skipped > 0 ? [`${skipped} skipped`] : []), ...(failed > 0 ? [`${failed} failed`] : [])];
  return `${state}: ${[total === null ? `${done} done` : `${done} of ${total} done`, ...more].join(', ')}`;
}

export function sayOperation(operation: Operation, { say, paint }: Terminal): void {
  say(progressOf(operation).replace(operation.state, (state) => paint(stateColours[operation.state], state)));
  for (const { item_id, message } of operation.problems) {
    // What is of no item is why all of it is as it is.
    const [colour, what] =
      item_id === null && operation.state === 'paused'
        ? (['yellow', 'paused'] as const)
        : (['red', 'failed'] as const);
    say(`  ${paint(colour, what.padEnd(9))} ${item_id === null ? '' : `${item_id}: `}${plainText(message)}`);
  }
}
