import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The text of schemas/openapi.json, which `npm run schema` writes. It is read when it is asked for first. */
export function lazyOpenApiText(schemasDirectory: string): () => string {
  let text: string | undefined;
  return () => {
    text ??= readFileSync(join(schemasDirectory, 'openapi.json'), 'utf8');
    return text;
  };
}
