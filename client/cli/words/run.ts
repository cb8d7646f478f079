import { exitCodes, wrongUse } from '../exit-codes';
import { defineWord } from '../word';
import { followToEnd, printAtEnd, waitOptions, whatNext } from './follow-to-end';
import { parameterOptions, readParameters } from './parameters';

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
    'no-wait': { kind: 'flag', about: 'only starts it' },
    ...waitOptions,
  },
  act: async (task) => {
    const { values, given, terminal, isJson } = task;
    const [pipeline = ''] = values;
    if (given.isGiven('no-wait') && given.isGiven('wait')) {
      throw wrongUse('Expected --no-wait or --wait SECONDS, given both');
    }
    const connection = await task.connect();
    const { client } = connection;
    const tenant = connection.tenant();
    const parameters = await readParameters(task, client, pipeline);
    const idempotencyKey = given.text('idempotency-key');
    const started = await client.startRun(tenant, pipeline, { parameters, idempotencyKey });
    const runId = started.run_id;
    if (given.isGiven('no-wait')) {
      if (isJson) terminal.json(started);
      else terminal.say(`Run ${runId} of ${pipeline} for ${tenant}\n${whatNext(runId, task)}`);
      return exitCodes.done;
    }
    if (isJson) return printAtEnd(runId, task, connection);
    terminal.say(`Run ${terminal.paint('bold', runId)} of ${pipeline} for ${tenant}`);
    return followToEnd(runId, task, connection);
  },
});
