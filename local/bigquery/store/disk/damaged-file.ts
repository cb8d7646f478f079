import { BigQueryError } from '../../bigquery-error';

/** An error for callers and for whoever starts the server: the file, what is wrong where, and what to do. */
export function damagedFile(file: string, why: string, remedy: string): BigQueryError {
  const message = `${file} cannot be read: ${why}. Stop the server, then ${remedy}`;
  return new BigQueryError('jobInternalError', message, file);
}

/** The line that holds this byte, from 1, and where it begins, from 0. */
export function lineAt(bytes: Buffer, byte: number): { readonly line: number; readonly byte: number } {
  let line = 1;
  let start = 0;
  for (let end = bytes.indexOf(10); end !== -1 && end < byte; end = bytes.indexOf(10, start)) {
    line += 1;
    start = end + 1;
  }
  return { line, byte: start };
}
