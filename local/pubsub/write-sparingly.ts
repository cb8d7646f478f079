const minuteMs = 60_000;
/** Beyond that, lines of further kinds are written as they come. */
const mostKinds = 1_000;

type Later = (work: () => void, milliseconds: number) => void;

/** Does not keep the process alive. */
const usualLater: Later = (work, milliseconds) => setTimeout(work, milliseconds).unref();

/**
 * A log with one line a minute for each state: an endpoint that is away would else make a line for each message. The
 * first line of a kind is written at once. Further ones within a minute are counted, and the last of them is
 * written at the minute's end, with their number. Lines that differ only in numbers and ids, or after their
 * first line break, are of one kind.
 */
export function writeSparingly(
  write: (line: string) => void,
  later: Later = usualLater,
): (line: string) => void {
  const kinds = new Map<string, { count: number; last: string }>();
  const endMinute = (kind: string): void => {
    const repeats = kinds.get(kind);
    kinds.delete(kind);
    if (repeats === undefined || repeats.count === 0) return;
    begin(kind);
    write(`${repeats.last} (the last of ${repeats.count} within a minute)`);
  };
  const begin = (kind: string): void => {
    kinds.set(kind, { count: 0, last: '' });
    later(() => endMinute(kind), minuteMs);
  };
  return (line) => {
    const kind = kindOf(line);
    const repeats = kinds.get(kind);
    if (repeats !== undefined) {
      repeats.count += 1;
      repeats.last = line;
      return;
    }
    if (kinds.size < mostKinds) begin(kind);
    write(line);
  };
}

const kindOf = (line: string): string =>
  (line.split('\n', 1)[0] ?? '').replace(/[\da-f]{8}(?:-[\da-f]{4,12}){4}|\d+/gi, '#');
