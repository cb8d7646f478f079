import { randomUUID } from 'node:crypto';
import { nameOf } from '../arguments/options';
import { exitCodes } from '../exit-codes';
import { checkWaiting, followToEnd, printAtEnd, waitOptions, whatNext } from '../following/follow-to-end';
import { rowsOf, rowsOptions } from '../following/made-tables';
import { defineWord } from '../word';

export const rerunWord = defineWord({
  name: 'rerun',
  takes: ['RUN'],
  about: 'does a run again that is over, and follows it to its end',
  notes: `With --from failed_step the steps that have completed are not done again, provided that their definitions are the
same text.`,
  options: {
    from: { kind: 'text', value: 'WHERE', about: 'start (default) or failed_step' },
    watermark: {
      kind: 'text',
      value: 'VALUE',
      about: 'begins after this watermark, and does not record its own',
    },
    'record-watermark': { kind: 'flag', about: 'records the watermark that it reaches all the same' },
    'idempotency-key': {
      kind: 'text',
      value: 'KEY',
      about: 'the same rerun has the same key: repeated, it is the same run',
    },
    'no-wait': { kind: 'flag', about: 'only starts it' },
    ...waitOptions,
    ...rowsOptions,
  },
  act: async (task) => {
    const { values, given, terminal, isJson } = task;
    const [runId = ''] = values;
    checkWaiting(given);
    rowsOf(given);
    const body = {
      from: nameOf('from', given.text('from'), ['start', 'failed_step'] as const),
      watermark: given.text('watermark'),
      ...(given.isGiven('record-watermark') && { record_watermark: true }),
    };
    const connection = await task.connect();
    const started = await connection.client.call('rerunRun', {
      path: { run_id: runId },
      headers: { 'Idempotency-Key': given.text('idempotency-key') ?? randomUUID() },
      body,
    });
    const line = `Run ${terminal.paint('bold', started.run_id)} of ${started.pipeline} for ${started.tenant_id} does ${runId} again`;
    if (given.isGiven('no-wait')) {
      if (isJson) terminal.json(started);
      else terminal.say(`${line}\n${whatNext(started.run_id, task)}`);
      return exitCodes.done;
    }
    if (isJson) return printAtEnd(started.run_id, task, connection);
    terminal.say(line);
    return followToEnd(started.run_id, task, connection);
  },
});
