import type { Row } from '../model';

/**
 * Rows that never change. Appending shares the memory of the list it starts from, so that it does not copy many rows
 * to add one; the copy waits until somebody reads.
 */
export interface RowList {
  readonly length: number;
  toArray(): readonly Row[];
}

/** A list that can be appended to; only the newest list over a buffer may push into it. */
export interface GrowingRowList extends RowList {
  append(more: readonly Row[]): GrowingRowList;
}

export function rowList(rows: readonly Row[]): GrowingRowList {
  return listOver([...rows], rows.length);
}

function listOver(buffer: Row[], length: number): GrowingRowList {
  let view: readonly Row[] | undefined;
  return {
    length,
    toArray() {
      view ??= buffer.slice(0, length);
      return view;
    },
    append(more) {
      const target = buffer.length === length ? buffer : buffer.slice(0, length);
      for (const row of more) target.push(row);
      return listOver(target, length + more.length);
    },
  };
}
