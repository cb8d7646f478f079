import type { ItemEntry, OperationHead, OperationItem } from '../../shared/operations/rules/operation';

/** What became of an item. */
export type ItemResult = Pick<ItemEntry, 'outcome' | 'problem'> & {
  readonly outcome: Exclude<ItemEntry['outcome'], 'planned'>;
};

/** What one kind of operation does. All that deliveries, progress, aborts and crashes ask for is work-on-operation's. */
export type OperationKind = ActingKind | AdvancingKind;

interface PlannedKind {
  /**
   * Everything that the operation is about and that is left to do. It is asked until a plan was written down whole,
   * and of an acting kind once all of that is worked off: what it finds may differ from one time to the next, and all
   * of it counts. In the end it finds nothing new. Throws where another delivery may succeed, and TooMuch where none
   * will.
   */
  readonly plan: (head: OperationHead, isTimeUp: () => boolean) => Promise<readonly OperationItem[]>;
}

/** A kind whose items are done one by one. */
export interface ActingKind extends PlannedKind {
  /**
   * Does one item. Done twice, or by two deliveries at once, it is done once. Throws where it may succeed later. Items
   * come several at a time, those of one tenant next to each other.
   */
  readonly act: (head: OperationHead, item: OperationItem) => Promise<ItemResult>;
}

/** A kind whose items go on by themselves once they are begun, and take longer than a delivery. */
export interface AdvancingKind extends PlannedKind {
  /**
   * Looks what has become of these items, and unless it only looks, begins what may be begun now. Done twice, or twice
   * at once, it does no harm.
   */
  readonly advance: (
    head: OperationHead,
    open: readonly OperationItem[],
    what: 'begin' | 'look',
  ) => Promise<Advance>;
  /** What is left after so long is given up. In milliseconds. */
  readonly longestMs: number;
}

export interface Advance {
  /** What has become of items. The others stay open. */
  readonly ended: readonly ItemEntry[];
  /** Why nothing more is begun until somebody resumes the operation. */
  readonly pause?: string | undefined;
  /** Whether something is under way that wakes the operation when it ends. Else its message has to come again. */
  readonly isAwaited: boolean;
}

/** An operation that cannot be planned, or not go on. Its message is told to whoever asked for it. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}
