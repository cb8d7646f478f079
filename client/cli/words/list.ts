import type { RunList } from '../../api';
import type { Client } from '../../client';
import { nameOf } from '../arguments/options';
import { exitCodes } from '../exit-codes';
import { bytesText, durationText, timeText } from '../output/formats';
import { paintStatuses, runStatuses } from '../output/run-lines';
import { textTable, wideTable } from '../output/table';
import type { Terminal } from '../output/terminal';
import { defineWord } from '../word';

type ListedRun = RunList['runs'][number];
const largestPage = 200;

export const listWord = defineWord({
  name: 'list',
  takes: [],
  about: "lists the tenant's runs, newest first",
  options: {
    status: { kind: 'text', value: 'STATUS', about: `${runStatuses.join(', ')}` },
    pipeline: { kind: 'text', value: 'PIPELINE', about: 'runs of this pipeline only' },
    from: { kind: 'text', value: 'TIME', about: 'admitted then or later: 2026-11-30 or an RFC 3339 time' },
    to: { kind: 'text', value: 'TIME', about: 'admitted before then' },
    limit: { kind: 'text', value: 'N', about: 'how many at most (default 20)' },
    cursor: { kind: 'text', value: 'CURSOR', about: 'goes on where a list ended' },
  },
  act: async (task) => {
    const { given, terminal, isJson } = task;
    const query = {
      status: nameOf('status', given.text('status'), runStatuses),
      pipeline: given.text('pipeline'),
      from: given.text('from'),
      to: given.text('to'),
    };
    const limit = given.number('limit', { least: 1, most: 100_000 }) ?? 20;
    const { client } = await task.connect();
    const list = await readRuns(client, query, limit, given.text('cursor'));
    if (isJson) terminal.json(list);
    else sayRuns(list, terminal);
    return exitCodes.done;
  },
});

type ListQuery = NonNullable<Parameters<Client['eachRun']>[0]>;

/** So many runs, page after page. @param from the cursor of the first page */
async function readRuns(
  client: Client,
  query: ListQuery,
  limit: number,
  from: string | undefined,
): Promise<RunList> {
  const runs: ListedRun[] = [];
  let cursor: string | null = from ?? null;
  do {
    const page: RunList = await client.call('listRuns', {
      query: { ...query, limit: Math.min(largestPage, limit - runs.length), cursor: cursor ?? undefined },
    });
    runs.push(...page.runs);
    cursor = page.next_cursor;
  } while (cursor !== null && runs.length < limit);
  return { runs, next_cursor: cursor };
}

const columns = ['run', 'status', 'pipeline', 'trigger', 'admitted (UTC)', 'took', 'rows', 'billed', 'error'];

function sayRuns({ runs, next_cursor }: RunList, { say, note, paint }: Terminal): void {
  if (runs.length === 0) {
    note('There are none.');
    return;
  }
  say(paintStatuses(textTable(columns, runs.map(cellsOf), wideTable), paint));
  if (next_cursor !== null) note(`There are more: --cursor ${next_cursor}`);
}

const cellsOf = (run: ListedRun): readonly string[] => [
  run.run_id,
  run.status,
  run.pipeline,
  run.trigger ?? '',
  timeText(run.admitted_at),
  run.duration_ms === null ? '' : durationText(run.duration_ms),
  run.rows_written === null ? '' : String(run.rows_written),
  run.bytes_billed === null ? '' : bytesText(run.bytes_billed),
  run.error_code ?? '',
];
