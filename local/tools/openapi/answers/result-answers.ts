import { z } from 'zod';
import { answerParts } from '../answer-parts';

const { text, time, count, nextCursor } = answerParts;

const identity = {
  n: count.describe('Its number among what the pipeline makes, from 1.'),
  step_id: text,
  kind: z.enum(['table', 'files']),
  name: text.describe('The table in the tenant’s dataset, or the URI of the files.'),
  partition: text.nullable().describe('The partition that was written to, such as 20260131; null: all.'),
  write_disposition: text
    .nullable()
    .describe('Of a table. With WRITE_APPEND and MERGE it has rows of other runs, too.'),
  format: text.nullable().describe('Of files.'),
  is_final: z.boolean().describe('false: the run itself has made another table of it.'),
  made_at: time.nullable().describe('When the run had last written to it. null: an earlier run has.'),
  reused_from: text
    .nullable()
    .describe(
      'The earlier run that has made it, where this one goes on after that and has left the step out.',
    ),
  definition_changed: z
    .boolean()
    .describe('Whether the step is another than it was: then the run may have written elsewhere.'),
};
const changedSince = z
  .boolean()
  .nullable()
  .describe(
    'Whether it was written to after the run had: then what is there is not what the run has made. null: not known.',
  );

const column = z.strictObject({
  name: text,
  type: text.describe('As BigQuery’s REST interface names it, such as INTEGER.'),
  mode: text.describe('NULLABLE, REQUIRED or REPEATED.'),
  fields: z.array(z.unknown()).nullable().describe('Of a RECORD.'),
});

export const resultAnswers = {
  ResultList: z.strictObject({
    run_id: text,
    tenant_id: text,
    pipeline: text,
    status: text,
    results: z.array(
      z.strictObject({
        ...identity,
        rows_written: count.nullable(),
        exists: z.boolean().nullable().describe('null: it cannot be looked at.'),
        rows: count.nullable().describe('Of the whole table, as it is now.'),
        bytes: count.nullable(),
        files: count.nullable().describe('How many there are, of 1,000 at most.'),
        is_complete: z
          .boolean()
          .nullable()
          .describe(
            'false: only the first 1,000 files that begin like these were looked at, and the figures are of those. null: it is not there, or cannot be looked at.',
          ),
        last_modified_at: time.nullable(),
        changed_since: changedSince,
      }),
    ),
    unknown_steps: z
      .array(text)
      .describe('Steps of the run that the pipeline has no longer: what they made is not known.'),
  }),
  ResultPage: z.strictObject({
    run_id: text,
    ...identity,
    changed_since: changedSince,
    last_modified_at: time,
    columns: z.array(column).nullable().describe('Of a table.'),
    rows: z
      .array(z.record(z.string(), z.unknown()))
      .nullable()
      .describe('Of a table, by the names of its columns.'),
    total_rows: count.nullable().describe('Of the table, or of its partition.'),
    files: z
      .array(
        z.strictObject({
          uri: text,
          bytes: count,
          updated_at: time,
          url: text.nullable().describe('null: this deployment cannot sign URLs.'),
          expires_at: time.nullable(),
        }),
      )
      .nullable(),
    is_complete: z
      .boolean()
      .describe('false: there are more files than the first 1,000, of which no page tells. Of a table true.'),
    next_cursor: nextCursor,
  }),
} as const;
