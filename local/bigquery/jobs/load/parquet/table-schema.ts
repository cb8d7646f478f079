import { BigQueryError } from '../../../errors';
import type { Field, TableReference } from '../../../model';
import { tableName } from '../../../store/names';

/**
 * That rows which a file describes may be added to a table: its columns, nested ones as well, are all the table's, of the
 * same types, and none that the table wants in every row may be null or missing.
 * @throws BigQueryError `invalid`, `Provided Schema does not match Table …`
 */
export function checkAppendable(
  table: TableReference,
  existing: readonly Field[],
  fields: readonly Field[],
  prefix = '',
): void {
  const byName = new Map(fields.map((field) => [field.name.toLowerCase(), field]));
  for (const field of existing) {
    const given = byName.get(field.name.toLowerCase());
    const path = prefix + field.name;
    byName.delete(field.name.toLowerCase());
    if (given !== undefined) checkField(table, path, field, given);
    else if (field.mode === 'REQUIRED') throw mismatch(table, `Field ${path} is missing in new schema`);
  }
  const [added] = byName.values();
  if (added === undefined) return;
  throw mismatch(table, `Cannot add fields (field: ${prefix}${added.name})`);
}

function checkField(table: TableReference, path: string, field: Field, given: Field): void {
  if (given.type !== field.type) {
    throw mismatch(table, `Field ${path} has changed type from ${field.type} to ${given.type}`);
  }
  // A column that is never null may go where nulls are allowed.
  if (given.mode !== field.mode && (given.mode !== 'REQUIRED' || field.mode === 'REPEATED')) {
    throw mismatch(table, `Field ${path} has changed mode from ${field.mode} to ${given.mode}`);
  }
  checkAppendable(table, field.fields ?? [], given.fields ?? [], `${path}.`);
}

const mismatch = (table: TableReference, detail: string): BigQueryError =>
  new BigQueryError('invalid', `Provided Schema does not match Table ${tableName(table)}. ${detail}`);
