import { cpSync, existsSync } from 'node:fs';
import { join } from 'node:path';

/** What each reader of definitions reads, by its module: a bundle that has the module in it needs these. */
const readBy: Readonly<Record<string, readonly string[]>> = {
  // Of the tables it needs the names, which no pipeline may write to.
  'shared/definitions/pipelines.ts': ['pipelines', 'tables'],
  'shared/definitions/tables.ts': ['tables'],
  'shared/definitions/tiers.ts': ['tiers.json'],
  'shared/definitions/schedules.ts': ['schedules.json'],
};

/** Files and folders of schemas/ that a bundle of these modules reads. */
export const schemasReadBy = (modules: readonly string[]): readonly string[] =>
  [...new Set(modules.flatMap((module) => readBy[module] ?? []))].sort();

/** Copies them beside the bundle. Throws where one is missing. */
export function copySchemas(
  schemasDirectory: string,
  paths: readonly string[],
  outputDirectory: string,
): void {
  for (const path of paths) {
    const source = join(schemasDirectory, path);
    if (!existsSync(source)) throw new Error(`${source}: is missing, and the function reads it`);
    cpSync(source, join(outputDirectory, 'schemas', path), { recursive: true });
  }
}
