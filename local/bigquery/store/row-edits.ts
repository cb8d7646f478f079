import type { Row } from '../model';

/**
 * How a table's rows come of those before: first `kept` of those from the place `from`, then `added` new ones, and so
 * on.
 */
export type RowEdits = readonly (readonly [from: number, kept: number, added: number])[];

/**
 * The rows that are not among those before, and where they go. A row that stays is the same object. Undefined where
 * too little stays for that to be worth it.
 */
export function rowEdits(
  before: readonly Row[],
  after: readonly Row[],
): { readonly edits: RowEdits; readonly added: readonly Row[] } | undefined {
  const placeOf = finder(before);
  const edits: [number, number, number][] = [];
  const added: Row[] = [];
  let edit: [number, number, number] = [0, 0, 0];
  for (let index = 0; index < after.length; index += 1) {
    const row = after[index] ?? [];
    const [from, kept, news] = edit;
    // Where it stood before, if a row was changed, or a row of the same place.
    const expected = from + kept + news;
    const isInPlace = before[expected] === row;
    const place = isInPlace ? expected : placeOf(row, () => after[index + 1] === before[expected + 1]);
    if (place === undefined) {
      edit[2] += 1;
      added.push(row);
      if (added.length * 2 > after.length) return undefined;
    } else if (news === 0 && place === from + kept) {
      edit[1] += 1;
    } else {
      edits.push(edit);
      edit = [place, 1, 0];
    }
  }
  edits.push(edit);
  return edits.length * 4 > after.length ? undefined : { edits, added };
}

/** Finds rows among those before. They are looked up only where a row is not just changed in its place. */
function finder(before: readonly Row[]): (row: Row, isChangedInPlace: () => boolean) => number | undefined {
  let places: Map<Row, number> | undefined;
  return (row, isChangedInPlace) => {
    if (places === undefined && isChangedInPlace()) return undefined;
    places ??= new Map(before.map((each, place) => [each, place]));
    return places.get(row);
  };
}

/** The rows after edits. @throws Error where the edits do not fit the rows */
export function editedRows(before: readonly Row[], edits: RowEdits, added: readonly Row[]): readonly Row[] {
  const rows: Row[] = [];
  let used = 0;
  for (const [from, kept, news] of edits) {
    if (from + kept > before.length) throw new Error('An edit of rows names rows that are not there');
    for (let place = from; place < from + kept; place += 1) rows.push(before[place] ?? []);
    for (let place = used; place < used + news; place += 1) rows.push(added[place] ?? []);
    used += news;
  }
  if (used !== added.length) throw new Error('An edit of rows does not say where all new rows go');
  return rows;
}
