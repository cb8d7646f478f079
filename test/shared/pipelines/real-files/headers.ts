import { runOfYaml } from '../support/run-of-yaml';
import type { FileWorld } from './file-world';
import { focusCharge, focusColumns, focusFile, focusVersions } from './focus';

/** Headers that do not fit, and rows that are left out. */
export const describeHeaders = (world: () => FileWorld): void => {
  describe('a header that does not fit', () => {
    const load = (options: string, schema = '{ name: id, type: INT64 }, { name: name, type: STRING }') => `
sources: [gs://*]
steps:
  - id: load
    type: load
    source_uris: [gs://billing/file]
    format: CSV
    csv: { skip_leading_rows: 1 }
    schema: [${schema}]
    destination: { table: headed, write_disposition: WRITE_TRUNCATE }
${options}`;
    const run = (text: string | Buffer, options = '', schema?: string) => {
      world().tenant.putFile('file', text);
      return world().execute(runOfYaml('', load(options, schema)));
    };

    it.each([
      ['id,nmae\n1,a\n', "column 2 of its header, 'nmae', is not in the schema"],
      ['id\n1\n', "its header lacks the column 'name'"],
      ['id,name,ID\n1,a,2\n', "its header has the column 'ID' twice"],
      ['1,a\n2,b\n', 'no name in its header is a column of the schema'],
    ])('ends the step before anything is loaded: %j', async (text, difference) => {
      const outcome = await run(text);
      const header = text.slice(0, text.indexOf('\n')).split(',');
      expect(outcome).toMatchObject({
        status: 'FAILED',
        errorCode: 'invalid_data',
        steps: [{ attempts: 1 }],
        errorMessage: expect.stringContaining(`gs://billing/file does not fit the schema: ${difference}`),
      });
      const lists = `${header.length} column${header.length === 1 ? '' : 's'}: ${header.join(', ')}. The schema has 2 columns: id, name.`;
      expect(outcome.errorMessage).toContain(`The file has ${lists}`);
      const [jobs] = await world().tenant.bigquery.getJobs({ maxResults: 1 });
      expect(jobs[0]?.id).not.toContain(`${world().lastRun()}_load`);
    });

    it('says what the file looks like', async () => {
      const file = focusFile(focusColumns('FOCUS 1.1'), [focusCharge]);
      world().tenant.putFile('file', file);
      const formats = JSON.stringify(focusVersions);
      const yaml = load('    known_formats_file: formats.json');
      const outcome = await world().execute(runOfYaml('', yaml, {}, { 'formats.json': formats }));
      expect(outcome.errorMessage).toMatch(
        /^Step 'load' failed: .* It looks like FOCUS 1\.1\. The file has 50 columns/,
      );
    });

    it('is taken by position where the step says so, with a warning where names are exchanged', async () => {
      const position = '    source_column_match: POSITION';
      expect(await run('a,b\n1,x\n', position)).toMatchObject({ status: 'COMPLETED' });
      expect(await world().stepLog('load')).toMatchObject([{ warnings: [] }]);
      const schema = '{ name: name, type: STRING }, { name: other, type: STRING }';
      expect(await run('other,name\nx,y\n', position, schema)).toMatchObject({ status: 'COMPLETED' });
      expect(await world().stepLog('load')).toMatchObject([
        { warnings: [expect.stringContaining("column 1, 'other' by the header, is read as 'name'")] },
      ]);
    });

    it('by position, of another width, is told beside what BigQuery says of the rows', async () => {
      const outcome = await run('a,b,c\n1,x,2\n', '    source_column_match: POSITION');
      expect(outcome).toMatchObject({
        status: 'FAILED',
        errorMessage: expect.stringContaining('Found 3 column(s) while expected 2'),
      });
      expect(await world().stepLog('load')).toMatchObject([
        { warnings: [expect.stringContaining('its header has 3 columns, and the schema 2; the step says')] },
      ]);
    });

    it('is read in its encoding, with a mark, quotes and a line break in it', async () => {
      const schema = '{ name: id, type: INT64 }, { name: name, type: STRING }';
      const text = Buffer.from('\ufeffname;"id"\r\na;1\r\n', 'utf16le');
      const options = '    allow_missing_columns: false';
      world().tenant.putFile('file', text);
      const yaml = load(options, schema).replace(
        '{ skip_leading_rows: 1 }',
        '{ skip_leading_rows: 1, encoding: UTF-16LE, field_delimiter: ";" }',
      );
      expect(await world().execute(runOfYaml('', yaml))).toMatchObject({ status: 'COMPLETED' });
      expect(await world().tenant.query('SELECT * FROM headed')).toEqual([{ id: 1, name: 'a' }]);
    });
  });

  describe('rows that are left out', () => {
    it('are counted, and the first five are told with place and reason', async () => {
      const bad = Array.from({ length: 7 }, (_, index) => `x${index},b\n`).join('');
      world().tenant.putFile('file', `id,name\n1,a\n${bad}2,c\n`);
      const yaml = `
sources: [gs://*]
steps:
  - id: load
    type: load
    source_uris: [gs://billing/file]
    format: CSV
    csv: { skip_leading_rows: 1 }
    max_bad_records: 10
    schema: [{ name: id, type: INT64 }, { name: name, type: STRING }]
    destination: { table: tolerant, write_disposition: WRITE_TRUNCATE }
`;
      expect(await world().execute(runOfYaml('', yaml))).toMatchObject({
        status: 'COMPLETED',
        rowsWritten: 2,
      });
      const [log] = await world().tenant.query(
        `SELECT bad_records, warnings, rows_written FROM step_logs WHERE run_id = '${world().lastRun()}'`,
      );
      expect(log).toMatchObject({
        bad_records: 7,
        rows_written: 2,
        warnings: [
          '7 rows were left out, as max_bad_records: 10 allows, the first 5 of them:',
          expect.stringMatching(
            /^gs:\/\/billing\/file, line 3 \(byte 12\), column 'id': Could not parse 'x0' as INT64/,
          ),
          expect.stringContaining('line 4 (byte 17)'),
          expect.any(String),
          expect.any(String),
          expect.stringContaining("Could not parse 'x4'"),
        ],
      });
    });
  });
};
