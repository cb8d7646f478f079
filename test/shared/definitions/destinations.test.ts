import { runOfYaml } from '../pipelines/support/run-of-yaml';
import { messageOf } from './schemas-directory';

/** A definition with one query step that has this destination. */
const query = (destination: string, more = '') => `
steps:
  - id: first
    type: query
    sql: SELECT 1 AS id
    destination: { table: t, ${destination} }
${more}`;
const load = (destination: string) => `
sources: ['gs://b/']
steps:
  - id: first
    type: load
    source_uris: [gs://b/f.csv]
    format: CSV
    schema: [{ name: id, type: INT64 }]
    destination: { table: t, ${destination} }
`;

const truncate = 'write_disposition: WRITE_TRUNCATE';
const partitioned = (partitioning: string, parameter: string) =>
  `parameters: { at: { description: When., ${parameter} } }${query(`${truncate}, partition: at${partitioning}`)}`;

const watermark = (fields: string, more = '') =>
  `watermark: { ${fields} }${more}\n${query(truncate).replace('SELECT 1', 'SELECT @watermark')}`;

describe('Destinations, watermarks and retries in definitions', () => {
  const right: readonly (readonly [string, string])[] = [
    ['a merge by keys', query('write_disposition: MERGE, merge_keys: [id]')],
    [
      'a retry after some errors only',
      query('write_disposition: WRITE_EMPTY', '    retry: { retry_on: [conflict] }'),
    ],
    ['a limit on parallel steps', `max_parallel_steps: 20${query('write_disposition: WRITE_EMPTY')}`],
  ];
  it.each(right)('may be %s', (_, yaml) => {
    expect(runOfYaml('run', yaml).definition.steps).toHaveLength(1);
  });

  const wrong: readonly (readonly [string, string, string])[] = [
    [
      'a merge without keys',
      query('write_disposition: MERGE'),
      "step 'first', destination.merge_keys: expected with write_disposition MERGE, and with no other, given nothing",
    ],
    [
      'keys without a merge',
      query('write_disposition: WRITE_APPEND, merge_keys: [id]'),
      'destination.merge_keys: expected with write_disposition MERGE, and with no other, given ["id"]',
    ],
    [
      'a key twice',
      query('write_disposition: MERGE, merge_keys: [id, ID]'),
      'destination.merge_keys: expected each column once',
    ],
    [
      'a key that is not a column name',
      query("write_disposition: MERGE, merge_keys: ['a`b']"),
      'destination.merge_keys[0]: expected a column name',
    ],
    [
      'a merge by a load step',
      load('write_disposition: MERGE, merge_keys: [id]'),
      'destination.write_disposition: expected one of WRITE_TRUNCATE, WRITE_APPEND, WRITE_EMPTY, given "MERGE"',
    ],
    [
      'a merged query with a semicolon',
      query('write_disposition: MERGE, merge_keys: [id]').replace('AS id', 'AS id ;'),
      "step 'first', sql: expected a query without a semicolon at its end",
    ],
    [
      'a merge into a metadata table',
      query('write_disposition: MERGE, merge_keys: [id]').replace('table: t', 'table: tenants'),
      "destination.table: expected a table of the pipeline's own",
    ],
    [
      'a partition without partitioning',
      partitioned('', 'type: DATE, required: true'),
      "step 'first', destination.partition: expected together with time_partitioning",
    ],
    [
      'a partition of a merge',
      partitioned(', time_partitioning: { field: id }', 'type: DATE, required: true').replace(
        truncate,
        'write_disposition: MERGE, merge_keys: [id]',
      ),
      'destination.partition: expected with another write_disposition than MERGE',
    ],
    [
      'a partition by an undeclared parameter',
      query(`${truncate}, partition: at, time_partitioning: { field: id }`),
      "destination.partition: expected a DATE or TIMESTAMP parameter that is required or has a default, given 'at'",
    ],
    [
      'a partition by an optional parameter',
      partitioned(', time_partitioning: { field: id }', 'type: DATE'),
      'destination.partition: expected a DATE or TIMESTAMP parameter that is required or has a default',
    ],
    [
      'a partition by a STRING parameter',
      partitioned(', time_partitioning: { field: id }', 'type: STRING, required: true'),
      'destination.partition: expected a DATE or TIMESTAMP parameter',
    ],
    [
      'a partition of an hour by a DATE parameter',
      partitioned(', time_partitioning: { type: HOUR, field: id }', 'type: DATE, required: true'),
      'destination.partition: expected a TIMESTAMP parameter',
    ],
    [
      'a watermark of an unknown type',
      watermark('type: FLOAT64, initial: 0, sql: SELECT 1'),
      'watermark.type: expected one of TIMESTAMP, DATE, INT64, STRING, given "FLOAT64"',
    ],
    ['a watermark without an initial value', watermark('type: INT64, sql: SELECT 1'), 'watermark.initial:'],
    [
      'a watermark with an initial value of another type',
      watermark('type: DATE, initial: yesterday, sql: SELECT 1'),
      "watermark.initial: Parameter 'watermark' must be a DATE like",
    ],
    [
      'a watermark whose query has a semicolon',
      watermark("type: INT64, initial: 0, sql: 'SELECT 1;'"),
      'watermark.sql: expected a query without a semicolon at its end',
    ],
    [
      'a watermark by an undeclared parameter',
      watermark("type: INT64, initial: 0, sql: 'SELECT @nope'"),
      'watermark.sql: @nope is not a parameter of the pipeline, expected one of watermark',
    ],
    [
      'a watermark beside a parameter of the same name',
      watermark(
        'type: INT64, initial: 0, sql: SELECT 1',
        '\nparameters: { watermark: { type: INT64, description: W. } }',
      ),
      'parameters.watermark: expected another name: @watermark is the watermark',
    ],
    [
      'a watermark that is used but not declared',
      query(truncate).replace('SELECT 1', 'SELECT @watermark'),
      '@watermark is not a parameter of the pipeline',
    ],
    [
      'a retry after an error that will not go away',
      query('write_disposition: WRITE_EMPTY', '    retry: { retry_on: [invalid_query] }'),
      'retry.retry_on[0]: expected some of unavailable, conflict, quota_exceeded,',
    ],
    [
      'no step at a time',
      `max_parallel_steps: 0${query('write_disposition: WRITE_EMPTY')}`,
      'max_parallel_steps: ',
    ],
  ];
  it.each(wrong)('may not be %s', (_, yaml, message) => {
    expect(messageOf(() => runOfYaml('run', yaml))).toContain(message);
  });
});
