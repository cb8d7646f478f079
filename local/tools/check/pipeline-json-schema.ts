import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { pipelineSchema } from '../../../shared/definitions/schemas/pipeline-schema';

/** Of schemas/. */
export const pipelineSchemaFile = 'pipeline.schema.json';

/**
 * JSON Schema of a pipeline's definition, for editors. Draft 7: the one that all of them know. What the shape checks by
 * code (that either of two fields is given, say) it cannot say; `npm run check` does.
 */
export function pipelineSchemaText(): string {
  const schema = z.toJSONSchema(pipelineSchema, { io: 'input', target: 'draft-7' });
  const { $schema, ...rest } = schema;
  const head = { $schema, $comment: 'Made from the shape in shared/definitions by: npm run schema' };
  return `${JSON.stringify({ ...head, title: 'A pipeline of tenant-pipelines', ...rest }, null, 2)}\n`;
}

/** What is wrong with the JSON Schema in a schemas directory; nothing where there is none. */
export function findPipelineSchemaProblems(schemasDirectory: string): readonly string[] {
  const file = join(schemasDirectory, pipelineSchemaFile);
  if (!existsSync(file) || readFileSync(file, 'utf8') === pipelineSchemaText()) return [];
  return [`${file}: is out of date; run: npm run schema`];
}
