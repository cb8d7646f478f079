// In short: ./parquet.test.ts
import {
  disagreements,
  faultsOfBytes,
  faultsOfFiles,
  faultsOfNames,
  faultsOfRepeatedFields,
  parquetFaults,
} from '../../support/parquet-faults';
import { rowsOfParquet } from '../../support/parquet-job';

describe('a load of Parquet fails with words to act on', () => {
  const faults = parquetFaults();

  it.each(faultsOfFiles)('%s', (_, name, detail) => faults.expectOfFile(name, detail));

  it.each(faultsOfRepeatedFields)('%s, for a repeated field', (_, name, detail) =>
    faults.expectOfRepeatedField(name, detail),
  );

  it.each(faultsOfNames)('%s', (_, name, message) => faults.expectOfName(name, message));

  it('a page that makes the engine end its process, and the next file is read', async () => {
    await faults.expectOfFile('endless', 'The Parquet file is broken: reading it comes to no end.');
    expect(await rowsOfParquet(faults.local, 'after_the_end', 'ids')).toEqual([['3']]);
  });

  it.each(faultsOfBytes)('%s', (_, bytes, detail) => faults.expectOfBytes(bytes, detail));

  it.each(disagreements)('files that do not agree: %j', (names, name, detail) =>
    faults.expectOfFiles(names, name, detail),
  );

  it('files that have a column in other modes', async () => {
    const { status } = await faults.load(['a', 'required']);
    expect(status.errorResult.message).toBe(
      "Error while reading data, error message: Provided schema is not compatible with the file 'gs://bucket/a.parquet'. Field 'id' is specified as REQUIRED in provided schema which does not match NULLABLE as specified in the file.",
    );
  });
});
