import { z } from 'zod';
import type { FieldDefinition } from '../../../definitions/schemas/field-schema';

/** A field of an existing table, as BigQuery describes it. What is not looked at stays with it. */
const presentField = z.looseObject({
  name: z.string(),
  get fields() {
    return z.array(presentField).optional();
  },
});

export type PresentField = z.infer<typeof presentField>;

export const presentSchema = z.object({ fields: z.array(presentField).default([]) }).default({ fields: [] });

/** A field as it was, or as it is defined, as the client takes it. */
export interface WidenedField {
  readonly name: string;
  readonly fields?: WidenedField[];
}

/**
 * The schema plus the fields of the definition that it lacks, at the end of its columns and of its records;
 * undefined if it lacks none. What the table has beyond the definition stays. BigQuery itself refuses to add
 * a REQUIRED field.
 */
export function widenSchema(
  present: readonly PresentField[],
  defined: readonly FieldDefinition[],
): WidenedField[] | undefined {
  const definitions = new Map(defined.map((field) => [field.name.toLowerCase(), field]));
  let isWider = false;
  const widened = present.map((field): WidenedField => {
    const definition = definitions.get(field.name.toLowerCase());
    definitions.delete(field.name.toLowerCase());
    const inner = field.fields && definition?.fields && widenSchema(field.fields, definition.fields);
    if (inner === undefined) return field;
    isWider = true;
    return { ...field, fields: inner };
  });
  return isWider || definitions.size > 0 ? [...widened, ...definitions.values()] : undefined;
}
