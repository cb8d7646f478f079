import { join } from 'node:path';
import { z } from 'zod';
import { DefinitionError } from './definition-problems';
import { readDefinitionFolder, readJsonDefinition } from './read-definition';
import { type FieldDefinition, fieldsSchema } from './schemas/field-schema';
import { columnNameSchema } from './schemas/name-schemas';

/** A metadata table, as every tenant's dataset has it: a BigQuery table resource without its reference. */
export interface MetadataTable {
  /** The table's id in the dataset. */
  readonly name: string;
  readonly description: string;
  readonly schema: { readonly fields: FieldDefinition[] };
  readonly clustering?: { readonly fields: string[] } | undefined;
  readonly timePartitioning?:
    | {
        readonly type: 'DAY' | 'HOUR' | 'MONTH' | 'YEAR';
        readonly field: string;
        /** After which a new table's partitions are removed, in milliseconds. */
        readonly expirationMs?: string | undefined;
      }
    | undefined;
}

const filePattern = /^x_meta_([a-z0-9_]{1,64})\.json$/;

/** The tables that the functions read and write. Further tables are allowed. */
const requiredTables = ['api_keys', 'dq_results', 'pipeline_runs', 'step_logs', 'tenants'];

const requiredControlTables = [
  'all_runs',
  'audit_log',
  'offboarded_tenants',
  'operations',
  'webhook_deliveries',
  'webhooks',
];

const metadataTableSchema = z
  .strictObject({
    description: z.string().min(1, 'expected a description'),
    schema: z.strictObject({ fields: fieldsSchema }),
    clustering: z.strictObject({ fields: z.array(columnNameSchema).min(1).max(4) }).optional(),
    timePartitioning: z
      .strictObject({
        type: z.enum(['DAY', 'HOUR', 'MONTH', 'YEAR']),
        field: columnNameSchema,
        expirationMs: z
          .string()
          .regex(/^[1-9]\d{0,15}$/, 'expected milliseconds')
          .optional(),
      })
      .optional(),
  })
  .superRefine((table, context) => {
    const names = new Set(table.schema.fields.map((field) => field.name));
    for (const [index, name] of (table.clustering?.fields ?? []).entries()) {
      if (names.has(name)) continue;
      context.addIssue({
        code: 'custom',
        path: ['clustering', 'fields', index],
        message: 'expected a column of the schema',
      });
    }
    if (table.timePartitioning && !names.has(table.timePartitioning.field)) {
      context.addIssue({
        code: 'custom',
        path: ['timePartitioning', 'field'],
        message: 'expected a column of the schema',
      });
    }
  });

/**
 * The metadata tables of schemas/tables/x_meta_<table>.json, in the order of their names. Throws a
 * DefinitionError that names file and field.
 */
export const loadTables = (schemasDirectory: string): readonly MetadataTable[] =>
  loadFolder(join(schemasDirectory, 'tables'), requiredTables);

/** The tables of the control dataset, from schemas/control. Throws like loadTables. */
export const loadControlTables = (schemasDirectory: string): readonly MetadataTable[] =>
  loadFolder(join(schemasDirectory, 'control'), requiredControlTables);

function loadFolder(directory: string, required: readonly string[]): readonly MetadataTable[] {
  const files = readDefinitionFolder(directory).filter(({ name }) => !name.startsWith('.'));
  if (files.length === 0) {
    throw new DefinitionError(`${directory}: expected at least one file x_meta_<table>.json, found none`);
  }
  const tables = files.map(({ name: file }) => {
    const name = filePattern.exec(file)?.[1];
    if (name === undefined) {
      throw new DefinitionError(`${join(directory, file)}: expected a file name like x_meta_<table>.json`);
    }
    return { name, ...readJsonDefinition(join(directory, file), metadataTableSchema) };
  });
  const missing = required.find((wanted) => !tables.some(({ name }) => name === wanted));
  if (missing === undefined) return tables;
  throw new DefinitionError(
    `${join(directory, `x_meta_${missing}.json`)}: is missing, and cannot be done without`,
  );
}
