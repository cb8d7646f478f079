import { z } from 'zod';
import type { PipelineDefinition, Step } from '../../definitions/schemas/pipeline-schema';
import { fillDestinationUri } from '../../pipelines/rules/destination-uri';
import { findFinalSteps } from '../../pipelines/rules/final-tables';
import { type PipelineParameterValues, parseParameters } from '../../pipelines/rules/pipeline-parameters';
import { toTable } from '../../pipelines/steps/destination-table';
import type { RecordedAttempt, RecordedRun } from '../../sql/runs/read-run';

interface Made {
  /** Its place among all that the definition's steps make, from 1: the same whatever has been made so far. */
  readonly n: number;
  readonly stepId: string;
  /** Whether no later step of the run makes another table of it. */
  readonly isFinal: boolean;
  readonly rowsWritten: number | null;
  /** When the last step of the run that writes there was done, by BigQuery's clock. */
  readonly madeAt: Date;
}

/** A table that a step of a run wrote to. */
export interface MadeTable extends Made {
  readonly kind: 'table';
  readonly table: string;
  /** The partition that was written to, if it was only one. */
  readonly partitionId: string | undefined;
  readonly writeDisposition: string;
}

/** Files that a step of a run wrote. */
export interface MadeFiles extends Made {
  readonly kind: 'files';
  readonly uri: string;
  readonly format: string;
}

export type MadeResult = MadeTable | MadeFiles;

/**
 * What a run has made so far: what the steps that have completed write, by the definition as it is now. A step
 * that the definition has no longer is left out.
 */
export function findMadeResults(
  tenantId: string,
  run: Pick<RecordedRun, 'run_id' | 'attempts' | 'parameters'>,
  definition: PipelineDefinition,
): readonly MadeResult[] {
  const parameters = parametersOfRun(run, definition);
  const final = findFinalSteps(definition.steps);
  const done = new Map(
    run.attempts.flatMap((attempt) =>
      attempt.status === 'COMPLETED' ? [[attempt.step_id, attempt] as const] : [],
    ),
  );
  const makers = definition.steps.filter((step) => placeOf(step) !== undefined);
  return makers.flatMap((step, index): readonly MadeResult[] => {
    const attempt = done.get(step.id);
    if (attempt === undefined) return [];
    const common = {
      n: index + 1,
      stepId: step.id,
      isFinal: step.type === 'export' || final.has(step.id),
      rowsWritten: attempt.rows_written,
      madeAt: lastWrite(makers, step, done),
    };
    if (step.type === 'export') {
      const filled = fillDestinationUri(step.destination_uri, { tenantId, runId: run.run_id, parameters });
      return 'problem' in filled ? [] : [{ ...common, kind: 'files', uri: filled.uri, format: step.format }];
    }
    const { destination } = 'destination' in step ? step : { destination: undefined };
    if (destination === undefined) return [];
    const { write_disposition, ...table } = destination;
    const partition = 'partition' in table ? table.partition : undefined;
    const { partitionId } = toTable(
      { parameters },
      { ...table, partition, write_disposition: 'WRITE_TRUNCATE' },
    );
    return [
      { ...common, kind: 'table', table: table.table, partitionId, writeDisposition: write_disposition },
    ];
  });
}

/** The steps on record that the definition has no longer: what they made is not known. */
export const unknownSteps = (
  { attempts }: Pick<RecordedRun, 'attempts'>,
  { steps }: PipelineDefinition,
): readonly string[] => {
  const known = new Set(steps.map(({ id }) => id));
  return [...new Set(attempts.map(({ step_id }) => step_id))].filter(
    (id) => !known.has(id) && !id.startsWith('watermark-'),
  );
};

/** Where a step writes to; undefined if it writes nowhere. */
function placeOf(step: Step): string | undefined {
  if (step.type === 'export') return step.destination_uri;
  return 'destination' in step ? step.destination?.table.toLowerCase() : undefined;
}

function lastWrite(makers: readonly Step[], step: Step, done: ReadonlyMap<string, RecordedAttempt>): Date {
  const place = placeOf(step);
  const times = makers.flatMap((maker) =>
    placeOf(maker) === place ? (done.get(maker.id)?.ended_at.getTime() ?? []) : [],
  );
  return new Date(Math.max(...times));
}

const parametersSchema = z.record(z.string(), z.union([z.string(), z.number(), z.boolean(), z.null()]));

/** As the worker takes them: those that the definition has, with its defaults. */
function parametersOfRun(
  run: Pick<RecordedRun, 'parameters'>,
  { parameters }: PipelineDefinition,
): PipelineParameterValues {
  const given = run.parameters === null ? {} : parametersSchema.parse(JSON.parse(run.parameters));
  const known = Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(parameters, name)));
  const parsed = parseParameters(parameters, known);
  return parsed.ok ? parsed.values : given;
}
