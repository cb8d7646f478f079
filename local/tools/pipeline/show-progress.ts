import type { CheckEventData, Client, RunEventData, StepEventData } from '../../../client';

/**
 * Says when each step begins and how it ends, and which checks do not pass; resolves to the run when it has
 * ended.
 */
export async function showProgress(
  client: Client,
  runId: string,
  say: (line: string) => void,
): Promise<RunEventData> {
  for await (const { event, data } of client.followRun(runId)) {
    if (event === 'step') sayStep(data, say);
    if (event === 'check') sayIfNotPassed(data, say);
    if (event === 'end') return data;
  }
  throw new Error(`The events of run ${runId} have ended without the run`);
}

function sayStep(step: StepEventData, say: (line: string) => void): void {
  say(describeStep(step));
  for (const warning of step.warnings) say(`  ${'warning'.padEnd(9)} ${warning}`);
}

function sayIfNotPassed(
  { check_name, severity, passed, message }: CheckEventData,
  say: (line: string) => void,
): void {
  if (passed !== true) say(`  ${severity.padEnd(9)} ${message ?? check_name}`);
}

const writesNothing = new Set(['quality', 'notify']);

function describeStep(step: StepEventData): string {
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
