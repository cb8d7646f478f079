import { createInterface } from 'node:readline';
import type { Field, Row } from '../../model';
import { rowOfJson } from '../../store/values/json-rows';
import type { LoadConfiguration } from '../job-schemas';
import type { BadRecords } from './load-format';
import { openSource, type SourceFile } from './source-files';

/**
 * The rows of a file of newline-delimited JSON objects, as they are read.
 * @throws BigQueryError `invalid` when there are too many bad records
 */
export async function* readNdjson(
  file: SourceFile,
  fields: readonly Field[],
  { ignoreUnknownValues }: LoadConfiguration,
  bad: BadRecords,
): AsyncGenerator<Row> {
  const input = await openSource(file);
  const lines = createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY });
  let failure: Error | undefined;
  input.on('error', (error) => {
    failure = error;
    lines.close();
  });
  let position = 0;
  for await (const line of lines) {
    if (line.trim() !== '') {
      const row = rowOf(line, fields, ignoreUnknownValues === true);
      if (typeof row === 'string') {
        bad.add(`JSON parsing error in row starting at position ${position}: ${row}`, file.uri);
      } else {
        yield row;
      }
    }
    position += Buffer.byteLength(line) + 1;
  }
  if (failure !== undefined) throw failure;
}

/** The row, or what is wrong with it. */
function rowOf(line: string, fields: readonly Field[], ignoreUnknown: boolean): Row | string {
  const value = parseExactly(line);
  if (value === undefined) return 'Parser terminated before end of string';
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    return `${Array.isArray(value) ? 'Start of array' : 'Value'} encountered without start of object.`;
  }
  const converted = rowOfJson(value, fields, ignoreUnknown);
  if ('row' in converted) return converted.row;
  const { message, location, value: given } = converted.problem;
  return given === undefined ? message : `${message} Field: ${location}; Value: ${given.slice(0, 100)}`;
}

/** Numbers with more digits than floating point may hold become texts, which every field type reads alike. */
function parseExactly(line: string): unknown {
  const exact = /[\d.]{16}/.test(line) ? line.replace(stringsAndNumbers, quoteLong) : line;
  try {
    return JSON.parse(exact);
  } catch {
    return undefined;
  }
}

const stringsAndNumbers = /"(?:[^"\\]|\\.)*"|-?\d[\d.]*(?:[eE][+-]?\d+)?/g;

function quoteLong(token: string): string {
  return token.startsWith('"') || token.replace(/\D/g, '').length < 16 ? token : `"${token}"`;
}
