import type { LoadStep } from '../../definitions/schemas/pipeline-schema';
import type { FindFiles } from '../../google/storage/find-files';
import type { ReadFileStarts } from '../../google/storage/read-file-starts';
import type { RunInputs } from '../execution';
import { judgeUri, type RunSources } from '../rules/run-sources';
import { stepsBefore } from '../rules/tables-before';
import { checkHeaders } from '../steps/load/check-headers';
import { findLoadSource } from '../steps/load/load-source';
import { notBilled, notKnown, type PlannedFiles, type StepPlan, wouldFail } from './step-plan';

export interface FileTools {
  readonly findFiles: FindFiles;
  readonly readFileStarts: ReadFileStarts;
}

/** Whether a load's files may be read, are there, and have the columns that are expected. Loads are free of charge. */
export async function planLoad(
  run: RunInputs,
  step: LoadStep,
  reads: RunSources,
  { findFiles, readFileStarts }: FileTools,
  signal: AbortSignal,
): Promise<StepPlan> {
  const source = findLoadSource(run, step);
  if ('error' in source) return wouldFail(source.error);
  for (const uri of source.sourceUris) {
    const message = judgeUri(reads, uri, source.urisFrom);
    if (message !== undefined) return wouldFail({ code: 'access_denied', message });
  }
  const files: PlannedFiles[] = [];
  const warnings: string[] = [];
  for (const uri of source.sourceUris) {
    const found = await findFiles(uri, signal);
    if (found?.areAll === false) warnings.push(`${uri}: there are more files than are counted here.`);
    const bytes = found?.files.reduce((sum, file) => sum + file.bytes, 0);
    files.push({ uri, files: found?.files.length ?? null, bytes: bytes ?? null });
  }
  const missing = files.find((each) => each.files === 0);
  if (missing !== undefined) {
    const writers = writesFilesBefore(run, step);
    const message = `There is no file ${missing.uri}.`;
    if (writers.length === 0) return wouldFail({ code: 'not_found', message }, { files });
    const later = `Not known before the exports before it have run (${writers.join(', ')}). ${message}`;
    return notKnown({ code: 'not_yet_known', message: later }, { files });
  }
  if (files.some((each) => each.files === null)) {
    const message = 'A dry run may not look at its files. Runs may.';
    return notKnown({ code: 'access_denied', message }, { files, bytesProcessed: 0, bytesBilled: 0 });
  }
  const headers = await checkHeaders(readFileStarts, reads, { ...source, step }, signal);
  const told = { files, warnings: [...warnings, ...headers.warnings] };
  return headers.problem === undefined
    ? notBilled(told)
    : wouldFail({ code: 'invalid_data', message: headers.problem }, told);
}

function writesFilesBefore({ definition: { steps } }: RunInputs, { id }: LoadStep): readonly string[] {
  const before = stepsBefore(steps, id);
  return steps.flatMap((step) => (step.type === 'export' && before.has(step.id) ? [step.id] : []));
}
