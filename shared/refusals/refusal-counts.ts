import type { AppendedRow } from '../google/bigquery/tables/append-rows';
import type { ControlDataset } from '../google/bigquery/tables/control-dataset';
import type { Log } from '../log';
import type { Clock } from '../support/clock';

const minuteMs = 60_000;
/** One line an hour tells that the table takes none: an instance tries each minute. */
const warnEveryMs = 3_600_000;
/** Rows that wait while the table takes none. Beyond it what was counted is dropped. */
const mostWaiting = 1_000;

/** Counts refusals by their code. Never throws, and nobody waits for it. */
export interface RefusalCounts {
  /** Called for each answer; `code` is that of a problem. */
  readonly note: (code: string | undefined) => void;
}

export interface RefusalCountsDependencies {
  readonly append: ControlDataset['append'];
  /** Whose answers they are. */
  readonly functionName: string;
  readonly newId: () => string;
  readonly clock: Clock;
  readonly log: Log;
}

/**
 * Streams what was counted to the table `refusals`: at most one insert a minute, with one row a code, however many
 * calls are refused. It is sent while a request is under way, without that request waiting for it; what the table
 * did not take is sent again with the next, and told of once an hour. A row that it took without saying so may be there
 * twice, where BigQuery does not know its insert id any more. What an instance has not sent when it ends is lost.
 */
export function createRefusalCounts(deps: RefusalCountsDependencies): RefusalCounts {
  const { append, functionName, newId, clock, log } = deps;
  const counted = new Map<string, { readonly minute: Date; calls: number }>();
  let waiting: readonly AppendedRow[] = [];
  let isSending = false;
  let nextAtMs = Number.NEGATIVE_INFINITY;
  let warnedAtMs = Number.NEGATIVE_INFINITY;

  return {
    note(code) {
      // Those of before first: what is counted now belongs to another minute.
      if (clock.monotonicMs() >= nextAtMs) send();
      if (code === undefined) return;
      const known = counted.get(code);
      if (known === undefined) counted.set(code, { minute: minuteOf(clock.now()), calls: 1 });
      else known.calls++;
      if (clock.monotonicMs() >= nextAtMs) send();
    },
  };

  function send(): void {
    if (isSending || counted.size + waiting.length === 0) return;
    nextAtMs = clock.monotonicMs() + minuteMs;
    const rows = [...waiting, ...[...counted].map(rowOf)].slice(0, mostWaiting);
    counted.clear();
    waiting = [];
    isSending = true;
    append('refusals', ...rows).then(
      () => {
        isSending = false;
      },
      (error: unknown) => {
        isSending = false;
        waiting = rows;
        warn(error);
      },
    );
  }

  function warn(error: unknown): void {
    if (clock.monotonicMs() - warnedAtMs < warnEveryMs) return;
    warnedAtMs = clock.monotonicMs();
    log('WARNING', 'Counts of refusals could not be written; they are tried again each minute', { error });
  }

  function rowOf([code, { minute, calls }]: [string, { readonly minute: Date; readonly calls: number }]) {
    return { insertId: newId(), json: { minute: minute.toISOString(), function: functionName, code, calls } };
  }
}

const minuteOf = (time: Date): Date => new Date(Math.floor(time.getTime() / minuteMs) * minuteMs);
