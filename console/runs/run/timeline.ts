import type { Run } from '../../../client';

/** Where a run's time went: rows of bars over one span of time. Pure; all times in milliseconds since 1970. */

export interface Bar {
  readonly from: number;
  readonly to: number;
  /** Whether it still grows. */
  readonly isOpen: boolean;
  readonly kind: 'waits' | 'live' | 'good' | 'bad' | 'off';
}

type RunStep = Run['steps'][number];

export type TimelineRow =
  | { readonly kind: 'wait'; readonly id: string; readonly title: string; readonly bar: Bar }
  | {
      readonly kind: 'step';
      readonly id: string;
      readonly step: RunStep;
      /** The steps that it waits for, by the pipeline as it is now. */
      readonly needs: readonly string[];
      /** One for each attempt. None: it has not begun, or another run has done it. */
      readonly bars: readonly Bar[];
    };

export interface Timeline {
  readonly from: number;
  readonly to: number;
  readonly rows: readonly TimelineRow[];
}

/** The steps that each step waits for, by its id. */
export type NeedsOfSteps = ReadonlyMap<string, readonly string[]>;

/** Shorter waits than this are not worth a row. */
const shortestWaitMs = 50;

/** @param now the server's time as it is guessed here, which may lag: no bar ends before it begins */
export function timelineOf(run: Run, needs: NeedsOfSteps, now: number): Timeline {
  const from = Date.parse(run.admitted_at);
  const known = [
    run.handed_on_at,
    run.started_at,
    run.ended_at,
    ...run.steps.flatMap((step) => [step.started_at, step.ended_at]),
  ];
  const latest = Math.max(from, ...known.flatMap((at) => (at === null ? [] : [Date.parse(at)])));
  const isOpen = run.ended_at === null;
  const to = isOpen ? Math.max(now, latest) : Math.max(latest, from + 1);

  const handedOn = timeOf(run.handed_on_at);
  const isQueued = run.status === 'QUEUED';
  const given = handedOn ?? (isQueued ? to : from);
  const begun = beginningOfWork(run) ?? (isOpen ? to : (timeOf(run.ended_at) ?? to));
  const rows: TimelineRow[] = [];
  if (isQueued || handedOn !== undefined)
    rows.push(
      waiting('queue', 'In the queue', { from, to: given, isOpen: isQueued && isOpen, kind: 'waits' }),
    );
  const isStarting = isOpen && !isQueued && beginningOfWork(run) === undefined;
  if (!isQueued && (isStarting || begun - given >= shortestWaitMs))
    rows.push(
      waiting('start', 'Waiting to begin', {
        from: given,
        to: Math.max(given, begun),
        isOpen: isStarting,
        kind: 'waits',
      }),
    );
  for (const step of inOrder(run.steps, needs)) {
    const bars = step.attempt_details.map((attempt) => barOf(attempt, begun, to, isOpen));
    rows.push({ kind: 'step', id: step.step_id, step, needs: needs.get(step.step_id) ?? [], bars });
  }
  return { from, to: Math.max(to, from + 1), rows };
}

const waiting = (id: string, title: string, bar: Bar): TimelineRow => ({ kind: 'wait', id, title, bar });

const timeOf = (at: string | null): number | undefined => (at === null ? undefined : Date.parse(at));

/** When its first step began, as far as that is known. */
function beginningOfWork({ started_at, steps }: Run): number | undefined {
  const began = [started_at, ...steps.map((step) => step.started_at)].flatMap((at) =>
    at === null ? [] : [Date.parse(at)],
  );
  return began.length === 0 ? undefined : Math.min(...began);
}

/** One that was still under way when its run was over is known no further. */
function barOf(
  { status, started_at, ended_at }: RunStep['attempt_details'][number],
  begun: number,
  to: number,
  isOpen: boolean,
): Bar {
  const from = timeOf(started_at) ?? begun;
  const runs = status === 'RUNNING';
  const kind = runs ? (isOpen ? 'live' : 'off') : status === 'COMPLETED' ? 'good' : 'bad';
  const isOver = !runs || !isOpen;
  return { from: Math.min(from, to), to: Math.max(from, timeOf(ended_at) ?? to), isOpen: !isOver, kind };
}

/** Each step behind those that it needs; else by when they began, and as they stand in the pipeline. */
export function inOrder(steps: readonly RunStep[], needs: NeedsOfSteps): readonly RunStep[] {
  const left = [...steps];
  const placed = new Set<string>();
  const all = new Set(steps.map(({ step_id }) => step_id));
  const order: RunStep[] = [];
  const beganAt = ({ started_at }: RunStep) => timeOf(started_at) ?? Number.POSITIVE_INFINITY;
  while (left.length > 0) {
    const ready = left.filter(({ step_id }) =>
      (needs.get(step_id) ?? []).every((id) => placed.has(id) || !all.has(id)),
    );
    // What is no order any more, because the pipeline has changed, stays as it is.
    const next = (ready.length === 0 ? left : ready).reduce((first, step) =>
      beganAt(step) < beganAt(first) ? step : first,
    );
    left.splice(left.indexOf(next), 1);
    placed.add(next.step_id);
    order.push(next);
  }
  return order;
}

const seconds = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 86_400];
const fractions = [1, 2, 5, 10, 20, 50, 100, 200, 500];

/** Round times after the beginning, at most six, in milliseconds. */
export function ticksOf(spanMs: number): readonly number[] {
  const steps = [...fractions, ...seconds.map((each) => each * 1_000)];
  const step = steps.find((each) => spanMs / each <= 6) ?? Math.ceil(spanMs / 6);
  return Array.from({ length: Math.floor(spanMs / step) + 1 }, (_, at) => at * step);
}

/** Where a bar stands in a span, in percent of its width; wide enough to be seen. */
export function placeInSpan(
  { from, to }: Pick<Bar, 'from' | 'to'>,
  span: Pick<Timeline, 'from' | 'to'>,
): { readonly start: number; readonly size: number } {
  const whole = span.to - span.from;
  const size = Math.max(0.4, ((to - from) / whole) * 100);
  return {
    start: Math.max(0, Math.min(100 - size, ((from - span.from) / whole) * 100)),
    size: Math.min(100, size),
  };
}
