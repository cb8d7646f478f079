import type { Cell, Field, FieldType, PartitionUnit, Row, TableOptions, TimePartitions } from '../../model';
import { toTimestamp, wholeMicros } from '../values/times';

/** The partition of rows without a value in the partitioning column, as BigQuery calls it. */
export const nullPartition = '__NULL__';

const lengths: Readonly<Record<PartitionUnit, number>> = { HOUR: 10, DAY: 8, MONTH: 6, YEAR: 4 };
const timeTypes: ReadonlySet<FieldType> = new Set(['TIMESTAMP', 'DATE', 'DATETIME']);
const hourMicros = 3_600_000_000;
/** Years 1 to 9999. */
const milliseconds = { first: -62_135_596_800_000, last: 253_402_300_799_999 };

function isUnit(type: string): type is PartitionUnit {
  return Object.hasOwn(lengths, type);
}

/**
 * The id of the partition that a moment lies in: `20240901` of a day. Ids of one unit are in order of time; a
 * moment that no column can hold has an id before or behind all others.
 * @param moment microseconds since 1970 UTC
 */
export function partitionIdAt(moment: bigint, unit: PartitionUnit): string {
  const remainder = moment % 1000n;
  const time = Number((moment - remainder) / 1000n) - (remainder < 0n ? 1 : 0);
  if (time < milliseconds.first) return '';
  if (time > milliseconds.last) return '~';
  return new Date(time).toISOString().replace(/\D/g, '').slice(0, lengths[unit]);
}

/** A cell of a column of time as microseconds since 1970 UTC; undefined where it is none. */
export function momentOf(cell: Cell, type: FieldType): bigint | undefined {
  if (typeof cell !== 'string') return undefined;
  const micros = type === 'TIMESTAMP' ? wholeMicros(cell) : toTimestamp(cell);
  return micros !== undefined && /^[+-]?\d+$/.test(micros) ? BigInt(micros.replace('+', '')) : undefined;
}

/** Rows of a list that only grows, by the partition that they lie in; made up to where it was asked for. */
export interface PartitionIndex {
  /** The places below `length` of the rows in partitions that are wanted, in order. */
  places(length: number, isWanted: (partition: string) => boolean): readonly number[];
}

function createPartitionIndex(
  rows: readonly Row[],
  partitionOfRow: (row: Row | undefined) => string,
): PartitionIndex {
  const partitions = new Map<string, number[]>();
  let indexed = 0;
  return {
    places(length, isWanted) {
      for (; indexed < length; indexed += 1) {
        const partition = partitionOfRow(rows[indexed]);
        const places = partitions.get(partition);
        if (places === undefined) partitions.set(partition, [indexed]);
        else places.push(indexed);
      }
      const wanted = [...partitions].flatMap(([partition, places]) => (isWanted(partition) ? [places] : []));
      const [only = [], ...others] = wanted;
      const all = others.length === 0 ? only : wanted.flat().sort((left, right) => left - right);
      return (all.at(-1) ?? -1) < length ? all : all.filter((place) => place < length);
    },
  };
}

/** Rows that the indexes of a table are made over. */
export interface IndexedRows {
  /** May hold more rows than are visible. */
  readonly buffer: readonly Row[];
  readonly length: number;
  /** The indexes that were made over the buffer, by what they are made of. */
  readonly indexes: Map<string, PartitionIndex>;
}

/** How a table is divided by a column of time; undefined where it is not. */
export function timePartitionsOf(
  schema: readonly Field[],
  { timePartitioning }: TableOptions,
  { buffer, length, indexes }: IndexedRows,
): TimePartitions | undefined {
  const { type: unit = '', field } = timePartitioning ?? {};
  const column = schema.findIndex(({ name }) => name.toLowerCase() === field?.toLowerCase());
  const type = schema[column]?.type;
  if (type === undefined || !timeTypes.has(type) || !isUnit(unit)) return undefined;
  return {
    column,
    unit,
    select(isWanted) {
      const key = `${column} ${unit}`;
      const index = indexes.get(key) ?? createPartitionIndex(buffer, partitionOfRows(column, type, unit));
      indexes.set(key, index);
      const places = index.places(length, isWanted);
      return { places, rows: places.map((place) => buffer[place] ?? []) };
    },
  };
}

/** Rows come by the million: hours that were met before are not worked out again. */
function partitionOfRows(
  column: number,
  type: FieldType,
  unit: PartitionUnit,
): (row: Row | undefined) => string {
  const hours = new Map<number, string>();
  const ofTimestamp = (cell: string): string => {
    const micros = Number(cell);
    if (!Number.isSafeInteger(micros)) return partitionIdAt(BigInt(wholeMicros(cell)), unit);
    const hour = (micros - (((micros % hourMicros) + hourMicros) % hourMicros)) / hourMicros;
    const known = hours.get(hour);
    if (known !== undefined) return known;
    const id = partitionIdAt(BigInt(micros), unit);
    hours.set(hour, id);
    return id;
  };
  return (row) => {
    const cell = row?.[column];
    if (typeof cell !== 'string') return nullPartition;
    return type === 'TIMESTAMP' ? ofTimestamp(cell) : cell.replace(/\D/g, '').slice(0, lengths[unit]);
  };
}
