import { exitCodes } from '../exit-codes';
import { paintRunStatus } from '../output/run-lines';
import { defineWord } from '../word';

export const cancelWord = defineWord({
  name: 'cancel',
  takes: ['RUN'],
  about: 'cancels a run; one that is over keeps its outcome',
  options: {},
  act: async ({ values, terminal, isJson, connect }) => {
    const [runId = ''] = values;
    const { client } = await connect();
    const run = await client.call('cancelRun', { path: { run_id: runId } });
    if (isJson) terminal.json(run);
    else {
      const wasOver = run.status === 'CANCELLED' ? '' : ': it was over';
      terminal.say(`Run ${run.run_id} is ${paintRunStatus(terminal.paint, run.status)}${wasOver}`);
    }
    return exitCodes.done;
  },
});
