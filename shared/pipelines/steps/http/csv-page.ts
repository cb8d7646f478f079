import type { HttpStep } from '../../../definitions/schemas/pipeline-schema';

/** A page of CSV that is read piece by piece. */
export interface CsvPage {
  /** The part of the next piece that belongs in the file. */
  readonly take: (piece: Buffer) => Buffer;
  /** Whether anything follows the heading. */
  readonly hasRecords: () => boolean;
}

const [newline, byteOrderMark] = [10, Buffer.from([0xef, 0xbb, 0xbf])];

/**
 * The first page goes into the file with its heading, which the load skips; the others go without theirs.
 * Line breaks in quotes do not end a line.
 */
export function createCsvPage(csv: HttpStep['csv'], isFirst: boolean): CsvPage {
  const quote = (csv?.quote ?? '"').charCodeAt(0);
  let headingLines = csv?.skip_leading_rows ?? 0;
  let isQuoted = false;
  let isStart = true;
  let hasRecords = false;

  /** Where the heading ends in this piece. */
  const endOfHeading = (piece: Buffer): number => {
    let index = 0;
    for (; headingLines > 0 && index < piece.length; index++) {
      const byte = piece[index];
      if (byte === quote) isQuoted = !isQuoted;
      else if (byte === newline && !isQuoted) headingLines -= 1;
    }
    return index;
  };

  return {
    take(piece) {
      const own =
        isStart && !isFirst && piece.subarray(0, 3).equals(byteOrderMark) ? piece.subarray(3) : piece;
      if (piece.length > 0) isStart = false;
      const records = own.subarray(endOfHeading(own));
      hasRecords ||= records.some((byte) => byte > 32);
      return isFirst ? own : records;
    },
    hasRecords: () => hasRecords,
  };
}
