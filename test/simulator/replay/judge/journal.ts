import type { Log } from '../../../../shared/log';
import type { VirtualTime } from '../time/virtual-time';
import { type InvariantName, invariants } from './invariants';

export interface Violation {
  readonly invariant: string;
  readonly facts: string;
}

/** All that happens, a line each, and what should not have happened. */
export interface Journal {
  readonly note: (line: string) => void;
  readonly violate: (invariant: InvariantName, facts: string) => void;
  readonly violations: readonly Violation[];
  /** For the functions. Errors that no fault explains are violations. */
  readonly logOf: (instance: string) => Log;
  /** How often each of the functions' warnings and errors was logged. */
  readonly logged: ReadonlyMap<string, number>;
  /** The last lines, oldest first. */
  readonly lastLines: (count: number) => readonly string[];
}

const keptLines = 200;

/**
 * @param ignored is not judged
 * @param write gets each line as it comes; absent: only the last lines are kept
 */
export function createJournal(
  time: VirtualTime,
  ignored: ReadonlySet<InvariantName>,
  write: ((line: string) => void) | undefined,
): Journal {
  const violations: Violation[] = [];
  const lines: { readonly at: number; readonly text: string }[] = [];
  const logged = new Map<string, number>();
  let count = 0;
  const note = (text: string) => {
    const line = { at: time.now(), text };
    lines[count++ % keptLines] = line;
    write?.(format(line));
  };
  const violate = (name: InvariantName, facts: string) => {
    if (ignored.has(name)) return;
    const invariant = invariants[name];
    note(`VIOLATED ${invariant}: ${facts}`);
    violations.push({ invariant, facts });
  };
  return {
    note,
    violate,
    violations,
    logged,
    logOf:
      (instance) =>
      (severity, message, fields = {}) => {
        if (severity !== 'WARNING' && severity !== 'ERROR') return;
        logged.set(message, (logged.get(message) ?? 0) + 1);
        const about = [fields.run_id ?? fields.tenant_id ?? '', messageOf(fields.error)].filter(Boolean);
        note(`${instance} ${severity} ${message} ${about.join(' ')}`);
        const told = `${instance}: ${message} ${about.join(' ')}`;
        if (fields.event === 'invariant_repaired') violate('law', told);
        if (fields.event === 'request_failed') violate('unexpected', told);
      },
    lastLines(wanted) {
      const all = Math.min(wanted, count, keptLines);
      return Array.from({ length: all }, (_, index) => {
        const line = lines[(count - all + index) % keptLines];
        return line === undefined ? '' : format(line);
      });
    },
  };
}

const messageOf = (error: unknown): string => (error instanceof Error ? error.message : '');

/** With the day and the time of day, UTC: short and sortable. */
const format = ({ at, text }: { readonly at: number; readonly text: string }): string =>
  `${new Date(at).toISOString().slice(5, 23)} ${text}`;
