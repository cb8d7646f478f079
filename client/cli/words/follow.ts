import { exitCodes } from '../exit-codes';
import { followOperationToEnd, isOperationId } from '../following/follow-operation';
import { followToEnd, runGoingOn, untilOver, waitOptions } from '../following/follow-to-end';
import { rowsOptions } from '../following/made-tables';
import { defineWord } from '../word';

export const followWord = defineWord({
  name: 'follow',
  takes: ['RUN'],
  about: 'says how a run goes, until it is over; a backfill or other operation by its op_…, too',
  notes: `With --json each event is a line: run, step, check, and end with the run; of an operation, all of it whenever
it has moved.`,
  options: { ...waitOptions, ...rowsOptions },
  act: async (task) => {
    const { values, terminal, isJson } = task;
    const [runId = ''] = values;
    const connection = await task.connect();
    if (isOperationId(runId)) {
      const operation = { operation_id: runId, tenant_id: connection.tenant() };
      return followOperationToEnd(operation, task, connection, { unseenMs: 0 });
    }
    if (!isJson) return followToEnd(runId, task, connection);
    return untilOver(runGoingOn(runId, task), task, async (signal) => {
      for await (const { event, data } of connection.client.followRun(runId, { signal })) {
        terminal.jsonLine({ event, data });
        if (event === 'end') return data.status === 'COMPLETED' ? exitCodes.done : exitCodes.notCompleted;
      }
      throw new Error(`The events of run ${runId} have ended without the run`);
    });
  },
});
