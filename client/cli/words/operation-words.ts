import { exitCodes } from '../exit-codes';
import { sayOperation } from '../following/follow-operation';
import { defineWord, type Word } from '../word';

const stateWord = (name: 'pause' | 'resume', about: string): Word =>
  defineWord({
    name,
    takes: ['OPERATION'],
    about,
    options: {},
    act: async ({ values, terminal, isJson, connect }) => {
      const [id = ''] = values;
      const connection = await connect();
      const path = { tenant: connection.tenant(), operation_id: id };
      const operation = await connection.client.call(`${name}TenantOperation`, { path });
      if (isJson) terminal.json(operation);
      else sayOperation(operation, terminal);
      return exitCodes.done;
    },
  });

export const pauseWord = stateWord('pause', 'pauses a backfill or another operation: it begins nothing more');
export const resumeWord = stateWord('resume', 'resumes one that is paused');
