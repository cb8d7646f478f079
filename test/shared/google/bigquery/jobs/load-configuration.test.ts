import { toJobConfiguration } from '../../../../../shared/google/bigquery/jobs/job-configuration';
import type { LoadWork } from '../../../../../shared/google/bigquery/jobs/job-request';

const destination = { table: 't', write_disposition: 'WRITE_APPEND' } as const;

/** `configuration.load` of a step with these options. */
function loadOf(step: LoadWork['step']) {
  const work: LoadWork = {
    kind: 'load',
    sourceUris: ['gs://b/x'],
    urisFrom: 'definition',
    step,
    destination,
  };
  const request = {
    jobId: 'j',
    datasetId: 'ds',
    timeoutMs: 1000,
    labels: {},
    reads: 'anything',
    work,
  } as const;
  const configuration = toJobConfiguration(request, 'p');
  return 'load' in configuration ? configuration.load : undefined;
}

/** The names are those of https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#jobconfigurationload */
describe('a load job', () => {
  it('is told all that a step says about text', () => {
    expect(
      loadOf({
        format: 'CSV',
        schema: [{ name: 'a', type: 'DATE' }],
        csv: {
          null_markers: ['', 'NULL'],
          encoding: 'UTF-16LE',
          allow_jagged_rows: true,
          skip_leading_rows: 1,
        },
        time_zone: 'Europe/Berlin',
        date_format: 'DD.MM.YYYY',
        datetime_format: 'DD.MM.YYYY HH24:MI',
        time_format: 'HH24:MI',
        timestamp_format: 'YYYY',
        max_bad_records: 2,
        ignore_unknown_values: true,
        schema_update_options: ['ALLOW_FIELD_ADDITION'],
      }),
    ).toEqual({
      sourceUris: ['gs://b/x'],
      sourceFormat: 'CSV',
      schema: { fields: [{ name: 'a', type: 'DATE' }] },
      destinationTable: { projectId: 'p', datasetId: 'ds', tableId: 't' },
      createDisposition: 'CREATE_IF_NEEDED',
      writeDisposition: 'WRITE_APPEND',
      nullMarkers: ['', 'NULL'],
      encoding: 'UTF-16LE',
      allowJaggedRows: true,
      skipLeadingRows: 1,
      sourceColumnMatch: 'NAME',
      timeZone: 'Europe/Berlin',
      dateFormat: 'DD.MM.YYYY',
      datetimeFormat: 'DD.MM.YYYY HH24:MI',
      timeFormat: 'HH24:MI',
      timestampFormat: 'YYYY',
      maxBadRecords: 2,
      ignoreUnknownValues: true,
      schemaUpdateOptions: ['ALLOW_FIELD_ADDITION'],
    });
  });

  it.each([
    ['CSV with a header', { format: 'CSV', csv: { skip_leading_rows: 1 } }, 'NAME'],
    ['CSV without one', { format: 'CSV' }, 'POSITION'],
    [
      'CSV as the step says',
      { format: 'CSV', csv: { skip_leading_rows: 1 }, source_column_match: 'POSITION' },
      'POSITION',
    ],
    ['JSON', { format: 'NEWLINE_DELIMITED_JSON' }, undefined],
  ] as const)('matches the columns of %s', (_, step, expected) => {
    expect(loadOf(step)).toMatchObject(expected === undefined ? {} : { sourceColumnMatch: expected });
    expect('sourceColumnMatch' in (loadOf(step) ?? {})).toBe(expected !== undefined);
  });

  it('is told how to read Parquet: lists and enums as they were meant, unless the step says otherwise', () => {
    expect(loadOf({ format: 'PARQUET' })).toMatchObject({
      parquetOptions: { enableListInference: true, enumAsString: true },
    });
    const parquet = { enum_as_string: false, list_inference: false };
    expect(
      loadOf({ format: 'PARQUET', parquet, decimal_target_types: ['NUMERIC', 'BIGNUMERIC'] }),
    ).toMatchObject({
      parquetOptions: { enableListInference: false, enumAsString: false },
      decimalTargetTypes: ['NUMERIC', 'BIGNUMERIC'],
    });
  });
});
