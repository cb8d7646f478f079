import { randomUUID } from 'node:crypto';
import type { BigQuery } from '@google-cloud/bigquery';
import type { Faults } from '../../local/faults/faults';
import { type AppendRows, createAppendRows } from '../../shared/adapters/bigquery/append-rows';
import type { RunJob } from '../../shared/adapters/bigquery/run-job';
import type { RunStatement } from '../../shared/adapters/bigquery/run-statement';
import { createPublishRun, type PublishRun } from '../../shared/adapters/pubsub/publish-run';
import type { Log } from '../../shared/log';
import type { Journal } from './journal';
import type { Life } from './life';

/** The functions' dependencies, each ending with the instance that holds it. */

export const mortalRunStatement =
  (life: Life, runStatement: RunStatement): RunStatement =>
  (dataset, statement, parameters, options) =>
    life.through(statement.name, dataset, () => runStatement(dataset, statement, parameters, options));

export const mortalRunJob =
  (life: Life, runJob: RunJob, { note }: Journal): RunJob =>
  (request, signal) =>
    life.through('job', request.jobId, async () => {
      const outcome = await runJob(request, signal);
      const attached = outcome.status !== 'unknown' && outcome.attached ? ', attached' : '';
      note(
        request.labels.run ?? '',
        `${life.name}: step ${request.labels.step} ${request.jobId} ${outcome.status}${attached}`,
      );
      return outcome;
    });

/**
 * BigQuery drops a row whose insertId it remembers, on best effort. Here it forgets many: those rows are sent under ids
 * that it has not seen.
 */
export function mortalAppendRows(
  life: Life,
  bigquery: BigQuery,
  { journal, oblivion }: Oblivious,
): AppendRows {
  const appendRows = createAppendRows(bigquery);
  return (dataset, table, rows) =>
    life.through(`append ${table}`, rows.map(({ insertId }) => insertId).join(), async () => {
      const sent = rows.map((row) => {
        const identity = `${table} ${row.insertId}`;
        const isForgotten = oblivion.next({ kind: 'insertId', identity }, ['forgotten']) !== undefined;
        return isForgotten ? { ...row, insertId: randomUUID() } : row;
      });
      await appendRows(dataset, table, sent);
      if (table !== 'pipeline_runs') return;
      for (const { json } of rows) {
        journal.ended(String(json.run_id), `${life.name}: in the ledger as ${json.status}`);
      }
    });
}

export interface Oblivious {
  readonly journal: Journal;
  /** Decides which insertIds BigQuery has forgotten. */
  readonly oblivion: Faults;
}

export function mortalPublishRun(life: Life, topic: string, { note }: Journal): PublishRun {
  const publishRun = createPublishRun(topic);
  return (message) =>
    life.through('publish', message.run_id, async () => {
      await publishRun(message);
      note(message.run_id, `${life.name}: published`);
    });
}

/** A dead instance writes no lines, though its timers go on. */
export const mortalLog =
  (life: Life, { log }: Journal): Log =>
  (severity, message, fields) => {
    if (!life.isOver()) log(severity, message, fields);
  };
