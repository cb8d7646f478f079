import { setTimeout as sleep } from 'node:timers/promises';
import { z } from 'zod';
import type { Api } from './api';

const stepShape = z.object({
  step_id: z.string(),
  type: z.string(),
  status: z.string(),
  attempts: z.number(),
  duration_ms: z.number().nullable(),
  rows_written: z.number().nullable(),
  error_message: z.string().nullable(),
});

const checkShape = z.object({
  check_name: z.string(),
  severity: z.string(),
  passed: z.boolean().nullable(),
  message: z.string().nullable(),
});

const runShape = z.object({
  run_id: z.string(),
  status: z.string(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  failed_step: z.string().nullable().optional(),
  error_code: z.string().nullable().optional(),
  error_message: z.string().nullable().optional(),
});

type ShownStep = z.infer<typeof stepShape>;
export type FollowedRun = z.infer<typeof runShape>;

/** Before a stream that ended or broke is asked for again. */
const pauseMs = 500;

/** Says of each step when it begins and how it ends, and of checks that do not pass; resolves to the run when it is over. */
export async function followRun(
  api: Api,
  apiKey: string,
  runId: string,
  say: (line: string) => void,
): Promise<FollowedRun> {
  let lastId: string | undefined;
  for (;;) {
    try {
      for await (const { event, id, data } of api.follow(
        `/api/v1/pipelines/runs/${runId}/events`,
        apiKey,
        lastId,
      )) {
        lastId = id;
        if (event === 'step') say(describeStep(stepShape.parse(data)));
        if (event === 'check') sayIfNotPassed(checkShape.parse(data), say);
        if (event === 'end') return runShape.parse(data);
      }
    } catch (error) {
      // undici's error for a stream that breaks; the next one goes on where this one was.
      if (!(error instanceof TypeError)) throw error;
    }
    await sleep(pauseMs);
  }
}

function sayIfNotPassed(
  { check_name, severity, passed, message }: z.infer<typeof checkShape>,
  say: (line: string) => void,
): void {
  if (passed !== true) say(`  ${severity.padEnd(9)} ${message ?? check_name}`);
}

const writesNothing = new Set(['quality', 'notify']);

function describeStep({ step_id, type, status, attempts, duration_ms, rows_written }: ShownStep): string {
  const facts = [
    ...(rows_written === null || status === 'RUNNING' || writesNothing.has(type)
      ? []
      : [`${rows_written} rows`]),
    ...(duration_ms === null ? [] : [`${(duration_ms / 1000).toFixed(1)} s`]),
    ...(attempts > 1 ? [`${attempts} attempts`] : []),
  ];
  return `  ${status.padEnd(9)} ${step_id} (${type})${facts.length > 0 ? `: ${facts.join(', ')}` : ''}`;
}
