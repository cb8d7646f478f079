import { pipelineSchema } from '../../../../shared/definitions/schemas/pipeline-schema';
import type { JobRequest } from '../../../../shared/google/bigquery/jobs/job-request';
import type { AppendedRow } from '../../../../shared/google/bigquery/tables/append-rows';
import type { ExecutionTools, RunToExecute } from '../../../../shared/pipelines/execution';
import type { JobBook } from './job-book';

export const start = new Date('2026-11-01T12:00:00Z');
export const unavailable = { reason: 'backendError', message: 'Try again.' };

/** A run of query steps, given as their needs. */
export function runOf(
  needs: Record<string, readonly string[]>,
  more: Partial<RunToExecute> = {},
): RunToExecute {
  const steps = Object.entries(needs).map(([id, list]) => ({
    id,
    type: 'query',
    sql: `SELECT '${id}'`,
    needs: list,
  }));
  const { parameters, ...definition } = pipelineSchema.parse({
    description: 'A test',
    timeout_seconds: 60,
    steps,
  });
  return {
    runId: 'run1',
    tenantId: 'tenant_1',
    datasetId: 'tenant_1',
    // These steps hold their SQL themselves.
    definition: {
      ...definition,
      parameters,
      path: 'a/b/c',
      steps: definition.steps.flatMap((step) =>
        step.type === 'query' ? [{ ...step, sql: step.sql ?? '' }] : [],
      ),
    },
    parameters: {},
    leaseExpiresAt: new Date(start.getTime() + 3_600_000),
    ...more,
  };
}

export function toolsOf({ runJob }: JobBook, more: Partial<ExecutionTools> = {}) {
  const rows = new Map<string, AppendedRow[]>();
  const sleeps: number[] = [];
  const tools: ExecutionTools = {
    runJob,
    appendRows: async (_, tableId, added) => {
      rows.set(tableId, [...(rows.get(tableId) ?? []), ...added]);
    },
    now: () => start,
    random: () => 0.5,
    sleep: async (milliseconds) => {
      sleeps.push(milliseconds);
    },
    log: () => undefined,
    ...more,
  };
  return { tools, sleeps, rowsOf: (tableId: string) => rows.get(tableId) ?? [] };
}

export const stepOf = (request: JobRequest): string => request.labels.step ?? '';
