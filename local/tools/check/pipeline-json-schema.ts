import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { pipelineSchema } from '../../../shared/definitions/schemas/pipeline-schema';

/** Its name in schemas/. */
export const pipelineSchemaFile = 'pipeline.schema.json';

/**
 * The JSON Schema of pipeline definitions, for editors; draft 7, because all of them know it. It cannot say
 * what our own schema checks by code (that one of two fields is given, for example): `npm run check` does.
 */
export function pipelineSchemaText(): string {
  const schema = z.toJSONSchema(pipelineSchema, { io: 'input', target: 'draft-7' });
  const { $schema, ...rest } = schema;
  const head = { $schema, $comment: 'Made from shared/definitions by: npm run schema' };
  return `${JSON.stringify({ ...head, title: 'A pipeline of tenant-pipelines', ...rest }, null, 2)}\n`;
}

/** What is wrong with the JSON Schema in a schemas directory; nothing when it has none. */
export function findPipelineSchemaProblems(schemasDirectory: string): readonly string[] {
  const file = join(schemasDirectory, pipelineSchemaFile);
  if (!existsSync(file) || readFileSync(file, 'utf8') === pipelineSchemaText()) return [];
  return [`${file}: is out of date; run: npm run schema`];
}
