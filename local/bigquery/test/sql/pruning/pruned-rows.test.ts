import fc from 'fast-check';
import type { Field, PartitionUnit, Row } from '../../../model';
import type { BoundOperator, ColumnBound } from '../../../sql/analyse/conditions/bounds';
import { prunedRows } from '../../../sql/evaluate/pruned-rows';
import { timePartitionsOf } from '../../../store/schema/time-partitions';
import { field } from '../../support/test-engine';

type TimeType = 'TIMESTAMP' | 'DATETIME' | 'DATE';

const hour = 3_600_000_000n;
const day = 24n * hour;
const starts = ['2024-01-01', '2024-03-01', '1970-01-01', '0001-01-02', '9999-12-30'];
const offsets = [-day, -hour, -1n, 0n, 1n, hour - 1n, hour, day, 31n * day, 366n * day];
const [first, last] = [BigInt(Date.parse('0001-01-01')) * 1000n, BigInt(Date.parse('9999-12-31')) * 1000n];

/** Microseconds since 1970, near where partitions end. */
const moment = fc
  .tuple(fc.constantFrom(...starts), fc.constantFrom(...offsets))
  .map(([start, offset]) => BigInt(Date.parse(start)) * 1000n + offset)
  .map((micros) => (micros < first ? first : micros > last ? last : micros));

function cellOf(micros: bigint, type: TimeType): string {
  if (type === 'TIMESTAMP') return String(micros);
  const rest = ((micros % 1_000_000n) + 1_000_000n) % 1_000_000n;
  const iso = new Date(Number((micros - rest) / 1000n)).toISOString();
  if (type === 'DATE') return iso.slice(0, 10);
  return rest === 0n ? iso.slice(0, 19) : `${iso.slice(0, 19)}.${String(rest).padStart(6, '0')}`;
}

/** What a cell of the type can hold of a moment. */
const held = (micros: bigint, type: TimeType): bigint =>
  type === 'DATE' ? micros - (((micros % day) + day) % day) : micros;

const compares: Readonly<Record<BoundOperator, (left: bigint, right: bigint) => boolean>> = {
  '=': (left, right) => left === right,
  '<': (left, right) => left < right,
  '<=': (left, right) => left <= right,
  '>': (left, right) => left > right,
  '>=': (left, right) => left >= right,
};

const units: Readonly<Record<TimeType, readonly PartitionUnit[]>> = {
  TIMESTAMP: ['HOUR', 'DAY', 'MONTH', 'YEAR'],
  DATETIME: ['HOUR', 'DAY', 'MONTH', 'YEAR'],
  DATE: ['DAY', 'MONTH', 'YEAR'],
};
const kind = fc
  .constantFrom<TimeType>('TIMESTAMP', 'DATETIME', 'DATE')
  .chain((type) => fc.record({ type: fc.constant(type), unit: fc.constantFrom(...units[type]) }));
const bound = fc.record({
  operator: fc.constantFrom<BoundOperator>('=', '<', '<=', '>', '>='),
  moment: fc.option(moment, { freq: 20 }),
});

function select(
  moments: readonly (bigint | null)[],
  { type, unit }: { readonly type: TimeType; readonly unit: PartitionUnit },
  bounds: readonly { readonly operator: BoundOperator; readonly moment: bigint | null }[],
): readonly number[] {
  const schema: readonly Field[] = [field('ts', type)];
  const rows = moments.map((micros): Row => [micros === null ? null : cellOf(micros, type)]);
  const options = { timePartitioning: { type: unit, field: 'ts' } };
  const indexed = { buffer: rows, length: rows.length, indexes: new Map() };
  const snapshot = {
    reference: { projectId: 'local', datasetId: 'ds', tableId: 't' },
    schema,
    rows,
    partitions: timePartitionsOf(schema, options, indexed),
  };
  const ofScan = bounds.map(({ operator, moment }): ColumnBound => {
    const cell = moment === null ? null : cellOf(moment, type);
    return { index: 0, operator, values: [{ cell }] };
  });
  const { places } = prunedRows({ bounds: [ofScan] }, snapshot, { parameters: [], variables: new Map() });
  return places ?? rows.map((_, place) => place);
}

it('looks at every row that meets the bounds, in order, whatever the unit', () => {
  fc.assert(
    fc.property(
      fc.array(fc.option(moment, { freq: 10 }), { maxLength: 30, size: 'max' }),
      kind,
      fc.array(bound, { minLength: 1, maxLength: 3 }),
      (moments, ofColumn, bounds) => {
        const { type } = ofColumn;
        const meets = (micros: bigint | null) =>
          bounds.every(
            ({ operator, moment }) =>
              micros !== null &&
              moment !== null &&
              compares[operator](held(micros, type), held(moment, type)),
          );
        const places = select(moments, ofColumn, bounds);
        const needed = moments.flatMap((micros, place) => (meets(micros) ? [place] : []));
        expect(needed.filter((place) => !places.includes(place))).toEqual([]);
        expect(places).toEqual([...places].sort((left, right) => left - right));
      },
    ),
    { numRuns: 2_000 },
  );
});

const at = (text: string) => BigInt(Date.parse(`${text}Z`)) * 1000n;
const everyMonth = Array.from({ length: 12 }, (_, month) => BigInt(Date.UTC(2024, month, 15)) * 1000n);

it.each<[BoundOperator, string, TimeType, number]>([
  ['<', '2024-03-01T00:00', 'TIMESTAMP', 2],
  ['<=', '2024-03-01T00:00', 'TIMESTAMP', 3],
  ['>=', '2024-03-01T00:00', 'TIMESTAMP', 10],
  ['>', '2024-02-29T23:59:59.999', 'TIMESTAMP', 11],
  ['<', '2024-03-01T00:00', 'DATE', 2],
  ['>', '2024-02-29T00:00', 'DATE', 10],
  ['>=', '2024-02-29T00:00', 'DATE', 11],
  ['<', '2024-03-01T00:00', 'DATETIME', 2],
  ['=', '2024-03-01T00:00', 'DATETIME', 1],
])('%s %s of a %s looks at no more months than it must', (operator, text, type, months) => {
  expect(select(everyMonth, { type, unit: 'MONTH' }, [{ operator, moment: at(text) }])).toHaveLength(months);
});

it('looks at nothing where it is compared with null', () => {
  const nothing = [{ operator: '>=', moment: null }] as const;
  expect(select([...everyMonth, null], { type: 'TIMESTAMP', unit: 'DAY' }, nothing)).toEqual([]);
});
