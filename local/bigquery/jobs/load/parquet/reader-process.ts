import type { Row } from '../../../model';
import { columnsOf, detectedFields } from './file-schema';
import { openParquet } from './parquet-file';
import { detailOf, type FromReader, ParquetFault, type ToReader } from './reader-messages';
import { rowReader } from './row-reader';

/** Runs in the reading process: answers one request after the other, until its parent is gone. */
process.on('message', (request: ToReader) => void answer(request));
// Where several columns are broken, the library reports one and leaves the others' rejections unhandled.
process.on('unhandledRejection', () => undefined);
process.once('disconnect', () => process.exit());

async function answer(request: ToReader): Promise<void> {
  try {
    for await (const message of readFile(request)) await tell(message);
  } catch (error) {
    const isStillReading = !(error instanceof ParquetFault) || error.isStillReading;
    await tell({ kind: 'fault', detail: detailOf(error), isStillReading });
  }
}

/** Resolves when the message has been sent, so that few of them are in memory at once. */
const tell = (message: FromReader): Promise<void> =>
  new Promise((resolve) => {
    process.send?.(message, undefined, undefined, () => resolve());
  });

const rowsAtOnce = 1000;

/**
 * Answers one request, by any number of messages.
 * @throws ParquetFault; any other Error for a file that is broken
 */
async function* readFile(request: ToReader): AsyncGenerator<FromReader> {
  const file = await openParquet(request.path);
  const columns = columnsOf(file.schema, request.rules);
  if (columns.length === 0) throw new ParquetFault('The Parquet file has no columns.');
  if (request.kind === 'fields') {
    if (file.isGeoParquet) throw new ParquetFault('GeoParquet is not supported locally without a schema.');
    yield { kind: 'fields', fields: detectedFields(columns, request.rules) };
    return;
  }
  const { names, read } = rowReader(columns, request.fields, request.ignoreUnknown);
  for await (const group of file.rows(names)) {
    for (let start = 0; start < group.length; start += rowsAtOnce) {
      const rows: Row[] = group.slice(start, start + rowsAtOnce).map(read);
      yield { kind: 'rows', rows };
    }
  }
  yield { kind: 'end' };
}
