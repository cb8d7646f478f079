import { parameterOptions, readParameters } from '../arguments/read-parameters';
import { exitCodes } from '../exit-codes';
import { checkWaiting, followToEnd, printAtEnd, waitOptions, whatNext } from '../following/follow-to-end';
import { rowsOf, rowsOptions } from '../following/made-tables';
import { queueLine } from '../output/run-lines';
import { defineWord } from '../word';

export const runWord = defineWord({
  name: 'run',
  takes: ['PIPELINE'],
  about: 'starts a run and follows it to its end',
  notes: `PIPELINE is provider/domain/id, like focus/billing/daily_costs. Ctrl-C stops watching; the run goes on.
With --json the run is printed when it is over, with its steps and checks.`,
  options: {
    ...parameterOptions,
    'idempotency-key': {
      kind: 'text',
      value: 'KEY',
      about: 'the same start has the same key: repeated, it is the same run',
    },
    priority: { kind: 'text', value: 'SECONDS', about: 'head start in the queue, where it has to wait' },
    'queue-ttl': { kind: 'text', value: 'SECONDS', about: 'how long it may wait there; then it fails' },
    watermark: {
      kind: 'text',
      value: 'VALUE',
      about: 'begins after this watermark, and does not record its own',
    },
    'record-watermark': { kind: 'flag', about: 'records the watermark that it reaches all the same' },
    'no-wait': { kind: 'flag', about: 'only starts it' },
    ...waitOptions,
    ...rowsOptions,
  },
  act: async (task) => {
    const { values, given, terminal, isJson } = task;
    const [pipeline = ''] = values;
    checkWaiting(given);
    rowsOf(given);
    const priority = given.number('priority', { least: 0, most: 3_600 });
    const queueTtlSeconds = given.number('queue-ttl', { least: 0, most: 604_800 });
    const connection = await task.connect();
    const { client } = connection;
    const tenant = connection.tenant();
    const parameters = await readParameters(task, client, pipeline);
    const idempotencyKey = given.text('idempotency-key');
    const watermark = given.text('watermark');
    const recordWatermark = given.isGiven('record-watermark') || undefined;
    const queueing = { priority, queueTtlSeconds };
    const options = { parameters, idempotencyKey, ...queueing, watermark, recordWatermark };
    const started = await client.startRun(tenant, pipeline, options);
    const runId = started.run_id;
    if (given.isGiven('no-wait')) {
      if (isJson) terminal.json(started);
      else terminal.say(`Run ${runId} of ${pipeline} for ${tenant}`);
      if (!isJson && started.queue) terminal.say(queueLine(started.queue, terminal.paint));
      if (!isJson) terminal.say(whatNext(runId, task));
      return exitCodes.done;
    }
    if (isJson) return printAtEnd(runId, task, connection);
    terminal.say(`Run ${terminal.paint('bold', runId)} of ${pipeline} for ${tenant}`);
    return followToEnd(runId, task, connection);
  },
});
