import type { Field } from '../../model';

/** https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobConfigurationLoad.FIELDS.schema_update_options */
export type SchemaUpdate = 'ALLOW_FIELD_ADDITION' | 'ALLOW_FIELD_RELAXATION';

/**
 * The schema of a table after a job that brings rows of another one: what the job allows is done, all else is
 * left for whoever compares the two. The table's own schema where nothing changes.
 */
export function updatedSchema(
  current: readonly Field[],
  given: readonly Field[],
  updates: readonly SchemaUpdate[] = [],
): readonly Field[] {
  if (updates.length === 0) return current;
  const byName = new Map(given.map((field) => [field.name.toLowerCase(), field]));
  const kept = current.map((field) => {
    const other = byName.get(field.name.toLowerCase());
    byName.delete(field.name.toLowerCase());
    return other === undefined ? field : updatedField(field, other, updates);
  });
  // A required column would have no value in the rows that are there.
  const added = updates.includes('ALLOW_FIELD_ADDITION')
    ? [...byName.values()].filter(({ mode }) => mode !== 'REQUIRED')
    : [];
  const isSame = added.length === 0 && kept.every((field, index) => field === current[index]);
  return isSame ? current : [...kept, ...added];
}

function updatedField(current: Field, given: Field, updates: readonly SchemaUpdate[]): Field {
  const relaxes =
    updates.includes('ALLOW_FIELD_RELAXATION') && current.mode === 'REQUIRED' && given.mode === 'NULLABLE';
  const fields = current.fields && given.fields && updatedSchema(current.fields, given.fields, updates);
  if (!relaxes && (fields === undefined || fields === current.fields)) return current;
  return {
    ...current,
    ...(relaxes && { mode: 'NULLABLE' as const }),
    ...(fields !== undefined && { fields }),
  };
}
