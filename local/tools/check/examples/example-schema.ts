import { z } from 'zod';
import { fieldsSchema } from '../../../../shared/definitions/schemas/field-schema';
import { fileNameSchema, tableNameSchema } from '../../../../shared/definitions/schemas/name-schemas';

/** A row by its columns' names. */
const row = z.record(z.string(), z.unknown());

const content = z.union([
  z.string().describe('The text of the file.'),
  z.strictObject({ file: fileNameSchema.describe('A file beside this one.') }),
]);

const qualifiedTable = z
  .string()
  .regex(
    /^(?:[A-Za-z0-9_]+\.)?[A-Za-z0-9_]+$/,
    "expected a table of the tenant's, or dataset.table of a source",
  );

/** One run of a pipeline with made-up input, and what must come out of it. */
const exampleSchema = z.strictObject({
  name: z.string().min(1).describe('What it shows.'),
  parameters: row.default({}).describe("The run's parameters."),
  files: z
    .record(z.string().regex(/^gs:\/\/[^/]+\/.+$/, 'expected a URI like gs://bucket/path'), content)
    .default({})
    .describe('Files that are there, by their URIs.'),
  tables: z
    .record(qualifiedTable, z.strictObject({ schema: fieldsSchema, rows: z.array(row).default([]) }))
    .default({})
    .describe('Tables that are there, with their rows.'),
  responses: z
    .record(z.url(), content)
    .default({})
    .describe('What an http step is answered, by the URL that it asks for, with its query.'),
  expect: z.strictObject({
    status: z.enum(['COMPLETED', 'FAILED']).default('COMPLETED'),
    error: z.string().optional().describe('A part of the error message.'),
    rows: z
      .record(tableNameSchema, z.array(row))
      .default({})
      .describe('All rows of these tables, in any order; of each row the columns that matter.'),
  }),
});

export const examplesSchema = z.strictObject({
  tests: z.array(exampleSchema).min(1, 'expected at least one test'),
});

export type PipelineExample = z.infer<typeof exampleSchema>;
