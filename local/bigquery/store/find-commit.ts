import { statSync } from 'node:fs';
import type { DatasetShelf } from './dataset-shelf';
import type { Files } from './table-commits';
import type { CommittedJob } from './table-state';

/** Looks for a job's commit in the tables whose files were written since it began; reads only those. */
export function findCommit(
  shelf: DatasetShelf,
  files: Files | undefined,
  job: string,
  since: number,
): CommittedJob | undefined {
  for (const [datasetId, { tables }] of shelf.entries) {
    for (const tableId of tables.keys()) {
      const file = files?.folder.tableFile(datasetId, tableId);
      if (file !== undefined && statSync(file).mtimeMs < since - clockTolerance) continue;
      const state = shelf.table({ projectId: shelf.projectId, datasetId, tableId });
      const found = state?.jobs.find((committed) => committed.job === job);
      if (found !== undefined) return found;
    }
  }
  return undefined;
}

/** File systems round times. */
const clockTolerance = 5_000;
