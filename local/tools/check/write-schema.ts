import { execFileSync } from 'node:child_process';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { clientTypesFolder, clientTypesTexts } from '../openapi/client-types';
import { openApiFile, openApiText } from '../openapi/openapi-json';
import { referenceFile, referenceText } from '../openapi/reference-page';
import { eventSchemaTexts } from './event-json-schemas';
import { pipelineSchemaFile, pipelineSchemaText } from './pipeline-json-schema';

/** `npm run schema`. */
const schemas = join(__dirname, '../../../schemas');
const written = [
  [pipelineSchemaFile, pipelineSchemaText()] as const,
  [openApiFile, openApiText()] as const,
  [referenceFile, referenceText()] as const,
  ...eventSchemaTexts(),
];
for (const [path, text] of written) {
  const file = join(schemas, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, text);
  console.log(`Wrote ${file}`);
}

const types = join(schemas, '../client', clientTypesFolder);
rmSync(types, { recursive: true, force: true });
mkdirSync(types);
for (const [name, text] of clientTypesTexts()) writeFileSync(join(types, name), text);
execFileSync('npx', ['biome', 'check', '--write', types], { stdio: 'ignore' });
console.log(`Wrote ${types}`);
