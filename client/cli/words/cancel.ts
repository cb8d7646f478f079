import { exitCodes } from '../exit-codes';
import { isOperationId, sayOperation } from '../following/follow-operation';
import { paintRunStatus } from '../output/run-lines';
import { defineWord } from '../word';

export const cancelWord = defineWord({
  name: 'cancel',
  takes: ['RUN'],
  about:
    'cancels a run; one that is over keeps its outcome. A backfill or other operation, op_…, begins no more',
  options: {},
  act: async ({ values, terminal, isJson, connect }) => {
    const [runId = ''] = values;
    const connection = await connect();
    const { client } = connection;
    if (isOperationId(runId)) {
      const path = { tenant: connection.tenant(), operation_id: runId };
      const operation = await client.call('abortTenantOperation', { path });
      if (isJson) terminal.json(operation);
      else sayOperation(operation, terminal);
      return exitCodes.done;
    }
    const run = await client.call('cancelRun', { path: { run_id: runId } });
    if (isJson) terminal.json(run);
    else {
      const wasOver = run.status === 'CANCELLED' ? '' : ': it was over';
      terminal.say(`Run ${run.run_id} is ${paintRunStatus(terminal.paint, run.status)}${wasOver}`);
    }
    return exitCodes.done;
  },
});
