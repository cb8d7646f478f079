import { type Broken, load, sql, steps } from './broken';

/** Definitions that are wrong before any SQL is looked at. */
export const brokenForm: Readonly<Record<string, Broken>> = {
  export_of_a_table_that_is_not_made: {
    yaml: steps(`  - id: one
    type: export
    table: nowhere
    destination_uri: gs://exports/{tenant_id}/x.csv
    format: CSV
`),
    told: [
      "5:12 step 'one', table: there is no table nowhere, expected one of api_keys, dq_results, pipeline_runs, step_logs, tenants",
    ],
  },
  table_of_an_api_sorted_by_no_column_of_it: {
    yaml: steps(`  - id: one
    type: http
    url: https://api.example.com/rates
    format: JSON
    schema: [{ name: id, type: INT64 }]
    destination: { table: rates, write_disposition: WRITE_TRUNCATE, clustering: [nope] }
`),
    told: ["8:82 step 'one', destination.clustering[0]: 'nope' is not a column of rates, expected any of id"],
  },
  null_markers_of_both_kinds: {
    yaml: load("schema: [{ name: a, type: DATE }]\n    csv: { null_marker: x, null_markers: [''] }"),
    told: ['10:42 step \'one\', csv.null_markers: expected either null_marker or null_markers, given [""]'],
  },
  names_of_columns_without_a_header: {
    yaml: load('schema: [{ name: a, type: DATE }]\n    source_column_match: NAME'),
    told: [
      expect.stringMatching(
        /^10:26 step 'one', source_column_match: expected with csv\.skip_leading_rows of at least 1/,
      ),
    ],
  },
  missing_columns_by_position: {
    yaml: load('schema: [{ name: a, type: DATE }]\n    allow_missing_columns: true'),
    told: [
      expect.stringMatching(
        /^10:28 step 'one', allow_missing_columns: expected for CSV whose columns are found by NAME/,
      ),
    ],
  },
  options_of_text_for_parquet: {
    yaml: load('time_zone: Europe/Berlin\n    max_bad_records: 1').replace('CSV', 'PARQUET'),
    told: [
      expect.stringMatching(/^9:16 step 'one', time_zone: expected for CSV and NEWLINE_DELIMITED_JSON only/),
      expect.stringMatching(
        /^10:22 step 'one', max_bad_records: expected for CSV and NEWLINE_DELIMITED_JSON only/,
      ),
    ],
  },
  options_of_parquet_for_text: {
    yaml: load('schema: [{ name: a, type: DATE }]\n    parquet: { enum_as_string: false }'),
    told: [expect.stringMatching(/^10:14 step 'one', parquet: expected for PARQUET only/)],
  },
  time_zone_that_is_none: {
    yaml: load('schema: [{ name: a, type: DATE }]\n    time_zone: Europe/Atlantis'),
    told: [expect.stringMatching(/^10:16 step 'one', time_zone: expected a time zone, like Europe\/Berlin/)],
  },
  wider_schema_of_a_table_that_is_replaced: {
    yaml: load('schema: [{ name: a, type: DATE }]\n    schema_update_options: [ALLOW_FIELD_ADDITION]'),
    told: [
      expect.stringMatching(
        /^10:28 step 'one', schema_update_options: expected with write_disposition WRITE_APPEND/,
      ),
    ],
  },
  two_asterisks: {
    yaml: load('schema: [{ name: a, type: DATE }]').replace('x.csv', '*/*.csv'),
    told: [
      expect.stringMatching(
        /^7:19 step 'one', source_uris\[0\]: .* has several asterisks; expected one at most\./,
      ),
    ],
  },
  empty_file: {
    yaml: '',
    told: ['1:1 the document: expected a mapping with description and steps, given an empty file'],
  },
  not_a_mapping: {
    yaml: '- id: one\n',
    told: ['1:1 the document: expected a mapping with description and steps, given something else'],
  },
  tab_as_indentation: {
    yaml: 'description: A test\nsteps:\n\t- id: one\n',
    told: ['3:1 is not one YAML document: Tabs are not allowed as indentation'],
  },
  two_documents: {
    yaml: `${sql('SELECT 1')}---\n${sql('SELECT 2')}`,
    told: [
      '6:1 is not one YAML document: Source contains multiple documents; please use YAML.parseAllDocuments()',
    ],
  },
  key_given_twice: {
    yaml: `${sql('SELECT 1')}    sql: SELECT 2\n`,
    told: ['6:5 is not one YAML document: Map keys must be unique'],
  },
  quote_left_open: { yaml: sql('"SELECT 1'), told: ['6:1 is not one YAML document: Missing closing "quote'] },
  no_steps: {
    yaml: 'description: A test\nsteps: []\n',
    told: ['2:8 steps: expected at least one step, given []'],
  },
  misspelt_field: {
    yaml: steps('  - id: one\n    type: query\n    slq: SELECT 1\n    sql: SELECT 1\n'),
    told: ["5:5 step 'one', slq: is not a known field"],
  },
  unknown_type_of_step: {
    yaml: steps('  - id: one\n    type: qery\n'),
    told: [expect.stringMatching(/^4:11 step 'one', type: expected one of query, load, .*, given "qery"$/)],
  },
  number_for_a_text: {
    yaml: sql('5'),
    told: ["5:10 step 'one', sql: expected a text, given 5"],
  },
  step_defined_twice: {
    yaml: `${sql('SELECT 1')}  - { id: one, type: query, sql: SELECT 2 }\n`,
    told: ["6:5 step 'one': step 'one' is defined twice"],
  },
  need_that_is_no_step: {
    yaml: `${sql('SELECT 1')}    needs: [two]\n`,
    told: ["6:13 step 'one', needs[0]: step 'one' needs 'two', which is not a step; expected any of one"],
  },
  cycle: {
    yaml: `${sql('SELECT 1')}    needs: [two]\n  - { id: two, type: query, sql: SELECT 2, needs: [one] }\n`,
    told: ["3:5 step 'one': steps wait for each other: one → two → one"],
  },
  default_of_the_wrong_type: {
    yaml: `parameters:\n  day: { type: DATE, description: A day, default: tomorrow }\n${sql('SELECT @day AS day')}`,
    told: [
      '2:51 parameters.day.default: Parameter \'day\' must be a DATE like "2026-01-31"; given "tomorrow".',
    ],
  },
  parameter_that_is_not_declared: {
    yaml: sql('SELECT @dya AS day'),
    told: [
      "5:17 step 'one', sql: @dya is not a parameter of the pipeline, expected none (the pipeline declares no parameters)",
      "5:17 step 'one', sql: Query parameter 'dya' not found",
    ],
  },
  sql_file_that_is_missing: {
    yaml: steps('  - id: one\n    type: query\n    sql_file: none.sql\n'),
    told: [expect.stringMatching(/^5:15 step 'one', sql_file: .*none\.sql: cannot be read: no such file$/)],
  },
  schema_file_that_is_missing: {
    yaml: load('schema_file: none.json'),
    told: [
      expect.stringMatching(/^9:18 step 'one', schema_file: .*none\.json: cannot be read: no such file$/),
    ],
  },
};
