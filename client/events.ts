import type { CheckEventData, RunEventData, StepEventData } from './api';

/** What a run's stream tells: the run at its beginning, its steps and checks, and the run at its end. */
export type RunEvent =
  | { readonly event: 'run' | 'end'; readonly id: string; readonly data: RunEventData }
  | { readonly event: 'step'; readonly id: string; readonly data: StepEventData }
  | { readonly event: 'check'; readonly id: string; readonly data: CheckEventData };

const kinds: ReadonlySet<string> = new Set<RunEvent['event']>(['run', 'end', 'step', 'check']);

/**
 * The events of a text/event-stream, as far as this interface uses the form: one line of data each. Kinds that are
 * not known here are left out.
 * https://html.spec.whatwg.org/multipage/server-sent-events.html
 */
export async function* readEvents(body: ReadableStream<Uint8Array>): AsyncGenerator<RunEvent> {
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      text += decoder.decode(value, { stream: true });
      const blocks = text.split('\n\n');
      text = blocks.pop() ?? '';
      for (const block of blocks) {
        const event = eventOf(block);
        if (event !== undefined) yield event;
      }
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

function eventOf(block: string): RunEvent | undefined {
  const data = fieldOf(block, 'data');
  const kind = fieldOf(block, 'event');
  if (data === undefined || kind === undefined || !kinds.has(kind)) return undefined;
  // The interface's own events, whose form openapi.json promises.
  return { event: kind, id: fieldOf(block, 'id') ?? '', data: JSON.parse(data) } as RunEvent;
}

const fieldOf = (block: string, name: string): string | undefined =>
  block
    .split('\n')
    .find((line) => line.startsWith(`${name}: `))
    ?.slice(name.length + 2);
