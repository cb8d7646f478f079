import { BigQueryError } from '../../bigquery-error';
import type { Cell, Field, Row } from '../../model';

/**
 * The schema of a table after an update, by BigQuery's rules: columns may be added as NULLABLE or REPEATED,
 * REQUIRED may become NULLABLE, descriptions may change; nothing is dropped, renamed or given another type.
 * Columns that are there keep their place, so rows stay as they are; new ones come behind.
 * @param name the table, "project:dataset.table", for the message
 * @throws BigQueryError `invalid`, `Provided Schema does not match Table …`
 */
export function mergeSchema(name: string, current: readonly Field[], provided: readonly Field[]): Field[] {
  return mergeFields(name, '', current, provided);
}

function mergeFields(
  name: string,
  prefix: string,
  current: readonly Field[],
  provided: readonly Field[],
): Field[] {
  const byName = new Map(provided.map((field) => [field.name.toLowerCase(), field]));
  const kept = current.map((field) => {
    const path = prefix + field.name;
    const next = byName.get(field.name.toLowerCase());
    if (next === undefined) throw mismatch(name, `Field ${path} is missing in new schema`);
    byName.delete(field.name.toLowerCase());
    return mergeField(name, path, field, next);
  });
  for (const field of byName.values()) {
    if (field.mode !== 'REQUIRED') continue;
    throw mismatch(name, `Cannot add required fields to an existing schema. (field: ${prefix}${field.name})`);
  }
  return [...kept, ...byName.values()];
}

function mergeField(name: string, path: string, current: Field, next: Field): Field {
  if (next.type !== current.type) {
    throw mismatch(name, `Field ${path} has changed type from ${current.type} to ${next.type}`);
  }
  const relaxed = current.mode === 'REQUIRED' && next.mode === 'NULLABLE';
  if (next.mode !== current.mode && !relaxed) {
    throw mismatch(name, `Field ${path} has changed mode from ${current.mode} to ${next.mode}`);
  }
  const { fields, ...rest } = next;
  if (current.fields === undefined) return { ...rest, name: current.name };
  return {
    ...rest,
    name: current.name,
    fields: mergeFields(name, `${path}.`, current.fields, fields ?? []),
  };
}

function mismatch(name: string, detail: string): BigQueryError {
  return new BigQueryError('invalid', `Provided Schema does not match Table ${name}. ${detail}`);
}

/** A row of a table whose schema grew from `before` to `after`: null (or no elements) in the new columns. */
export function widenRow(row: Row, before: readonly Field[], after: readonly Field[]): Row {
  return after.map((field, index) => {
    const old = before[index];
    const cell = row[index];
    if (old === undefined || cell === undefined) return field.mode === 'REPEATED' ? [] : null;
    return widenCell(cell, old, field);
  });
}

function widenCell(cell: Cell, before: Field, after: Field): Cell {
  const oldFields = before.fields;
  const newFields = after.fields;
  if (oldFields === undefined || newFields === undefined || cell === null || typeof cell === 'string')
    return cell;
  if (after.mode !== 'REPEATED') return widenRow(cell, oldFields, newFields);
  return cell.map((item) => (isCells(item) ? widenRow(item, oldFields, newFields) : item));
}

function isCells(cell: Cell): cell is readonly Cell[] {
  return Array.isArray(cell);
}
