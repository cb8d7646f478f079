import { createReadStream } from 'node:fs';
import { types } from 'node:util';
import { type JournalRecord, recordSchema } from './records';

/**
 * Calls `apply` with every record of the journal at `path`, in order. A file that does not exist has none. What
 * follows the last line feed was cut off by a crash before anyone was told that it is stored: it is dropped.
 * @throws Error naming the file and the line, when a whole line is no record.
 */
export const readJournal = async (path: string, apply: (record: JournalRecord) => void): Promise<void> => {
  let line = 0;
  for await (const text of wholeLines(path)) {
    line += 1;
    apply(parse(text, `${path}, line ${line}`));
  }
};

const parse = (text: string, place: string): JournalRecord => {
  try {
    return recordSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new Error(
      `${place}: not a record of the local Pub/Sub's journal; move the file away to start empty`,
      {
        cause: error,
      },
    );
  }
};

async function* wholeLines(path: string): AsyncGenerator<string> {
  let rest = '';
  try {
    for await (const chunk of createReadStream(path, { encoding: 'utf8', highWaterMark: 1024 * 1024 })) {
      const parts = (rest + String(chunk)).split('\n');
      rest = parts.pop() ?? '';
      yield* parts;
    }
  } catch (error) {
    if (!(types.isNativeError(error) && 'code' in error && error.code === 'ENOENT')) throw error;
  }
}
