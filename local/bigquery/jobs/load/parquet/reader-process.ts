import type { Row } from '../../../model';
import { columnsOf, detectedFields } from './file-schema';
import { openParquet } from './parquet-file';
import { detailOf, type FromReader, ParquetFault, type ToReader } from './reader-messages';
import { rowReader } from './row-reader';

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

const rowsAtOnce = 1000;

/** Answers one request, by any number of messages. @throws ParquetFault; any other Error for a file that is broken */
export async function* readFile(request: ToReader): AsyncGenerator<FromReader> {
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
