import { randomUUID } from 'node:crypto';
import { nameOf } from '../arguments/options';
import type { CataloguePipeline } from '../arguments/parameters';
import { definitionOf, parameterOptions, parametersGiven } from '../arguments/read-parameters';
import { exitCodes, wrongUse } from '../exit-codes';
import { followOperationToEnd, operationNext } from '../following/follow-operation';
import { checkWaiting, waitOptions } from '../following/follow-to-end';
import { defineWord } from '../word';

const mostAtOnce = 50;

export const backfillWord = defineWord({
  name: 'backfill',
  takes: ['PIPELINE'],
  about: 'runs a pipeline for each day or month of a period, and follows it to its end',
  notes: `Each run gets its date as --parameter. A pipeline with a watermark needs --watermark, from which each run begins.
It can be paused, resumed, followed and cancelled by its id, op_… Where it pauses itself, it says why, and how to
resume it. With --json it is a line each time that it has moved.`,
  options: {
    from: { kind: 'text', value: 'DATE', about: 'the first date' },
    to: { kind: 'text', value: 'DATE', about: 'the last date' },
    step: { kind: 'text', value: 'STEP', about: 'day (default) or month' },
    parameter: {
      kind: 'text',
      value: 'NAME',
      about: 'what takes the date (default: the only DATE parameter)',
    },
    limit: { kind: 'text', value: 'N', about: 'how many run at once (default 5)' },
    watermark: { kind: 'text', value: 'VALUE', about: 'where each run begins, without recording its own' },
    'record-watermark': { kind: 'flag', about: 'records the watermarks that are reached all the same' },
    reason: { kind: 'text', value: 'TEXT', about: 'for people' },
    'idempotency-key': { kind: 'text', value: 'KEY', about: 'the same backfill has the same key' },
    'no-wait': { kind: 'flag', about: 'only starts it' },
    ...waitOptions,
    ...parameterOptions,
  },
  act: async (task) => {
    const { values, given, terminal, isJson } = task;
    const [pipeline = ''] = values;
    checkWaiting(given);
    const from = required('from', given.text('from'));
    const to = required('to', given.text('to'));
    const step = nameOf('step', given.text('step'), ['day', 'month'] as const);
    const limit = given.number('limit', { least: 1, most: mostAtOnce });
    const connection = await task.connect();
    const definition = await definitionOf(connection.client, pipeline);
    const parameter = given.text('parameter') ?? dateParameterOf(definition);
    const parameters = await parametersGiven(task, definition, new Set([parameter]));
    const [provider = '', domain = '', name = ''] = pipeline.split('/');
    const operation = await connection.client.call('startBackfill', {
      path: { provider, domain, pipeline: name },
      headers: { 'Idempotency-Key': given.text('idempotency-key') ?? randomUUID() },
      body: {
        from,
        to,
        step,
        parameter,
        parameters,
        limit,
        watermark: given.text('watermark'),
        ...(given.isGiven('record-watermark') && { record_watermark: true }),
        reason: given.text('reason'),
      },
    });
    if (given.isGiven('no-wait')) {
      if (isJson) terminal.json(operation);
      else
        terminal.say(
          `Backfill ${operation.operation_id} of ${pipeline}\n${operationNext(operation.operation_id, task)}`,
        );
      return exitCodes.done;
    }
    if (!isJson) terminal.say(`Backfill ${terminal.paint('bold', operation.operation_id)} of ${pipeline}`);
    return followOperationToEnd(operation, task, connection);
  },
});

function required(name: string, given: string | undefined): string {
  if (given === undefined) throw wrongUse(`--${name}: expected a date like 2026-01-31, given nothing`);
  return given;
}

/** @throws CommandError where it has none, or several */
function dateParameterOf(definition: CataloguePipeline | undefined): string {
  const dates = Object.entries(definition?.parameters ?? {}).flatMap(([name, { type }]) =>
    type === 'DATE' ? [name] : [],
  );
  const [only] = dates;
  if (only !== undefined && dates.length === 1) return only;
  const known = dates.length === 0 ? 'which no DATE parameter is' : `one of ${dates.join(', ')}`;
  throw wrongUse(`--parameter: expected the name of the parameter that takes the date, ${known}`);
}
