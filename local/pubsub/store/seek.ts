import type { ActiveSubscription } from '../delivery/active-subscription';
import type { StoredMessage } from '../resources';

/**
 * What a subscription has to deliver after a seek to a time (milliseconds since 1970): all that was published
 * at that time or later and is still there, be it undelivered, acknowledged and retained, or kept by the topic.
 */
export const backlogSince = (
  { queue, acked, accepts }: ActiveSubscription,
  keptByTopic: readonly StoredMessage[],
  time: number,
): StoredMessage[] => {
  const undelivered = [...queue.undelivered()].map(({ message }) => message);
  const there = [...undelivered, ...acked.values(), ...keptByTopic.filter(accepts)];
  return inOrder(there.filter(({ publishTime }) => publishTime >= time));
};

/** What a subscription has to deliver after a seek to a snapshot with these messages. */
export const backlogOfSnapshot = (
  { accepts }: ActiveSubscription,
  messages: Iterable<StoredMessage>,
): StoredMessage[] => inOrder([...messages].filter(accepts));

/** Each once, in the order of publishing, which is that of the ids. */
const inOrder = (messages: readonly StoredMessage[]): StoredMessage[] =>
  [...new Map(messages.map((message) => [message.id, message])).values()].sort(
    (a, b) => Number(a.id) - Number(b.id),
  );
