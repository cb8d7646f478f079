import type { Field, Row } from '../../model';
import { type ConvertText, rowOfJson } from '../../store/values/json-rows';
import { converterFor } from '../../store/values/text-rules';
import type { LoadConfiguration } from '../job-schemas';
import { parseLine } from './json-line';
import type { BadRecords, RowFault } from './load-format';
import { openText, type TextSource } from './open-text';
import type { SourceFile } from './source-files';

/**
 * The rows of a file of newline-delimited JSON objects, as they are read. A byte order mark is passed over.
 * @throws BigQueryError `invalid` when there are too many bad records
 */
export async function* readNdjson(
  file: SourceFile,
  fields: readonly Field[],
  configuration: LoadConfiguration,
  bad: BadRecords,
): AsyncGenerator<Row> {
  const convert = converterFor(configuration);
  const source = await openText(file, configuration.encoding);
  let [position, number] = [0, 0];
  for await (const line of linesOf(source)) {
    number++;
    const text = number === 1 ? line.replace(/^\ufeff/, '') : line;
    if (text.trim() !== '') {
      const row = rowOf(text, fields, configuration.ignoreUnknownValues === true, convert);
      if ('problem' in row) bad.add(fault(row, position), { uri: file.uri, line: number, position });
      else yield row.row;
    }
    position += Buffer.byteLength(line, source.encoding) + 1;
  }
}

/** The lines without their line feeds; a carriage return before one stays, as it counts among the bytes. */
async function* linesOf({ stream, encoding }: TextSource): AsyncGenerator<string> {
  stream.setEncoding(encoding);
  let rest = '';
  for await (const chunk of stream) {
    const lines = (rest + String(chunk)).split('\n');
    rest = lines.pop() ?? '';
    yield* lines;
  }
  if (rest !== '') yield rest;
}

interface Refused {
  readonly problem: string;
}

const fault = ({ problem }: Refused, position: number): RowFault => ({
  detail: `JSON parsing error in row starting at position ${position}: ${problem}`,
});

/** The row, or what is wrong with it. */
function rowOf(
  line: string,
  fields: readonly Field[],
  ignoreUnknown: boolean,
  convert: ConvertText,
): { readonly row: Row } | Refused {
  const parsed = parseLine(line, fields);
  if ('problem' in parsed) return parsed;
  const { value } = parsed;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    const what = Array.isArray(value) ? 'Start of array' : 'Value';
    return { problem: `${what} encountered without start of object.` };
  }
  const converted = rowOfJson(value, fields, ignoreUnknown, convert);
  if ('row' in converted) return converted;
  const { message, location, value: given } = converted.problem;
  if (given === undefined) return { problem: message };
  return { problem: `${message} Field: ${location}; Value: ${given.slice(0, 100)}` };
}
