import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { eventSchemaTexts } from './event-json-schemas';
import { pipelineSchemaFile, pipelineSchemaText } from './pipeline-json-schema';

/** `npm run schema`. */
const schemas = join(__dirname, '../../../schemas');
for (const [path, text] of [[pipelineSchemaFile, pipelineSchemaText()] as const, ...eventSchemaTexts()]) {
  const file = join(schemas, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`Wrote ${file}`);
}
