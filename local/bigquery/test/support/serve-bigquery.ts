import { join } from 'node:path';
import { startBigQuery } from '../../start-bigquery';

/** Serves the folder that is named on the command line and prints the URL, until it is killed. */
async function main(folder: string): Promise<void> {
  const { url } = await startBigQuery({
    port: 0,
    dataDirectory: join(folder, 'data'),
    gcsDirectory: join(folder, 'gcs'),
  });
  process.stdout.write(`${url}\n`);
}

main(process.argv[2] ?? '').catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
