import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { eventSchemas } from '../../../shared/definitions/schemas/event-schemas';

/**
 * The JSON Schemas of the events that are published, for their readers: by their file in schemas/. Further
 * members are allowed, because a later version may add some.
 */
export function eventSchemaTexts(): ReadonlyMap<string, string> {
  return new Map(
    Object.entries(eventSchemas).map(([type, schema]) => {
      const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
      const head = { $schema, $comment: 'Made from shared/definitions by: npm run schema', title: type };
      return [`events/${type}.schema.json`, `${JSON.stringify({ ...head, ...rest }, null, 2)}\n`];
    }),
  );
}

/** What is wrong with the events' JSON Schemas in a schemas directory; nothing when it has none. */
export function findEventSchemaProblems(schemasDirectory: string): readonly string[] {
  return [...eventSchemaTexts()].flatMap(([path, text]) => {
    const file = join(schemasDirectory, path);
    if (!existsSync(file) || readFileSync(file, 'utf8') === text) return [];
    return [`${file}: is out of date; run: npm run schema`];
  });
}
