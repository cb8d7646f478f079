import type { ItemEntry, OperationHead, OperationItem } from '../../shared/operations/rules/operation';

/** What became of an item. */
export type ItemResult = Pick<ItemEntry, 'outcome' | 'problem'> & {
  readonly outcome: Exclude<ItemEntry['outcome'], 'planned'>;
};

/** What one kind of operation does. All that deliveries, progress, aborts and crashes ask for is work-on-operation's. */
export interface OperationKind {
  /**
   * Everything that the operation is about and that is left to do. It is asked until a plan was written down whole,
   * and once all of that is worked off: what it finds may differ from one time to the next, and all of it counts. In
   * the end it finds nothing new. Throws where another delivery may succeed, and TooMuch where none will.
   */
  readonly plan: (head: OperationHead, isTimeUp: () => boolean) => Promise<readonly OperationItem[]>;
  /**
   * Does one item. Done twice, or by two deliveries at once, it is done once. Throws where it may succeed later. Items
   * come several at a time, those of one tenant next to each other.
   */
  readonly act: (head: OperationHead, item: OperationItem) => Promise<ItemResult>;
}

/** An operation that cannot be planned. Its message is told to whoever asked for it. */
export class TooMuch extends Error {
  override readonly name = 'TooMuch';
}
