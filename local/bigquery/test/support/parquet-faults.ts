import { gzipSync } from 'node:zlib';
import { runLoadJob } from './load-job';
import { type LocalBigQuery, startLocalBigQuery } from './local-bigquery';
import { bytesOf, loadParquet, refusal } from './parquet-job';

/** What is wrong, the file, and the words. */
export type NamedFault = readonly [string, string, string];

const onlyThese = 'only UNCOMPRESSED, GZIP, LZ4_RAW, SNAPPY, ZSTD are';

export const faultsOfFiles: readonly NamedFault[] = [
  [
    'nanoseconds',
    'nanos',
    "Parquet column 'at' has type INT64 (TIMESTAMP_NANOS), which is not supported. Write it with MICROS or MILLIS.",
  ],
  ['a logical type', 'json', "Parquet column 'j' has type BYTE_ARRAY (JSON), which is not supported."],
  [
    'a moment after the year 9999',
    'late',
    "Invalid timestamp value 253402300800000000 for field 'at' of type INT64 (TIMESTAMP_MICROS): the range of valid values is [0001-01-01 00:00:00, 9999-12-31 23:59:59.999999].",
  ],
  [
    'an unsigned number beyond INT64',
    'uint64',
    "The value 9223372036854775808 for column 'n' exceeds the maximum INT64 value of 9223372036854775807.",
  ],
  [
    'more digits than NUMERIC has, the one type unless others are allowed',
    'fine-decimals',
    "The value for column 'fine' is out of valid NUMERIC range: Value will lose precision after scaling down to NUMERIC type; scale: 18; input data: 1",
  ],
  ['a text that is none', 'not-utf8', "Parquet column 't' has a value that is not UTF-8."],
  ['LZO', 'lzo', `Parquet column 'id' is compressed with LZO, which is not supported: ${onlyThese}.`],
  [
    'Brotli',
    'brotli',
    `Parquet column 'id' is compressed with BROTLI, which is not supported: ${onlyThese}.`,
  ],
  [
    'a page of too few values',
    'short-page',
    "The Parquet file is broken: column 'n' has not a value for each row.",
  ],
];

export const faultsOfRepeatedFields: readonly NamedFault[] = [
  ['a null in a list', 'list-of-nulls', 'Only optional fields can be set to NULL. Field: list; Value: NULL.'],
  [
    'a list of lists',
    'list-of-lists',
    "Parquet column 'list' is a list of lists, and no array holds arrays.",
  ],
];

export const faultsOfNames: readonly NamedFault[] = [
  ['a name twice', 'twice', 'Field ID already exists in schema'],
  ['a name with a dot', 'dotted', 'Invalid field name "a.b".'],
];

const whole = bytesOf('types');
const noParquet = 'Input file is not in Parquet format.';

/** What is wrong, the bytes, and a part of the words. */
export const faultsOfBytes: readonly (readonly [string, Buffer, string])[] = [
  ['a text', Buffer.from('id,name\n1,one\n'.repeat(10)), noParquet],
  ['no bytes', Buffer.alloc(0), `${noParquet} It is empty.`],
  ['the beginning of a file', whole.subarray(0, 2000), `${noParquet} It begins as one and has no end.`],
  ['the end of a file', whole.subarray(2000), noParquet],
  ['two marks and nothing else', Buffer.from('PAR1PAR1'), `${noParquet} It begins as one and has no end.`],
  ['a file that is packed whole', gzipSync(whole), noParquet],
  ['a file without its middle', without(whole, 1000, 1500), "broken: column 'date' cannot be read"],
  [
    'a footer of zeros',
    zeros(whole, footerOf(whole), whole.length - 8),
    'The Parquet file is broken: the file cannot be read.',
  ],
  [
    'pages of zeros',
    zeros(whole, 4, footerOf(whole)),
    "The Parquet file is broken: column 'bool' cannot be read",
  ],
];

/** The files, the one that the words name, and the words. */
export const disagreements: readonly (readonly [readonly string[], string, string])[] = [
  [['a', 'text-ids'], 'a', "Parquet column 'id' has type INT64 which does not match the target type STRING."],
  [['a', 'ids'], 'a', "Parquet column 'name' is not a field of the schema."],
];

export interface ParquetFaults {
  readonly local: LocalBigQuery;
  /** Loads files into the table `failed`. */
  readonly load: (names: string | readonly string[]) => ReturnType<typeof loadParquet>;
  readonly expectOfFile: (name: string, detail: string) => Promise<void>;
  readonly expectOfRepeatedField: (name: string, detail: string) => Promise<void>;
  readonly expectOfName: (name: string, message: string) => Promise<void>;
  readonly expectOfBytes: (bytes: Buffer, detail: string) => Promise<void>;
  readonly expectOfFiles: (names: readonly string[], name: string, detail: string) => Promise<void>;
}

/** To be called in a `describe`: how a load of each kind of file fails. */
export function parquetFaults(): ParquetFaults {
  let local: LocalBigQuery;

  beforeAll(async () => {
    local = await startLocalBigQuery();
    await local.client.createDataset('ds');
  });
  afterAll(() => local.stop());

  const load = (names: string | readonly string[], options?: object) =>
    loadParquet(local, 'failed', names, options);
  return {
    get local() {
      return local;
    },
    load,
    expectOfFile: async (name, detail) => expect((await load(name)).status).toEqual(refusal(detail, name)),
    expectOfRepeatedField: async (name, detail) => {
      const { status } = await load(name, { parquetOptions: { enableListInference: true } });
      expect(status).toEqual(refusal(detail, name));
    },
    expectOfName: async (name, message) => {
      const { status } = await load(name);
      expect(status.errorResult).toMatchObject({
        reason: 'invalid',
        message: expect.stringContaining(message),
      });
    },
    expectOfBytes: async (bytes, detail) => {
      local.putFile('bucket', 'odd', bytes);
      const options = { schema: undefined, sourceFormat: 'PARQUET' };
      const { status } = await runLoadJob(local, 'failed', 'gs://bucket/odd', options);
      const { reason, message } = status.errorResult;
      expect(reason).toBe('invalid');
      expect(message).toMatch(/^Error while reading data, error message: .* File: gs:\/\/bucket\/odd$/);
      expect(message).toContain(detail);
    },
    expectOfFiles: async (names, name, detail) =>
      expect((await load(names)).status).toEqual(refusal(detail, name)),
  };
}

function footerOf(bytes: Buffer): number {
  return bytes.length - 8 - bytes.readUInt32LE(bytes.length - 8);
}

function zeros(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.from(bytes).fill(0, from, to);
}

function without(bytes: Buffer, from: number, to: number): Buffer {
  return Buffer.concat([bytes.subarray(0, from), bytes.subarray(to)]);
}
