import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import { gzipSync } from 'node:zlib';
import { BigQuery } from '@google-cloud/bigquery';
import { createReadFileStarts } from '../../../shared/google/storage/read-file-starts';

const header = 'id,name\n';
const whole = Buffer.from(header + '1,a\n'.repeat(50_000));
const never = new AbortController().signal;

describe('the starts of files', () => {
  const asked: string[] = [];
  let answer: RequestListener = () => {};
  const server = createServer((request, response) => {
    asked.push(`${request.url} ${request.headers.range ?? ''}`.trim());
    answer(request, response);
  });
  let read: ReturnType<typeof createReadFileStarts>;
  beforeAll(async () => {
    server.listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    const port = typeof address === 'object' ? address?.port : 0;
    process.env.METADATA_SERVER_DETECTION = 'none';
    read = createReadFileStarts(new BigQuery({ projectId: 'p', apiEndpoint: `http://127.0.0.1:${port}` }));
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });
  beforeEach(() => asked.splice(0));

  it('are asked for by name and range, and say whether they are all', async () => {
    answer = (_, response) => response.writeHead(206).end(whole.subarray(0, 65_536));
    const [start] = await read('gs://bucket/a folder/x.csv', never);
    expect(start).toMatchObject({ uri: 'gs://bucket/a folder/x.csv', isWhole: false });
    expect(start?.bytes.subarray(0, 8).toString()).toBe(header);
    expect(asked).toEqual(['/storage/v1/b/bucket/o/a%20folder%2Fx.csv?alt=media bytes=0-65535']);
    answer = (_, response) => response.writeHead(206).end(header);
    expect(await read('gs://bucket/x', never)).toMatchObject([{ bytes: Buffer.from(header), isWhole: true }]);
  });

  it('of a packed file are unpacked as far as they go', async () => {
    const packed = gzipSync(whole);
    answer = (_, response) => response.writeHead(206).end(packed.subarray(0, packed.length - 20));
    const [start] = await read('gs://bucket/x.csv.gz', never);
    expect(start?.bytes.subarray(0, 8).toString()).toBe(header);
  });

  it('of a server that knows no ranges are taken from the whole', async () => {
    answer = (_, response) => response.writeHead(200).end(whole);
    const [start] = await read('gs://bucket/x', never);
    expect(start?.bytes.subarray(0, 8).toString()).toBe(header);
  });

  it('of an empty file are empty', async () => {
    answer = (_, response) => response.writeHead(416).end();
    expect(await read('gs://bucket/x', never)).toMatchObject([{ bytes: Buffer.alloc(0), isWhole: true }]);
  });

  it('of a pattern are those of the files that it matches, of the first twenty', async () => {
    const names = Array.from({ length: 30 }, (_, index) => ({ name: `in/${index}.csv` }));
    answer = ({ url = '' }, response) => {
      if (url.includes('alt=media')) response.writeHead(206).end(header);
      else response.end(JSON.stringify({ items: [{ name: 'in/readme' }, ...names] }));
    };
    const starts = await read('gs://bucket/in/*.csv', never);
    expect(starts.map(({ uri }) => uri)).toEqual(names.slice(0, 20).map(({ name }) => `gs://bucket/${name}`));
    expect(asked[0]).toBe('/storage/v1/b/bucket/o?prefix=in%2F&fields=items%28name%29&maxResults=1000');
  });

  it.each<[string, RequestListener]>([
    ['must not be read', (_, response) => response.writeHead(403).end('{}')],
    ['are not there', (_, response) => response.writeHead(404).end('{}')],
    ['break off', (_, response) => void response.socket?.destroy()],
    [
      'are no gzip though they begin so',
      (_, response) => response.writeHead(206).end(Buffer.from(`1f8b${'00'.repeat(20)}`, 'hex')),
    ],
  ])('are none where they %s: BigQuery is to say why', async (_, listener) => {
    answer = listener;
    expect(await read('gs://bucket/x', never)).toEqual([]);
  });

  it('end with the signal', async () => {
    answer = () => {};
    const time = new AbortController();
    const reading = read('gs://bucket/x', time.signal);
    time.abort(new Error('over'));
    await expect(reading).rejects.toThrow('over');
  });
});
