import { type Readable, Transform } from 'node:stream';
import { BigQueryError } from '../../bigquery-error';
import { openSource, type SourceFile } from './source-files';

/** A file's text, and how its bytes are to be read. */
export interface TextSource {
  readonly stream: Readable;
  readonly encoding: 'utf8' | 'latin1';
}

/**
 * The bytes of a text file. What is in UTF-16 or UTF-32 comes as UTF-8: positions in it are those of UTF-8.
 * Bytes that are not of the encoding are read as U+FFFD, as BigQuery does.
 * @throws BigQueryError `invalid` for an encoding that BigQuery does not know
 */
export async function openText(file: SourceFile, encoding = 'UTF-8'): Promise<TextSource> {
  const name = encoding.toUpperCase().replace(/^UTF-?/, 'UTF-');
  const makeDecoder = decoders[name];
  if (makeDecoder === undefined && name !== 'UTF-8' && name !== 'ISO-8859-1') {
    const known = ['UTF-8', 'ISO-8859-1', ...Object.keys(decoders)].join(', ');
    throw new BigQueryError('invalid', `Invalid encoding: ${encoding}. It must be one of ${known}.`);
  }
  const source = await openSource(file);
  if (makeDecoder === undefined) {
    return { stream: source, encoding: name === 'UTF-8' ? 'utf8' : 'latin1' };
  }
  const decode = makeDecoder();
  const stream = new Transform({
    transform: (chunk: Buffer, _, done) => done(null, decode(chunk, false)),
    flush: (done) => done(null, decode(Buffer.alloc(0), true)),
  });
  source.on('error', (error) => stream.destroy(error));
  stream.on('close', () => source.destroy());
  return { stream: source.pipe(stream), encoding: 'utf8' };
}

/** The text of the next bytes; what is left of a letter waits for more, unless they are the last. */
type Decode = (bytes: Buffer, isLast: boolean) => string;

const utf16 = (label: string) => (): Decode => {
  const decoder = new TextDecoder(label, { ignoreBOM: true });
  return (bytes, isLast) => decoder.decode(bytes, { stream: !isLast });
};

const utf32 = (read: (bytes: Buffer, at: number) => number) => (): Decode => {
  let rest = Buffer.alloc(0);
  return (bytes, isLast) => {
    const all = Buffer.concat([rest, bytes]);
    const whole = all.length - (all.length % 4);
    rest = all.subarray(whole);
    let text = '';
    for (let at = 0; at < whole; at += 4) text += letter(read(all, at));
    return isLast && rest.length > 0 ? `${text}\ufffd` : text;
  };
};

const letter = (point: number): string =>
  point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff) ? '\ufffd' : String.fromCodePoint(point);

const decoders: Readonly<Record<string, () => Decode>> = {
  'UTF-16LE': utf16('utf-16le'),
  'UTF-16BE': utf16('utf-16be'),
  'UTF-32LE': utf32((bytes, at) => bytes.readUInt32LE(at)),
  'UTF-32BE': utf32((bytes, at) => bytes.readUInt32BE(at)),
};
