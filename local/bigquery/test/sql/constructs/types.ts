import type { Construct } from './construct';

/** Ranges and geographies. */
export const typeConstructs: readonly Construct[] = [
  [
    "SELECT FORMAT_DATE('%Y', DATE '2024-09-01'), PARSE_DATE('%Y%m%d', '20240901'), LAST_DAY(DATE '2024-09-01'), EXTRACT(ISOWEEK FROM DATE '2024-09-01'), DATE '2024-09-01' + 1",
    [['2024', '2024-09-01', '2024-09-30', '35', '2024-09-02']],
  ],
  [
    'SELECT LAG(id) OVER (ORDER BY id), LEAD(id, 1, 0) OVER (ORDER BY id), FIRST_VALUE(id) OVER (ORDER BY id), NTH_VALUE(id, 2) OVER (ORDER BY id) FROM t ORDER BY id',
    [
      [null, '2', '1', null],
      ['1', '3', '1', '2'],
      ['2', '0', '1', '2'],
    ],
  ],
  [
    "SELECT CAST('POINT(1 2)' AS GEOGRAPHY)",
    { refused: 'invalidQuery: Invalid cast from STRING to GEOGRAPHY at [1:13]' },
  ],
  [
    "SELECT RANGE(DATE '2024-09-01', DATE '2024-09-03'), RANGE<TIMESTAMP> '[2024-09-01, UNBOUNDED)', CAST(NULL AS RANGE<DATE>)",
    [['[2024-09-01, 2024-09-03)', '[1725148800000000, UNBOUNDED)', null]],
  ],
  [
    "SELECT RANGE_START(RANGE<DATE> '[2024-09-01, 2024-09-03)'), RANGE_END(RANGE(DATE '2024-09-01', NULL))",
    [['2024-09-01', null]],
  ],
  [
    "SELECT RANGE_CONTAINS(RANGE<DATE> '[2024-09-01, 2024-09-03)', DATE '2024-09-02'), RANGE_CONTAINS(RANGE<DATE> '[2024-09-01, 2024-09-03)', DATE '2024-09-03')",
    [['true', 'false']],
  ],
  [
    "SELECT RANGE_CONTAINS(r, RANGE<DATE> '[2024-09-02, 2024-09-05)'), RANGE_CONTAINS(r, RANGE<DATE> '[2024-09-02, UNBOUNDED)'), RANGE_CONTAINS(CAST(NULL AS RANGE<DATE>), r) FROM UNNEST([RANGE<DATE> '[2024-09-01, 2024-09-05)']) AS r",
    { gap: 'RANGE_CONTAINS of a literal NULL' },
  ],
  [
    "SELECT RANGE_OVERLAPS(r, RANGE<DATE> '[2024-09-02, 2024-09-05)'), RANGE_INTERSECT(r, RANGE<DATE> '[2024-09-02, 2024-09-05)') FROM UNNEST([RANGE<DATE> '[2024-09-01, 2024-09-03)']) AS r",
    [['true', '[2024-09-02, 2024-09-03)']],
  ],
  [
    "SELECT GENERATE_RANGE_ARRAY(RANGE<DATE> '[2024-09-01, 2024-09-03)', INTERVAL 1 DAY)",
    [[['[2024-09-01, 2024-09-02)', '[2024-09-02, 2024-09-03)']]],
  ],
  [
    "SELECT RANGE_IS_START_UNBOUNDED(RANGE<DATE> '[UNBOUNDED, 2024-09-03)'), RANGE_IS_END_UNBOUNDED(RANGE<DATE> '[UNBOUNDED, 2024-09-03)')",
    [['true', 'false']],
  ],
  ["SELECT CAST(RANGE(DATE '2024-09-01', NULL) AS STRING)", { gap: 'CAST of a RANGE' }],
  ["SELECT TO_JSON_STRING(STRUCT(RANGE(DATE '2024-09-01', NULL) AS r))", { gap: 'JSON of a RANGE' }],
  ["SELECT FORMAT('%t', RANGE(DATE '2024-09-01', NULL))", { gap: 'FORMAT of a RANGE' }],
  ["SELECT MIN(r) FROM UNNEST([RANGE(DATE '2024-09-01', NULL)]) AS r", { gap: 'MIN of a RANGE' }],
  [
    "SELECT ST_GEOGPOINT(1, 2), ST_GEOGPOINT(1.5, -2.25), ST_GEOGFROMTEXT(' point (1  2.50)'), CAST(NULL AS GEOGRAPHY)",
    [['POINT(1 2)', 'POINT(1.5 -2.25)', 'POINT(1 2.5)', null]],
  ],
  [
    'SELECT ST_X(ST_GEOGPOINT(1, 2)), ST_Y(ST_GEOGPOINT(1, 2)), ST_ASTEXT(ST_GEOGPOINT(id, 2)) FROM t WHERE id = 1',
    [['1.0', '2.0', 'POINT(1 2)']],
  ],
  [
    'SELECT ST_DISTANCE(ST_GEOGPOINT(0, 0), ST_GEOGPOINT(0, 1)), ST_DWITHIN(ST_GEOGPOINT(0, 0), ST_GEOGPOINT(0, 1), 111196), ST_EQUALS(ST_GEOGPOINT(0, 0), ST_GEOGPOINT(0, 1))',
    [['111195.10117748393', 'true', 'false']],
  ],
  [
    'SELECT ST_GEOGPOINT(1, 91)',
    { refused: 'invalidQuery: ST_GeogPoint failed: Invalid lat value: 91, it must be within [-90, 90]' },
  ],
  ['SELECT SAFE.ST_GEOGPOINT(1, 91)', { gap: 'The function SAFE.ST_GEOGPOINT' }],
  [
    "SELECT ST_X(ST_GEOGFROMTEXT('LINESTRING(0 0, 1 1)'))",
    { refused: 'invalidQuery: ST_X: the geography is not a single point' },
  ],
  [
    'SELECT ST_GEOGPOINT(1, 2) = ST_GEOGPOINT(1, 2)',
    { refused: 'invalidQuery: Equality is not defined for arguments of type GEOGRAPHY at [1:8]' },
  ],
  ["SELECT ST_AREA(ST_GEOGFROMTEXT('POLYGON((0 0, 1 0, 1 1, 0 0))'))", { gap: 'The function ST_AREA' }],
  ['SELECT ST_ASGEOJSON(ST_GEOGPOINT(1, 2))', { gap: 'The function ST_ASGEOJSON' }],
  ['SELECT S2_CELLIDFROMPOINT(ST_GEOGPOINT(1, 2))', { gap: 'The function S2_CELLIDFROMPOINT' }],
];
