/** One event of a stream; its data is JSON. */
export interface StreamedEvent {
  readonly event: string;
  readonly id: string;
  readonly data: unknown;
}

/**
 * The events of a text/event-stream, as far as this interface uses the form: one line of data each.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* readEvents(body: AsyncIterable<Uint8Array>): AsyncGenerator<StreamedEvent> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of body) {
    text += decoder.decode(piece, { stream: true });
    const blocks = text.split('\n\n');
    text = blocks.pop() ?? '';
    for (const block of blocks) {
      const data = fieldOf(block, 'data');
      if (data === undefined) continue;
      yield {
        event: fieldOf(block, 'event') ?? 'message',
        id: fieldOf(block, 'id') ?? '',
        data: JSON.parse(data),
      };
    }
  }
}

const fieldOf = (block: string, name: string): string | undefined =>
  block
    .split('\n')
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2);
