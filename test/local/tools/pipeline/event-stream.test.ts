import { readEvents } from '../../../../local/tools/pipeline/api';

describe('a stream of events', () => {
  it('is the same in whatever pieces it comes', async () => {
    const text =
      'retry: 2000\n\nevent: run\nid: begun\ndata: {"a":"ü"}\n\n: still under way\n\nevent: end\nid: end\ndata: {}\n\nevent: cut';
    const bytes = Buffer.from(text);
    for (const size of [1, 2, 3, 7, bytes.length]) {
      const pieces = async function* () {
        for (let index = 0; index < bytes.length; index += size) yield bytes.subarray(index, index + size);
      };
      expect(await collect(readEvents(pieces()))).toEqual([
        { event: 'run', id: 'begun', data: { a: 'ü' } },
        { event: 'end', id: 'end', data: {} },
      ]);
    }
  });
});

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
