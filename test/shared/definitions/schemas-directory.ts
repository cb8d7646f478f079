import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { loadPipelines } from '../../../shared/definitions/pipelines';

/** Writes files (by path inside schemas/) into a new directory for the callback, and removes it afterwards. */
export function withSchemas<T>(files: Readonly<Record<string, string>>, use: (directory: string) => T): T {
  const directory = mkdtempSync(join(tmpdir(), 'schemas-'));
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(dirname(join(directory, path)), { recursive: true });
      writeFileSync(join(directory, path), text);
    }
    return use(directory);
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

/** The message of the DefinitionError that `load` throws. Fails the test if it throws something else, or nothing. */
export function messageOf(load: () => unknown): string {
  try {
    load();
  } catch (error) {
    if (error instanceof Error && error.name === 'DefinitionError') return error.message;
    throw error;
  }
  throw new Error('expected a DefinitionError, got none');
}

const tables = { 'tables/x_meta_tenants.json': '{}' };

/** The files of schemas/ with one definition, a/b/c, and these more. */
export const filesWith = (yaml: string, more: Readonly<Record<string, string>> = {}) => ({
  ...tables,
  'pipelines/a/b/c.yaml': yaml,
  ...more,
});

/** The problems that loading this definition reports. */
export const problemsOf = (yaml: string, more: Readonly<Record<string, string>> = {}): string =>
  withSchemas(filesWith(yaml, more), (directory) => messageOf(() => loadPipelines(directory)));

/** A definition of one query step with these fields. */
export const query = (more = '') => `
description: A pipeline
steps:
  - id: first
    type: query
    ${more}
`;

/** How problems name that step. */
export const step = "step 'first',";

/** The problems of a definition with one step, without file name, line and column. The fields are lines of YAML. */
export function problemsOfStep(fields: string): readonly string[] {
  const lines = fields.trim().replace(/^/gm, '    ');
  const yaml = `description: A test
parameters:
  day: { type: DATE, description: A day, required: true }
  name: { type: STRING, description: A name }
steps:
  - id: only
${lines}
`;
  return problemsOf(yaml)
    .split('\n')
    .map((line) => line.replace(/^.*c\.yaml:\d+:\d+ /, ''));
}
