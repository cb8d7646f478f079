import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pipelineSchemaFile, pipelineSchemaText } from './pipeline-json-schema';

/** `npm run schema`. */
const file = join(__dirname, '../../../schemas', pipelineSchemaFile);
writeFileSync(file, pipelineSchemaText());
console.log(`Wrote ${file}`);
