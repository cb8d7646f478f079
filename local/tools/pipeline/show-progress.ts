import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Api } from './api';

const stepSchema = z.object({
  step_id: z.string(),
  type: z.string(),
  status: z.string(),
  attempts: z.number(),
  duration_ms: z.number().nullable(),
  rows_written: z.number().nullable(),
  error_message: z.string().nullable(),
  file_format: z.string().nullish(),
  warnings: z.array(z.string()).default([]),
});

const checkSchema = z.object({
  check_name: z.string(),
  severity: z.string(),
  passed: z.boolean().nullable(),
  message: z.string().nullable(),
});

const runSchema = z.object({
  run_id: z.string(),
  status: z.string(),
  duration_ms: z.number().nullable(),
  failed_step: z.string().nullable().optional(),
  error_code: z.string().nullable().optional(),
  error_message: z.string().nullable().optional(),
});

type ShownStep = z.infer<typeof stepSchema>;
export type EndedRun = z.infer<typeof runSchema>;

/** The pause before a stream that ended or broke is asked for again. */
const pauseMs = 500;

/**
 * Says when each step begins and how it ends, and which checks do not pass; resolves to the run when it has
 * ended.
 */
export async function showProgress(
  api: Api,
  apiKey: string,
  runId: string,
  say: (line: string) => void,
): Promise<EndedRun> {
  let lastId: string | undefined;
  for (;;) {
    try {
      for await (const { event, id, data } of api.follow(
        `/api/v1/pipelines/runs/${runId}/events`,
        apiKey,
        lastId,
      )) {
        lastId = id;
        if (event === 'step') sayStep(stepSchema.parse(data), say);
        if (event === 'check') sayIfNotPassed(checkSchema.parse(data), say);
        if (event === 'end') return runSchema.parse(data);
      }
    } catch (error) {
      // That is undici's error for a stream that breaks; the next stream goes on where this one was.
      if (!(error instanceof TypeError)) throw error;
    }
    await sleep(pauseMs);
  }
}

function sayStep(step: ShownStep, say: (line: string) => void): void {
  say(describeStep(step));
  for (const warning of step.warnings) say(`  ${'warning'.padEnd(9)} ${warning}`);
}

function sayIfNotPassed(
  { check_name, severity, passed, message }: z.infer<typeof checkSchema>,
  say: (line: string) => void,
): void {
  if (passed !== true) say(`  ${severity.padEnd(9)} ${message ?? check_name}`);
}

const writesNothing = new Set(['quality', 'notify']);

function describeStep(step: ShownStep): string {
  const { step_id, type, status, attempts, duration_ms, rows_written, file_format } = step;
  const facts = [
    ...(file_format ? [file_format] : []),
    ...(rows_written === null || status === 'RUNNING' || writesNothing.has(type)
      ? []
      : [`${rows_written} rows`]),
    ...(duration_ms === null ? [] : [`${(duration_ms / 1000).toFixed(1)} s`]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ];
  return `  ${status.padEnd(9)} ${step_id} (${type})${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`;
}
