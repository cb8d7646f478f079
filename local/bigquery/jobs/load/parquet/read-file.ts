import type { Row } from '../../../model';
import { ParquetFault } from './fault';
import { openParquet } from './file';
import { columnsOf, detectedFields } from './file-schema';
import type { FromReader, ToReader } from './messages';
import { rowReader } from './row-reader';

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
