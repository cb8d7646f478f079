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

const runShape = z.object({
  run_id: z.string(),
  status: z.string(),
  started_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  failed_step: z.string().nullable().optional(),
  error_code: z.string().nullable().optional(),
  error_message: z.string().nullable().optional(),
  steps: z.array(stepShape),
});

type ShownStep = z.infer<typeof stepShape>;
export type FollowedRun = z.infer<typeof runShape>;

const pauseMs = 200;
const over = new Set(['COMPLETED', 'FAILED', 'CANCELLED']);

/** Says of each step when it begins and how it ends, and resolves to the run when it is over. */
export async function followRun(
  api: Api,
  apiKey: string,
  runId: string,
  say: (line: string) => void,
): Promise<FollowedRun> {
  const said = new Map<string, string>();
  for (;;) {
    const run = runShape.parse(await api.call('GET', `/api/v1/pipelines/runs/${runId}`, { apiKey }));
    for (const step of run.steps) {
      if (step.status === 'PENDING' || said.get(step.step_id) === step.status) continue;
      said.set(step.step_id, step.status);
      say(describeStep(step));
    }
    if (over.has(run.status)) return run;
    await sleep(pauseMs);
  }
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
