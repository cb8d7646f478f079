import type { AsyncBuffer, FileMetaData, SchemaTree } from 'hyparquet';
import { detailOf, ParquetFault } from './reader-messages';

/**
 * The library has no CommonJS: required, it would be translated first, which takes most of a small load's
 * time.
 */
const loadLibrary = async () => ({
  ...(await import('hyparquet')),
  ...(await import('hyparquet-compressors')),
});
type Library = Awaited<ReturnType<typeof loadLibrary>>;

/** A Parquet file of the local disk. */
export interface ParquetFile {
  readonly schema: SchemaTree;
  /** Whether it says that columns hold geometries. */
  readonly isGeoParquet: boolean;
  /**
   * The raw values of these columns, row by row, one row group in memory at a time: 64-bit numbers and INT96
   * (as nanoseconds since 1970) as bigint, all bytes and texts as bytes, groups as objects, repeated fields
   * as arrays.
   */
  rows(names: readonly string[]): AsyncGenerator<readonly unknown[][]>;
}

/** @throws ParquetFault for what is no Parquet file; Error for one that is broken */
export async function openParquet(path: string): Promise<ParquetFile> {
  const library = await loadLibrary();
  const file = await library.asyncBufferFromFile(path);
  await checkMagic(file);
  const metadata = await library.parquetMetadataAsync(file, { parsers: rawParsers, geoparquet: false });
  const plain = withoutMeanings(metadata);
  return {
    schema: library.parquetSchema(metadata),
    isGeoParquet: metadata.key_value_metadata?.some(({ key }) => key === 'geo') ?? false,
    async *rows(names) {
      checkCodecs(metadata, names);
      let rowStart = 0;
      for (const { num_rows: count } of metadata.row_groups) {
        const rowEnd = rowStart + Number(count);
        yield await rowGroup(library, { file, metadata: plain, columns: [...names], rowStart, rowEnd });
        rowStart = rowEnd;
      }
    },
  };
}

const magic = 'PAR1';

/** "Input file is not in Parquet format." is what BigQuery says. */
async function checkMagic(file: AsyncBuffer): Promise<void> {
  const text = async (start: number, end: number) =>
    Buffer.from(await file.slice(start, end)).toString('latin1');
  const { byteLength } = file;
  const head = await text(0, Math.min(4, byteLength));
  const tail = await text(Math.max(0, byteLength - 4), byteLength);
  if (head === magic && tail === magic && byteLength >= 12) return;
  const isCut = head === magic ? 'It begins as one and has no end.' : undefined;
  const why = byteLength === 0 ? 'It is empty.' : isCut;
  throw new ParquetFault(
    ['Input file is not in Parquet format.', ...(why === undefined ? [] : [why])].join(' '),
  );
}

/**
 * The library would turn decimals into floating-point numbers, times into dates and maps into objects.
 * Without the logical types it gives the raw values; their meaning is known from the schema, which keeps the
 * types.
 */
function withoutMeanings(metadata: FileMetaData): FileMetaData {
  const schema = metadata.schema.map(({ converted_type: _, logical_type: __, ...element }) => element);
  return { ...metadata, schema };
}

const rawParsers = {
  timestampFromMilliseconds: (value: bigint) => value,
  timestampFromMicroseconds: (value: bigint) => value,
  timestampFromNanoseconds: (value: bigint) => value,
  dateFromDays: (value: number) => value,
  stringFromBytes: (value: Uint8Array) => value,
  jsonFromBytes: (value: Uint8Array) => value,
  geometryFromBytes: (value: Uint8Array) => value,
  geographyFromBytes: (value: Uint8Array) => value,
  uuidFromBytes: (value: Uint8Array) => value,
};

/** Those that BigQuery reads, except LZO, for which there is no library. */
const codecs = new Set(['UNCOMPRESSED', 'GZIP', 'LZ4_RAW', 'SNAPPY', 'ZSTD']);

function checkCodecs({ row_groups: groups }: FileMetaData, names: readonly string[]): void {
  const read = new Set(names);
  for (const { columns } of groups) {
    for (const { meta_data: chunk } of columns) {
      if (chunk === undefined || !read.has(chunk.path_in_schema[0] ?? '') || codecs.has(chunk.codec))
        continue;
      throw new ParquetFault(
        `Parquet column '${chunk.path_in_schema.join('.')}' is compressed with ${chunk.codec ?? 'an unknown codec'}, which is not supported: only ${[...codecs].join(', ')} are.`,
      );
    }
  }
}

interface RowGroup {
  readonly file: AsyncBuffer;
  readonly metadata: FileMetaData;
  readonly columns: string[];
  readonly rowStart: number;
  readonly rowEnd: number;
}

async function rowGroup(library: Library, group: RowGroup): Promise<readonly unknown[][]> {
  const { parquetRead, compressors } = library;
  let rows: readonly unknown[][] = [];
  const onComplete = (read: readonly unknown[][]) => {
    rows = read;
  };
  try {
    await parquetRead({ ...group, utf8: false, parsers: rawParsers, compressors, onComplete });
  } catch (error) {
    throw await faultOfColumn(library, group, error);
  }
  return rows;
}

/** Finds the column that cannot be read. */
async function faultOfColumn(library: Library, group: RowGroup, error: unknown): Promise<ParquetFault> {
  const [name, ...others] = group.columns;
  if (name !== undefined && others.length === 0)
    return new ParquetFault(detailOf(error, `column '${name}'`), true);
  for (const column of group.columns) await rowGroup(library, { ...group, columns: [column] });
  return new ParquetFault(detailOf(error), true);
}
