import type { Actor } from '../../audit/audit-entry';

/**
 * In the order in which they count: of an operation's rows the one that stands last here says its state. Once it has
 * ended, the first ending says it. Before that it is paused where the last of its pauses and resumptions is a pause.
 */
export const operationStates = ['waiting', 'running', 'paused', 'done', 'failed', 'aborted'] as const;
/** What a row can say: `resumed` ends a pause. */
export const rowStates = [...operationStates, 'resumed'] as const;
export type RowState = (typeof rowStates)[number];
export type OperationState = (typeof operationStates)[number];

/** In the order in which they count: an item that one delivery gave up and another did is done. */
export const itemOutcomes = ['planned', 'failed', 'skipped', 'done'] as const;
export type ItemOutcome = (typeof itemOutcomes)[number];

/** One of the things that an operation is about, such as a run. */
export interface OperationItem {
  readonly tenant_id: string;
  /** Names it among those of its tenant. */
  readonly item_id: string;
}

export interface ItemEntry extends OperationItem {
  readonly outcome: ItemOutcome;
  readonly problem: string | null;
}

/** What an operation is from its start on. Each of its rows has it. */
export interface OperationHead {
  readonly operation_id: string;
  readonly started_at: Date;
  readonly kind: string;
  /** The tenant that it is confined to. null: all tenants. */
  readonly tenant_id: string | null;
  readonly started_by_kind: Actor['kind'];
  readonly started_by: string;
  /** JSON, in the form of its kind. */
  readonly filter: string;
  readonly reason: string | null;
}

/** Nothing but the head of what may be more. */
export const headOf = ({
  operation_id,
  started_at,
  kind,
  tenant_id,
  started_by_kind,
  started_by,
  filter,
  reason,
}: OperationHead): OperationHead => ({
  operation_id,
  started_at,
  kind,
  tenant_id,
  started_by_kind,
  started_by,
  filter,
  reason,
});

/** A step of an operation's progress. */
export interface ProgressEntry {
  readonly state: RowState;
  /** In the last row of a plan: how many items its writer has planned in all. */
  readonly planned?: number | undefined;
  readonly problem?: string | undefined;
  readonly items?: readonly ItemEntry[] | undefined;
}

export interface OperationRow extends OperationHead {
  readonly recorded_at: Date;
  readonly writer: string;
  readonly state: RowState;
  readonly planned: number | null;
  readonly problem: string | null;
  readonly items: readonly ItemEntry[];
}

/** What all rows of an operation say together. */
export interface OperationProgress extends OperationHead {
  readonly state: OperationState;
  /** Every item that it is about is known. */
  readonly isPlanned: boolean;
  /** Items of which nothing has become yet, in the order of their tenants. */
  readonly open: readonly OperationItem[];
  /** Of all its items, whatever became of them. */
  readonly keys: ReadonlySet<string>;
}

export const endedStates = ['done', 'failed', 'aborted'] as const satisfies readonly OperationState[];

export const isEnded = (state: RowState): boolean => endedStates.some((ended) => ended === state);

/** An item that did not succeed for so long is given up, unless its kind has more time. In milliseconds. */
const longestTryMs = 24 * 3_600_000;

export const isGivenUp = (
  { started_at }: Pick<OperationHead, 'started_at'>,
  now: Date,
  longestMs = longestTryMs,
): boolean => now.getTime() - started_at.getTime() > longestMs;

/**
 * The sum of an operation's rows; undefined where there are none. It is the same in whichever order the rows come,
 * and however often each: so two deliveries that write at once, and rows that are seen late, do no harm.
 */
export function progressOf(rows: readonly OperationRow[]): OperationProgress | undefined {
  const [first] = rows;
  if (first === undefined) return undefined;
  const entries = new Map<string, ItemEntry>();
  for (const item of rows.flatMap(({ items }) => items)) {
    const known = entries.get(itemKeyOf(item));
    if (known === undefined || rankOf(known.outcome) < rankOf(item.outcome))
      entries.set(itemKeyOf(item), item);
  }
  return {
    ...headOf(first),
    state: stateOf(rows),
    isPlanned: hasWholePlan(rows),
    open: [...entries.values()].filter(({ outcome }) => outcome === 'planned').toSorted(byTenant),
    keys: new Set(entries.keys()),
  };
}

/** The two ids of an item, neither of which has a space in it. */
export const itemKeyOf = ({ tenant_id, item_id }: OperationItem): string => `${tenant_id} ${item_id}`;

const rankOf = (outcome: ItemOutcome): number => itemOutcomes.indexOf(outcome);

/** Of endings at the same millisecond the one that counts most: any will do that does not depend on the order of rows. */
function stateOf(rows: readonly OperationRow[]): OperationState {
  const endings = rows.filter(({ state }) => isEnded(state));
  if (endings.length === 0 && isPaused(rows)) return 'paused';
  const firstMs = Math.min(...endings.map(({ recorded_at }) => recorded_at.getTime()));
  const counting =
    endings.length === 0 ? rows : endings.filter(({ recorded_at }) => recorded_at.getTime() === firstMs);
  const isCounting = (state: OperationState) =>
    state !== 'paused' && counting.some((row) => row.state === state);
  return operationStates.findLast(isCounting) ?? 'waiting';
}

/** Of a pause and a resumption at the same millisecond the resumption counts. */
function isPaused(rows: readonly OperationRow[]): boolean {
  const lastMs = (wanted: RowState) =>
    Math.max(...rows.flatMap(({ state, recorded_at }) => (state === wanted ? [recorded_at.getTime()] : [])));
  return lastMs('paused') > lastMs('resumed');
}

/** Items of one tenant next to each other: what is decided for them together goes into one statement. */
const byTenant = (one: OperationItem, other: OperationItem): number =>
  itemKeyOf(one) < itemKeyOf(other) ? -1 : itemKeyOf(one) > itemKeyOf(other) ? 1 : 0;

/**
 * Whether some writer's plan is there whole. Its last row says how many items it has, because a row that was just
 * streamed may be seen before one that was streamed earlier.
 */
function hasWholePlan(rows: readonly OperationRow[]): boolean {
  const seen = new Map<string, Set<string>>();
  for (const { writer, items } of rows) {
    const own = seen.get(writer) ?? new Set();
    seen.set(writer, own);
    for (const item of items) if (item.outcome === 'planned') own.add(itemKeyOf(item));
  }
  return rows.some(({ writer, planned }) => planned !== null && (seen.get(writer)?.size ?? 0) >= planned);
}
