import { parseArgs } from 'node:util';

export const smokeHelp = `npm run smoke -- --project P --location L [options]

  Tries this project on a real Google Cloud project, in some minutes and for some cents: makes two tenants, runs
  every SQL statement and compares its rows with the local BigQuery's, races admissions and a cancellation, runs
  a pipeline with a step of each type, and prints what each kind of call took. Functions run on this machine, by
  the credentials of 'gcloud auth application-default login'. Removes what it made, also after a failure or Ctrl-C.

  --project P      the project
  --location L     of the datasets, such as EU
  --bucket B       a bucket of the project in that location, which exists: steps of type load and export are
                   tried with files below smoke_.../ in it
  --http-url U     an https address that answers a JSON array or object: steps of type http ask it
  --local          tries the cloud in a box instead; so does a BIGQUERY_EMULATOR_HOST with PUBSUB_EMULATOR_HOST.
                   There steps of type http ask a server of this command (--http-step-local of npm start)
  --gcs FOLDER     of servers that the environment names: the folder that is their gs:// (.data/gcs of npm start)
  --help           shows this`;

export interface SmokeOptions {
  readonly projectId: string;
  readonly location: string;
  readonly bucket: string | undefined;
  readonly httpUrl: string | undefined;
  /** In place of Cloud Storage: gs://bucket/path is the file bucket/path below it. */
  readonly gcsDirectory: string | undefined;
  /** A project in the cloud; a cloud in a box that this process starts; servers that the environment names. */
  readonly where: 'project' | 'box' | 'servers';
}

/**
 * What is asked for; 'help' for --help.
 * @throws Error that says what is wrong
 */
export function readSmokeOptions(
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): SmokeOptions | 'help' {
  const { values } = parseArgs({
    args: [...args],
    options: {
      project: { type: 'string' },
      location: { type: 'string' },
      bucket: { type: 'string' },
      'http-url': { type: 'string' },
      gcs: { type: 'string' },
      local: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return 'help';
  const { BIGQUERY_EMULATOR_HOST, PUBSUB_EMULATOR_HOST } = environment;
  const named = [BIGQUERY_EMULATOR_HOST, PUBSUB_EMULATOR_HOST].filter(Boolean).length;
  if (!values.local && named === 1) {
    throw new Error('BIGQUERY_EMULATOR_HOST and PUBSUB_EMULATOR_HOST: expected both or none');
  }
  const where = values.local ? 'box' : named === 2 ? 'servers' : 'project';
  const { project = where === 'project' ? undefined : 'local', location } = values;
  if (project === undefined) throw new Error(`--project is missing\n\n${smokeHelp}`);
  if (location === undefined && where === 'project') throw new Error(`--location is missing\n\n${smokeHelp}`);
  const httpUrl = values['http-url'];
  if (httpUrl !== undefined && !httpUrl.startsWith('https://'))
    throw new Error('--http-url: expected https://…');
  const { bucket, gcs: gcsDirectory } = values;
  if (gcsDirectory !== undefined && where !== 'servers')
    throw new Error('--gcs is for servers that BIGQUERY_EMULATOR_HOST and PUBSUB_EMULATOR_HOST name');
  if (bucket !== undefined && where === 'servers' && gcsDirectory === undefined)
    throw new Error(
      '--bucket: expected --gcs as well: a server of this machine reads no bucket in the cloud',
    );
  return { projectId: project, location: location ?? 'US', bucket, httpUrl, gcsDirectory, where };
}
