/** Remembers the insertIds of rows that were streamed in, for about a minute, as BigQuery does. */
export interface InsertIds {
  /** True if this id was added for this table not long ago. */
  has(table: string, insertId: string): boolean;
  add(table: string, insertIds: readonly string[]): void;
}

const rememberedMilliseconds = 60_000;

/**
 * Ids are kept in two generations that change places once a minute, so that forgetting them costs nothing: an id is known
 * for one to two minutes.
 */
export function createInsertIds(now: () => number = Date.now): InsertIds {
  let young = new Set<string>();
  let old = new Set<string>();
  let turned = now();
  function turn(): void {
    const age = now() - turned;
    if (age < rememberedMilliseconds) return;
    old = age < 2 * rememberedMilliseconds ? young : new Set();
    young = new Set();
    turned = now();
  }
  return {
    has(table, insertId) {
      turn();
      const key = `${table}\n${insertId}`;
      return young.has(key) || old.has(key);
    },
    add(table, insertIds) {
      turn();
      for (const insertId of insertIds) young.add(`${table}\n${insertId}`);
    },
  };
}
