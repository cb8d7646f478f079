import { z } from 'zod';
import type { ShownCheck, ShownStep } from '../../shared/runs/show-run';

/** What a client has been told about a step. */
interface Told {
  readonly phase: Phase;
  /** How many of its checks were told, in the order of their names. */
  readonly checks: number;
}

type Phase = 'waiting' | 'running' | 'over';
const phases: readonly Phase[] = ['waiting', 'running', 'over'];
const unheard: Told = { phase: 'waiting', checks: 0 };

/** What a client has been told about a run, by step. */
export type Heard = ReadonlyMap<string, Told>;

export interface RunEvent {
  readonly event: 'run' | 'step' | 'check' | 'end';
  /** Says all that the client has been told up to this event, so that any instance can go on from it. */
  readonly id: string;
  readonly data: object;
}

/** The id of a run's last event. */
export const endId = 'end';
const beginning = 'begun';

/** begun,<step>=<phase>.<checks>,… */
const idOf = (heard: Heard): string =>
  [
    beginning,
    ...[...heard].map(([step, { phase, checks }]) => `${step}=${phases.indexOf(phase)}.${checks}`),
  ].join(',');

const idPattern = /^begun(,[A-Za-z0-9_-]{1,128}=[0-2]\.[0-9]{1,4})*$/;

/** The Last-Event-ID header: `end`, or what the client has heard. */
export const lastEventIdSchema = z
  .string()
  .max(12_000, 'expected the id of an event of this run')
  .refine((id) => id === endId || idPattern.test(id), 'expected the id of an event of this run')
  .transform((id): typeof endId | Heard => (id === endId ? endId : heardOf(id)));

const heardOf = (id: string): Heard =>
  new Map(
    id
      .split(',')
      .slice(1)
      .map((entry) => {
        const [, step = '', phase, checks] = /^(.*)=(\d)\.(\d+)$/.exec(entry) ?? [];
        return [step, { phase: phases[Number(phase)] ?? 'waiting', checks: Number(checks) }] as const;
      }),
  );

export const beginEvent = (run: object): RunEvent => ({ event: 'run', id: beginning, data: run });
export const endEvent = (run: object): RunEvent => ({ event: 'end', id: endId, data: run });

/**
 * What is new to a client that has heard `before`: for each step that it runs, its checks, and that it is
 * over, each once. Nothing is taken back: a step that is tried again is not told again until it is over.
 */
export function tellNews(
  steps: readonly ShownStep[],
  checks: readonly ShownCheck[],
  before: Heard,
): { readonly events: readonly RunEvent[]; readonly heard: Heard } {
  const heard = new Map(before);
  const events: RunEvent[] = [];
  const tell = (event: 'step' | 'check', data: object, stepId: string, told: Told) => {
    heard.set(stepId, told);
    events.push({ event, id: idOf(heard), data });
  };
  for (const step of steps) {
    const id = step.step_id;
    let told = heard.get(id) ?? unheard;
    if (step.status === 'RUNNING' && told.phase === 'waiting') {
      told = { ...told, phase: 'running' };
      tell('step', step, id, told);
    }
    for (const check of checks.filter(({ step_id }) => step_id === id).slice(told.checks)) {
      told = { ...told, checks: told.checks + 1 };
      tell('check', check, id, told);
    }
    const isOver = step.status === 'COMPLETED' || step.status === 'FAILED';
    if (isOver && told.phase !== 'over') {
      told = { ...told, phase: 'over' };
      tell('step', step, id, told);
    }
  }
  return { events, heard };
}

/** In the form of Server-Sent Events. https://html.spec.whatwg.org/multipage/server-sent-events.html */
export const formatEvents = (events: readonly RunEvent[]): string =>
  events
    .map(({ event, id, data }) => `event: ${event}\nid: ${id}\ndata: ${JSON.stringify(data)}\n\n`)
    .join('');
