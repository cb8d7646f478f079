import { z } from 'zod';

/** How many of the rows that a load left out are told. */
const mostTold = 5;
const longest = 400;

/** An error of a job's status, as BigQuery lists it also for a load that completed. */
export const jobErrorSchema = z.object({ reason: z.string().optional(), message: z.string().optional() });

/**
 * The first rows that a load left out, each as `file, line, column: reason`. BigQuery's messages end with the
 * row's place, like `; line_number: 21 byte_offset_to_start_of_line: 194 column_index: 17 column_name: "fee"
 * column_type: NUMERIC File: gs://…`; a message of another form is told as it is.
 */
export function describeBadRows(errors: readonly z.infer<typeof jobErrorSchema>[]): readonly string[] {
  return errors
    .flatMap(({ message }) => (message === undefined ? [] : [describe(message)]))
    .slice(0, mostTold);
}

function describe(message: string): string {
  const told = message.replace(/^Error while reading data, error message: /, '');
  const file = /(?:^| )File: (\S+)$/.exec(told)?.[1];
  const line = /line_number: (\d+)/.exec(told)?.[1];
  const offset = /byte_offset_to_start_of_line: (\d+)/.exec(told)?.[1];
  const column = /column_name: "([^"]*)"/.exec(told)?.[1];
  const end = told.search(/; line_number: |\s+File: \S+$/);
  const reason = (end === -1 ? told : told.slice(0, end)).replace(/\s+/g, ' ');
  const place = [
    ...(file === undefined ? [] : [file]),
    ...(line === undefined ? [] : [`line ${line}${offset === undefined ? '' : ` (byte ${offset})`}`]),
    ...(column === undefined ? [] : [`column '${column}'`]),
  ].join(', ');
  return `${place === '' ? '' : `${place}: `}${reason}`.slice(0, longest);
}
