import type { RunEventData, StepEventData } from '../../api';
import type { Client } from '../../client';
import { durationText } from './formats';
import { checkLines, queueLine, stepLines } from './run-lines';
import type { Terminal } from './terminal';

export interface Following {
  readonly client: Client;
  readonly terminal: Terminal;
  /** Ends the following, and rejects it with the signal's reason. */
  readonly signal: AbortSignal;
  readonly now: () => number;
}

const redrawMs = 250;

/**
 * Says when each step begins and how it ends, and which checks do not pass; a terminal shows what is under way.
 * Resolves to the run when it has ended.
 */
export async function showProgress(
  runId: string,
  { client, terminal, signal, now }: Following,
): Promise<RunEventData> {
  const running = new Map<string, number>();
  const since = now();
  const draw = () => terminal.status(statusLine({ running, since, now: now() }));
  const timer = terminal.isLive ? setInterval(draw, redrawMs) : undefined;
  try {
    for await (const { event, data } of client.followRun(runId, { signal })) {
      if (event === 'end') return data;
      if (event === 'run' && data.queue) terminal.say(queueLine(data.queue, terminal.paint));
      if (event === 'step') sayStep(data, { running, terminal, now });
      if (event === 'check') for (const line of checkLines(data, terminal.paint)) terminal.say(line);
    }
  } finally {
    clearInterval(timer);
    terminal.status(undefined);
  }
  throw new Error(`The events of run ${runId} have ended without the run`);
}

interface Shown extends Pick<Following, 'terminal' | 'now'> {
  /** When a step was seen to begin, by its id. */
  readonly running: Map<string, number>;
}

function sayStep(step: StepEventData, { running, terminal, now }: Shown): void {
  const isRunning = step.status === 'RUNNING';
  if (isRunning) running.set(step.step_id, now());
  else running.delete(step.step_id);
  // Where the last line says what is under way, only ends are worth a line.
  if (isRunning && terminal.isLive) return;
  for (const line of stepLines(step, terminal.paint)) terminal.say(line);
}

const frames = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏'] as const;

/** What is under way, and for how long. */
export function statusLine({
  running,
  since,
  now,
}: {
  readonly running: ReadonlyMap<string, number>;
  readonly since: number;
  readonly now: number;
}): string {
  const frame = frames[Math.floor((now - since) / redrawMs) % frames.length];
  const steps = [...running].map(([step, from]) => `${step} ${durationText(now - from)}`);
  return `${frame} ${durationText(now - since)}  ${steps.length === 0 ? 'waiting for its next step' : steps.join(', ')}`;
}
