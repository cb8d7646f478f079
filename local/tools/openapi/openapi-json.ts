import { join } from 'node:path';
import { z } from 'zod';
import { loadTiers } from '../../../shared/definitions/tiers';
import { type Examples, openApiDocument, operationsOf } from './document';
import examplesJson from './examples.json';

const examplesSchema = z.object({
  operations: z.record(
    z.string(),
    z.object({ request: z.unknown().optional(), answers: z.record(z.string(), z.unknown()) }),
  ),
  problems: z.record(z.string(), z.unknown()),
});

/** In the folder of the definitions. */
export const openApiFile = 'openapi.json';
const schemas = join(__dirname, '../../../schemas');

/** `schemas/openapi.json` as it should be. */
export function openApiText(): string {
  const examples: Examples = examplesSchema.parse(examplesJson);
  return `${JSON.stringify(openApiDocument(operationsOf(loadTiers(schemas)), examples), undefined, 2)}\n`;
}
