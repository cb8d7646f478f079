import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Field, TableReference } from 'local-bigquery/engine';
import { fieldsOfRest } from 'local-bigquery/engine';
import { z } from 'zod';
import { readJsonDefinition } from '../../../shared/definitions/read-definition';
import { fieldsSchema } from '../../../shared/definitions/schemas/field-schema';
import { parseSource } from '../../../shared/pipelines/rules/run-sources';

export interface SourceTable {
  readonly reference: TableReference;
  readonly schema: readonly Field[];
}

export interface SourceTables {
  readonly tables: readonly SourceTable[];
  readonly problems: readonly string[];
}

/** A table resource as `bq show --format=prettyjson` prints it; only its columns matter. */
const tableSchema = z.looseObject({ schema: z.looseObject({ fields: fieldsSchema }) });

/**
 * The tables of sources whose columns are given in schemas/sources/<dataset>/<table>.json, or
 * <project>.<dataset> for a dataset of another project.
 */
export function readSourceTables(schemasDirectory: string, ownProject: string): SourceTables {
  const root = join(schemasDirectory, 'sources');
  const tables: SourceTable[] = [];
  const problems: string[] = [];
  for (const folder of existsSync(root) ? readdirSync(root).sort() : []) {
    const source = parseSource(folder);
    if (source?.kind !== 'dataset' || source.datasetId === '*') {
      problems.push(
        `${join(root, folder)}: expected a folder named like a source: dataset or project.dataset`,
      );
      continue;
    }
    const { projectId = ownProject, datasetId } = source;
    for (const name of readdirSync(join(root, folder)).sort()) {
      try {
        const { schema } = readJsonDefinition(join(root, folder, name), tableSchema);
        const reference = { projectId, datasetId, tableId: name.replace(/\.json$/, '') };
        tables.push({ reference, schema: fieldsOfRest(schema) });
      } catch (error) {
        problems.push(error instanceof Error ? error.message : String(error));
      }
    }
  }
  return { tables, problems };
}

/** The file that tells the columns of a source's table. */
export function sourceFileOf(
  schemasDirectory: string,
  ownProject: string,
  { projectId, datasetId, tableId }: TableReference,
): string {
  const folder = projectId === ownProject ? datasetId : `${projectId}.${datasetId}`;
  return join(schemasDirectory, 'sources', folder, `${tableId}.json`);
}
