import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** What describes the HTTP interface. `npm run schema` writes both. */
export interface Reference {
  readonly openApi: () => string;
  /** The same as a page. */
  readonly page: () => string;
}

/** Each is read when it is asked for first. */
export const lazyReference = (schemasDirectory: string): Reference => ({
  openApi: lazyText(join(schemasDirectory, 'openapi.json')),
  page: lazyText(join(schemasDirectory, 'reference.html')),
});

function lazyText(file: string): () => string {
  let text: string | undefined;
  return () => {
    text ??= readFileSync(file, 'utf8');
    return text;
  };
}
