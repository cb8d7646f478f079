import { randomUUID } from 'node:crypto';
import type { Operation } from '../../api';
import { type GivenOptions, nameOf, type OptionSpecs } from '../arguments/options';
import { type ExitCode, exitCodes, wrongUse } from '../exit-codes';
import { followOperationToEnd, operationNext } from '../following/follow-operation';
import { checkWaiting, waitOptions } from '../following/follow-to-end';
import type { Connection } from '../surroundings';
import { defineWord, type Task } from '../word';

/** Which runs, as for the list of runs, and what is done once the operation has begun. */
const filterOptions = {
  pipeline: { kind: 'text', value: 'PIPELINE', about: 'runs of this pipeline only' },
  from: { kind: 'text', value: 'TIME', about: 'admitted then or later: 2026-11-30 or an RFC 3339 time' },
  to: { kind: 'text', value: 'TIME', about: 'admitted before then' },
  all: { kind: 'flag', about: 'all of them: in place of a filter' },
  reason: { kind: 'text', value: 'TEXT', about: 'for people' },
  'no-wait': { kind: 'flag', about: 'only starts it' },
  ...waitOptions,
} as const satisfies OptionSpecs;

type FilterName = keyof typeof filterOptions | 'status';

/** @throws CommandError where neither a filter nor --all is given, or both: it would be about other runs than are meant */
function filterOf<Status extends string>(given: GivenOptions<FilterName>, statuses: readonly Status[]) {
  const filter = {
    status: nameOf('status', given.text('status'), statuses),
    pipeline: given.text('pipeline'),
    from: given.text('from'),
    to: given.text('to'),
  };
  const isNarrowed = Object.values(filter).some((value) => value !== undefined);
  if (isNarrowed === given.isGiven('all')) {
    throw wrongUse(
      `Expected --status, --pipeline, --from or --to, or else --all, given ${isNarrowed ? 'both' : 'neither'}`,
    );
  }
  return { ...filter, ...(given.isGiven('all') && { all: true as const }), reason: given.text('reason') };
}

async function followBegun(
  operation: Operation,
  what: string,
  task: Task<keyof typeof filterOptions>,
  connection: Connection,
): Promise<ExitCode> {
  const { terminal, isJson, given } = task;
  const id = operation.operation_id;
  if (given.isGiven('no-wait')) {
    if (isJson) terminal.json(operation);
    else terminal.say(`${what} by ${id}\n${operationNext(id, task)}`);
    return exitCodes.done;
  }
  if (!isJson) terminal.say(`${what} by ${terminal.paint('bold', id)}`);
  return followOperationToEnd(operation, task, connection);
}

const notes =
  'It can be paused, resumed, followed and cancelled by its id, op_…. With --json it is a line each time that it has moved.';

export const bulkRerunWord = defineWord({
  name: 'bulk-rerun',
  takes: [],
  about: 'does runs again that are over and match a filter, and follows that to its end',
  notes,
  options: {
    status: { kind: 'text', value: 'STATUS', about: 'COMPLETED, FAILED or CANCELLED' },
    'rerun-from': { kind: 'text', value: 'WHERE', about: 'start (default) or failed_step' },
    limit: { kind: 'text', value: 'N', about: 'how many run at once (default 5)' },
    'idempotency-key': { kind: 'text', value: 'KEY', about: 'the same operation has the same key' },
    ...filterOptions,
  },
  act: async (task) => {
    const { given } = task;
    checkWaiting(given);
    const body = {
      ...filterOf(given, ['COMPLETED', 'FAILED', 'CANCELLED'] as const),
      rerun_from: nameOf('rerun-from', given.text('rerun-from'), ['start', 'failed_step'] as const),
      limit: given.number('limit', { least: 1, most: 50 }),
    };
    const connection = await task.connect();
    const operation = await connection.client.call('bulkRerunTenantRuns', {
      path: { tenant: connection.tenant() },
      headers: { 'Idempotency-Key': given.text('idempotency-key') ?? randomUUID() },
      body,
    });
    return followBegun(operation, 'Runs are done again', task, connection);
  },
});

export const bulkCancelWord = defineWord({
  name: 'bulk-cancel',
  takes: [],
  about: 'cancels runs in flight that match a filter, and follows that to its end',
  notes,
  options: {
    status: { kind: 'text', value: 'STATUS', about: 'QUEUED or ADMITTED' },
    'dry-run': { kind: 'flag', about: 'only says how many match' },
    ...filterOptions,
  },
  act: async (task) => {
    const { given, terminal, isJson } = task;
    checkWaiting(given);
    const filter = filterOf(given, ['QUEUED', 'ADMITTED'] as const);
    const connection = await task.connect();
    const answer = await connection.client.call('bulkCancelTenantRuns', {
      path: { tenant: connection.tenant() },
      body: { ...filter, ...(given.isGiven('dry-run') && { dry_run: true }) },
    });
    if (!('dry_run' in answer)) return followBegun(answer, 'Runs are cancelled', task, connection);
    if (isJson) terminal.json(answer);
    else terminal.say(`${answer.runs} ${answer.runs === 1 ? 'run matches' : 'runs match'}`);
    return exitCodes.done;
  },
});
