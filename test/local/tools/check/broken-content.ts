import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Broken, check, load, made, oneSelect, ownOrSources, plainOnly, sql, steps } from './broken';

/** Definitions whose SQL, sources or columns are wrong. */
export const brokenContent: Readonly<Record<string, Broken>> = {
  wrong_syntax: {
    yaml: sql('SELECT FROM tenants'),
    told: ["5:17 step 'one', sql: Syntax error: SELECT list must not be empty"],
  },
  wrong_column: {
    yaml: sql('|\n      SELECT tenant_id,\n        tenant_nmae\n      FROM tenants'),
    told: ["7:9 step 'one', sql: Unrecognized name: tenant_nmae; Did you mean tenant_id?"],
  },
  wrong_types: {
    yaml: sql('SELECT tenant_id = 5 AS x FROM tenants'),
    told: [
      expect.stringMatching(/^5:17 step 'one', sql: No matching signature for operator = .* STRING, INT64/),
    ],
  },
  unknown_table: {
    yaml: sql('SELECT * FROM nowhere'),
    told: [
      expect.stringMatching(
        /^5:24 step 'one', sql: there is no table nowhere, expected one of api_keys, .*tenants$/,
      ),
    ],
  },
  table_of_a_step_that_is_not_needed: {
    yaml: steps(`${made}  - { id: two, type: query, sql: SELECT id FROM numbers }\n`),
    told: [
      "7:49 step 'two', sql: table numbers is made by step 'made', expected that among the steps it needs",
    ],
  },
  two_statements: {
    yaml: sql('SELECT 1; SELECT 2'),
    told: [`5:18 step 'one', sql: It is of type SCRIPT; ${oneSelect}`],
  },
  statement_that_writes: {
    yaml: sql('DELETE FROM tenants WHERE TRUE'),
    told: [`5:10 step 'one', sql: It begins with DELETE; ${oneSelect}`],
  },
  statement_that_exports: {
    yaml: sql("EXPORT DATA OPTIONS (uri = 'gs://x/*', format = 'CSV') AS SELECT 1 AS x"),
    told: [`5:10 step 'one', sql: It begins with EXPORT; ${oneSelect}`],
  },
  statement_made_of_text: {
    yaml: sql("EXECUTE IMMEDIATE 'SELECT 1'"),
    told: [`5:10 step 'one', sql: It begins with EXECUTE; ${oneSelect}`],
  },
  call_of_a_procedure: {
    yaml: sql('CALL x.y()'),
    told: [`5:10 step 'one', sql: It begins with CALL; ${oneSelect}`],
  },
  table_of_another_tenant: {
    yaml: sql('SELECT * FROM tenants CROSS JOIN tenant_2.costs'),
    told: [`5:52 step 'one', sql: It reads local.tenant_2.costs; ${ownOrSources}`],
  },
  information_schema_of_another_tenant: {
    yaml: sql('SELECT * FROM tenant_2.INFORMATION_SCHEMA.TABLES'),
    told: [
      `5:24 step 'one', sql: It uses tenant_2.INFORMATION_SCHEMA.TABLES, a view of metadata; ${plainOnly}`,
    ],
  },
  tables_by_a_pattern: {
    yaml: sql('SELECT * FROM `api_*`'),
    told: [`5:24 step 'one', sql: It uses api_*, a wildcard table; ${plainOnly}`],
  },
  table_function: {
    yaml: check('{ name: c, type: sql, sql: "SELECT * FROM APPENDS(TABLE numbers, NULL, NULL)" }'),
    told: [`12:51 step 'two', checks[0] ('c').sql: It uses APPENDS, a table function; ${plainOnly}`],
  },
  function_that_calls_a_model: {
    yaml: `${steps(made)}watermark: { type: INT64, initial: 0, sql: "SELECT AI.GENERATE_INT('x')" }\n`,
    told: [`7:52 watermark.sql: It uses AI.GENERATE_INT, a function of another kind; ${plainOnly}`],
  },
  source_that_is_not_named: {
    yaml: sql('SELECT * FROM rates.daily'),
    told: [`5:30 step 'one', sql: It reads local.rates.daily; ${ownOrSources}`],
  },
  source_whose_columns_are_not_known: {
    yaml: `sources: [rates]\n${sql('SELECT * FROM rates.monthly')}`,
    told: [
      expect.stringMatching(
        /^6:30 step 'one', sql: the columns of local\.rates\.monthly are not known, expected .*sources\/rates\/monthly\.json/,
      ),
    ],
  },
  source_that_the_deployment_does_not_allow: {
    yaml: `sources: [secret]\n${sql('SELECT * FROM secret.plans')}`,
    told: [
      "6:31 step 'one', sql: It reads local.secret.plans; this deployment does not allow that (ALLOWED_SOURCES).",
    ],
  },
  file_outside_of_the_sources: {
    yaml: load('schema: [{ name: id, type: INT64 }]').replace('x.csv', '../other/x.csv'),
    told: [
      '7:19 step \'one\', source_uris[0]: "gs://files/../other/x.csv" is no source; expected a URI like gs://bucket/path.',
    ],
  },
  file_that_the_deployment_does_not_allow: {
    yaml: load('schema: [{ name: id, type: INT64 }]').replaceAll('gs://files/', 'gs://others/'),
    told: [
      "7:19 step 'one', source_uris[0]: It reads gs://others/x.csv; this deployment does not allow that (ALLOWED_SOURCES).",
    ],
  },
  placeholder_that_is_none: {
    yaml: load('schema: [{ name: id, type: INT64 }]')
      .replace('x.csv', '{tenant}/x.csv')
      .replace('[gs://files/{', '["gs://files/{')
      .replace('x.csv]', 'x.csv"]'),
    told: ["7:19 step 'one', source_uris[0]: expected no placeholder but {tenant_id}, given {tenant}"],
  },
  what_the_local_engine_does_not_know: {
    yaml: sql("SELECT JSON_FLATTEN(JSON '[]') AS names"),
    told: [
      "5:10 step 'one', sql: The function JSON_FLATTEN: BigQuery knows this, the local engine (2023-08) does not: it cannot be tried here. To deploy it all the same, say check: syntax_only on the step",
    ],
  },
  what_the_local_engine_need_not_know: {
    yaml: sql("SELECT JSON_FLATTEN(JSON '[]') AS names").replace(
      'type: query',
      'type: query\n    check: syntax_only',
    ),
    told: [
      "warning: 6:10 step 'one', sql: The function JSON_FLATTEN: BigQuery knows this, the local engine (2023-08) does not: it cannot be tried here",
    ],
  },
  columns_that_are_not_known: {
    yaml: `${load('').replace('CSV', 'PARQUET')}  - { id: two, type: query, sql: SELECT * FROM costs, needs: [one] }\n`,
    told: [
      "warning: 10:48 step 'two', sql: the columns of costs are not known, so this is not checked: a schema or a sample_file in step 'one' would tell them",
    ],
  },
  sample_that_is_not_there: {
    yaml: load('sample_file: x.parquet').replace('CSV', 'PARQUET'),
    told: [
      expect.stringMatching(/^9:18 step 'one', sample_file: .*x\.parquet: cannot be read: no such file$/),
    ],
  },
  sample_that_is_no_parquet: {
    yaml: load('sample_file: text.parquet').replace('CSV', 'PARQUET'),
    files: { 'text.parquet': 'id\n1\n' },
    told: [expect.stringMatching(/^9:18 step 'one', sample_file: .*Input file is not in Parquet format\./)],
  },
  column_that_the_sample_lacks: {
    yaml: `${load('sample_file: one.parquet').replace('CSV', 'PARQUET')}  - { id: two, type: query, sql: SELECT id + nope FROM costs, needs: [one] }\n`,
    files: {
      'one.parquet': readFileSync(
        join(__dirname, '../../../data/cases/parquet-append-new-column/drift1.parquet'),
      ),
    },
    told: ["10:46 step 'two', sql: Unrecognized name: nope"],
  },
  table_of_another_pipeline: {
    yaml: sql('SELECT nope FROM made_elsewhere').replace('steps:', 'needs_pipeline: a/b/maker\nsteps:'),
    told: ["6:17 step 'one', sql: Unrecognized name: nope"],
  },
  table_of_a_pipeline_that_is_not_named: {
    yaml: sql('SELECT day FROM made_elsewhere'),
    told: [
      expect.stringMatching(
        /^5:26 step 'one', sql: there is no table made_elsewhere, expected one of .*; or needs_pipeline: a\/b\/maker, which makes it$/,
      ),
    ],
  },
  needed_pipeline_that_is_not_there: {
    yaml: sql('SELECT 1').replace('steps:', 'needs_pipeline: [a/b/mkaer]\nsteps:'),
    told: [
      expect.stringMatching(
        /^2:17 needs_pipeline: there is no pipeline a\/b\/mkaer, expected one of .*a\/b\/maker/,
      ),
    ],
  },
  pipelines_that_need_each_other: {
    yaml: sql('SELECT 1').replace('steps:', 'needs_pipeline: a/b/pipelines_that_need_each_other\nsteps:'),
    told: [
      '2:17 needs_pipeline: a/b/pipelines_that_need_each_other and a/b/pipelines_that_need_each_other need each other',
    ],
  },
  date_format_of_another_language: {
    yaml: load("schema: [{ name: a, type: DATE }]\n    date_format: '%d.%m.%Y'"),
    told: [
      expect.stringMatching(
        /^10:18 step 'one', date_format: Invalid format '%d\.%m\.%Y' for DATE values: .* no format element/,
      ),
    ],
  },
  layout_by_a_column_that_is_not_there: {
    yaml: `${sql('SELECT 1 AS id')}    destination: { table: t, write_disposition: WRITE_EMPTY, clustering: [nmae] }\n`,
    told: ["6:75 step 'one', destination.clustering[0]: 'nmae' is not a column of t, expected any of id"],
  },
  partitions_by_a_text: {
    yaml: `${sql("SELECT 'x' AS day")}    destination: { table: t, write_disposition: WRITE_EMPTY, time_partitioning: { field: day } }\n`,
    told: [
      "6:90 step 'one', destination.time_partitioning.field: 'day' is of type STRING, expected one of DATE, DATETIME, TIMESTAMP",
    ],
  },
  merge_by_a_column_that_is_not_there: {
    yaml: `${sql('SELECT 1 AS id')}    destination: { table: t, write_disposition: MERGE, merge_keys: [nmae] }\n`,
    told: ["6:69 step 'one', destination.merge_keys[0]: 'nmae' is not a column of t, expected any of id"],
  },
  check_of_a_column_that_is_not_there: {
    yaml: check('{ name: c, type: not_null, columns: [id, nmae] }'),
    told: [
      "12:50 step 'two', checks[0] ('c').columns[1]: 'nmae' is not a column of numbers, expected any of id, name",
    ],
  },
  check_with_wrong_sql: {
    yaml: check("{ name: c, type: sql, sql: SELECT * FROM numbers WHERE nmae = 'x' }"),
    told: [expect.stringMatching(/^12:64 step 'two', checks\[0\] \('c'\)\.sql: Unrecognized name: nmae/)],
  },
  check_of_what_cannot_be_compared: {
    yaml: check('{ name: c, type: freshness, column: id, max_age_hours: 1 }'),
    told: [expect.stringMatching(/^12:7 step 'two', checks: Invalid cast from INT64 to TIMESTAMP/)],
  },
  watermark_of_a_column_that_is_not_there: {
    yaml: `${steps(made)}watermark: { type: INT64, initial: 0, sql: SELECT MAX(nmae) FROM numbers }\n`,
    told: [expect.stringMatching(/^7:55 watermark\.sql: Unrecognized name: nmae/)],
  },
  watermark_of_two_values: {
    yaml: `${steps(made)}watermark: { type: INT64, initial: 0, sql: "SELECT id, name FROM numbers" }\n`,
    told: ['7:44 watermark.sql: It has 2 columns, expected one'],
  },
  alias_without_an_anchor: {
    yaml: sql('*nothing'),
    told: [expect.stringMatching(/is not YAML: Unresolved alias .*: nothing$/)],
  },
  fault_in_the_sql_file: {
    yaml: steps('  - id: one\n    type: query\n    sql_file: own.sql\n'),
    files: { 'own.sql': "-- A comment.\nSELECT\n  'é', tenant_nmae\nFROM tenants\n" },
    told: [expect.stringMatching(/^own\.sql:3:8 step 'one', sql_file: Unrecognized name: tenant_nmae/)],
  },
  schema_file_that_is_not_json: {
    yaml: load('schema_file: broken.json'),
    files: { 'broken.json': '[\n  {"name": "id",\n]' },
    told: [expect.stringMatching(/^broken\.json:3:1 is not JSON: /)],
  },
  schema_file_with_a_wrong_type: {
    yaml: load('schema_file: wrong.json'),
    files: { 'wrong.json': '[\n  { "name": "id", "type": "TEXT" }\n]' },
    told: [
      expect.stringMatching(
        /^wrong\.json:2:27 \[0\] \('id'\)\.type: expected one of STRING, .*, given "TEXT"$/,
      ),
    ],
  },
  several_faults: {
    yaml: `owner: me
${steps(`${made}  - { id: two, type: query, needs: [made], slq: x, sql: SELECT 1 }
  - id: three
    type: query
    needs: [made, tow]
    sql: >
      SELECT id
      FROM numbers
      WHERE nmae = @x
  - { id: four, type: query, needs: [two], sql: SELECT 1; SELECT 2 }
  - { id: five, type: query, sql_file: absent.sql }
`)}`,
    told: [
      '1:1 owner: is not a known field',
      "8:44 step 'two', slq: is not a known field",
      "11:19 step 'three', needs[1]: step 'three' needs 'tow', which is not a step; expected any of made, two, three, four, five",
      expect.stringMatching(/^15:20 step 'three', sql: @x is not a parameter/),
      `16:57 step 'four', sql: It is of type SCRIPT; ${oneSelect}`,
      expect.stringMatching(/^17:40 step 'five', sql_file: .*absent\.sql: cannot be read: no such file$/),
    ],
  },
};
