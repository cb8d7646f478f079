import type { ResultList, ResultPage } from '../../api';
import { exitCodes } from '../exit-codes';
import { cellText } from '../following/made-tables';
import { bytesText, plainText, timeText } from '../output/formats';
import { textTable, wideTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { defineWord } from '../word';

const largestPage = 1_000;

export const resultsWord = defineWord({
  name: 'results',
  takes: ['RUN', '[N]'],
  about: 'the tables and files that a run has made, or the rows or URLs of the Nth',
  options: {
    limit: { kind: 'text', value: 'ROWS', about: 'how many rows or files at most (default 20)' },
    cursor: { kind: 'text', value: 'CURSOR', about: 'goes on where a page ended' },
  },
  act: async ({ values, given, terminal, isJson, connect }) => {
    const [runId = '', n] = values;
    const limit = given.number('limit', { least: 1, most: largestPage }) ?? 20;
    const { client } = await connect();
    if (n === undefined) {
      const list = await client.call('listResults', { path: { run_id: runId } });
      if (isJson) terminal.json(list);
      else sayResults(list, terminal);
      return exitCodes.done;
    }
    const query = { limit, cursor: given.text('cursor') };
    const page = await client.call('showResult', { path: { run_id: runId, n }, query });
    if (isJson) terminal.json(page);
    else sayPage(page, terminal);
    return exitCodes.done;
  },
});

const columns = [
  'n',
  'step',
  'kind',
  'name',
  'rows written',
  'rows now',
  'size',
  'files',
  'made (UTC)',
  'note',
];

/** What a run has made, a row each. */
export function sayResults(
  { results, unknown_steps }: ResultList,
  { say, note }: Pick<Terminal, 'say' | 'note'>,
): void {
  if (results.length === 0) note('It has made nothing.');
  else say(textTable(columns, results.map(cellsOf), wideTable));
  if (unknown_steps.length > 0) {
    note(`Not known, because the pipeline has these steps no longer: ${unknown_steps.join(', ')}`);
  }
}

const numberText = (number: number | null): string => (number === null ? '' : String(number));

const cellsOf = (result: ResultList['results'][number]): readonly string[] => [
  String(result.n),
  result.step_id,
  result.kind,
  result.partition === null ? result.name : `${result.name}$${result.partition}`,
  numberText(result.rows_written),
  numberText(result.rows),
  result.bytes === null ? '' : bytesText(result.bytes),
  numberText(result.files),
  result.made_at === null ? '' : timeText(result.made_at),
  [
    ...(result.exists === false ? ['is gone'] : []),
    ...(result.is_complete === false ? ['there are more files'] : []),
    ...(result.changed_since === true ? ['changed since'] : []),
    ...(result.reused_from === null ? [] : [`made by ${result.reused_from}`]),
    ...(result.is_final ? [] : ['used by a later step']),
  ].join(', '),
];

function sayPage(
  { columns: fields, rows, files, total_rows, is_complete, next_cursor, changed_since }: ResultPage,
  { say, note }: Terminal,
): void {
  if (rows !== null) {
    const names = (fields ?? []).map(({ name }) => name);
    say(
      textTable(
        names,
        rows.map((row) => names.map((name) => cellText(row[name]))),
      ),
    );
    if (total_rows !== null) note(`${rows.length} of ${total_rows} rows`);
  }
  for (const { uri, bytes, updated_at, url } of files ?? []) {
    say(`${plainText(uri)}  ${bytesText(bytes)}  ${timeText(updated_at)}${url === null ? '' : `\n  ${url}`}`);
  }
  if (changed_since === true) note('It was written to after the run: this is not what the run has made.');
  if (!is_complete && next_cursor === null) note('There are more files, which are not told.');
  if (next_cursor !== null) note(`There are more: --cursor ${next_cursor}`);
}
