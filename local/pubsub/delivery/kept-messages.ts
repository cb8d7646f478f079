import type { StoredMessage } from '../resources';

export type KeptMessages = ReturnType<typeof createKeptMessages>;

/** Messages that a topic or a subscription keeps for a seek, for so many milliseconds from their publishing. */
export const createKeptMessages = (retentionMs: () => number) => {
  const messages = new Map<string, StoredMessage>();
  const isOld = ({ publishTime }: StoredMessage): boolean => publishTime < Date.now() - retentionMs();
  return {
    add(message: StoredMessage): void {
      messages.set(message.id, message);
      for (const oldest of messages.values()) {
        if (!isOld(oldest)) return;
        messages.delete(oldest.id);
      }
    },
    delete: (id: string): void => void messages.delete(id),
    clear: (): void => messages.clear(),
    values: (): StoredMessage[] => [...messages.values()].filter((message) => !isOld(message)),
  };
};
