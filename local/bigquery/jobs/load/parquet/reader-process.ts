import { detailOf } from './fault';
import type { FromReader, ToReader } from './messages';
import { readFile } from './read-file';

/** What runs in the reading process: one request after the other, until who asks is gone. */
process.on('message', (request: ToReader) => void answer(request));
// Where several columns are broken the library tells of one, and leaves the failures of the others behind.
process.on('unhandledRejection', () => undefined);
process.once('disconnect', () => process.exit());

async function answer(request: ToReader): Promise<void> {
  try {
    for await (const message of readFile(request)) await tell(message);
  } catch (error) {
    await tell({ kind: 'fault', detail: detailOf(error) });
  }
}

/** Resolves when the message is on its way, so that no more of them are in memory than need be. */
const tell = (message: FromReader): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });
