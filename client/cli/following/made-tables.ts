import type { Client } from '../../client';
import { ApiProblem } from '../../problem';
import type { GivenOptions, OptionSpecs } from '../arguments/options';
import { textTable } from '../output/table';
import type { Terminal } from '../output/terminal';

export const rowsOptions = {
  rows: {
    kind: 'text',
    value: 'N',
    about: 'how many rows are shown of each table that it has made and no later step uses',
  },
} as const satisfies OptionSpecs;

const mostRows = 1_000;

/** Undefined where it was not said. @throws CommandError */
export const rowsOf = (given: GivenOptions<keyof typeof rowsOptions>): number | undefined =>
  given.number('rows', { least: 0, most: mostRows });

/** The first rows of the tables that a run has made at its end. What cannot be shown is only noted. */
export async function sayMadeTables(
  runId: string,
  rows: number,
  client: Client,
  { say, note }: Pick<Terminal, 'say' | 'note'>,
): Promise<void> {
  if (rows === 0) return;
  try {
    const { results } = await client.call('listResults', { path: { run_id: runId } });
    for (const { n, kind, name, is_final, exists } of results) {
      if (kind !== 'table' || !is_final || exists !== true) continue;
      const path = { run_id: runId, n: String(n) };
      const page = await client.call('showResult', { path, query: { limit: rows } });
      const names = (page.columns ?? []).map((column) => column.name);
      const cells = (page.rows ?? []).map((row) => names.map((each) => cellText(row[each])));
      say(`\n${name}: ${page.total_rows} rows\n${textTable(names, cells)}`);
    }
  } catch (error) {
    if (!(error instanceof ApiProblem)) throw error;
    note(`Its tables cannot be shown: ${error.message}`);
  }
}

/** A value of a row, as results have it. */
export function cellText(value: unknown): string {
  if (value === null || value === undefined) return 'NULL';
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}
