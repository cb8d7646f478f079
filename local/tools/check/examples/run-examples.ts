import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { BigQuery } from '@google-cloud/bigquery';
import { startBigQuery } from 'local-bigquery';
import { parse } from 'yaml';
import {
  checkAgainstSchema,
  createDescribe,
  DefinitionError,
} from '../../../../shared/definitions/definition-problems';
import { findPipelineFiles, loadPipeline, testExtension } from '../../../../shared/definitions/pipelines';
import { readDefinitionText } from '../../../../shared/definitions/read-definition';
import { loadTables } from '../../../../shared/definitions/tables';
import { createClientEnvironment } from '../../../cloud/servers/client-environment';
import { examplesSchema, type PipelineExample } from './example-schema';
import { runExample } from './run-example';

export interface RunExamples {
  readonly passed: number;
  /** What did not come out, one line each at least. */
  readonly failures: readonly string[];
}

/**
 * Runs all tests that stand beside pipelines as NAME.test.yaml, each in a dataset of its own, against a local
 * BigQuery in memory. Nothing leaves this machine.
 * @param onlyPath the pipeline whose tests are meant; unless given, all
 */
export async function runAllExamples(schemasDirectory: string, onlyPath?: string): Promise<RunExamples> {
  const folder = mkdtempSync(join(tmpdir(), 'pipeline-tests-'));
  const gcsDirectory = join(folder, 'gcs');
  const server = await startBigQuery({ port: 0, gcsDirectory });
  const addresses = { bigqueryUrl: server.url, pubsubHost: '127.0.0.1:1' };
  const environment = await createClientEnvironment(addresses, folder);
  Object.assign(process.env, environment.variables);
  try {
    const bigquery = new BigQuery({ projectId: 'local', apiEndpoint: server.url });
    const failures: string[] = [];
    let passed = 0;
    for (const { file, path, example } of findExamples(schemasDirectory, onlyPath, failures)) {
      const definition = loadPipeline(schemasDirectory, path);
      if (definition === undefined) continue;
      const datasetId = `test_${passed + failures.length + 1}`;
      await bigquery.createDataset(datasetId);
      for (const { name, ...table } of loadTables(schemasDirectory)) {
        await bigquery.dataset(datasetId).createTable(name, table);
      }
      putFiles(gcsDirectory, dirname(file), example);
      const problems = await runExample({ bigquery, datasetId, definition, example, folder: dirname(file) });
      if (problems.length === 0) passed += 1;
      else failures.push([`${file}: test '${example.name}':`, ...problems].join('\n  '));
    }
    return { passed, failures };
  } finally {
    await environment.close();
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  }
}

interface FoundExample {
  readonly file: string;
  readonly path: string;
  readonly example: PipelineExample;
}

function* findExamples(
  schemasDirectory: string,
  onlyPath: string | undefined,
  failures: string[],
): Generator<FoundExample> {
  for (const { file: definition, path } of findPipelineFiles(schemasDirectory).files) {
    if (onlyPath !== undefined && path !== onlyPath) continue;
    const file = definition.replace(/\.yaml$/, testExtension);
    if (!existsSync(file)) continue;
    try {
      for (const example of readExamples(file)) yield { file, path, example };
    } catch (error) {
      if (!(error instanceof DefinitionError)) throw error;
      failures.push(error.message);
    }
  }
}

/** Throws a DefinitionError with file, line and column. */
function readExamples(file: string): readonly PipelineExample[] {
  const text = readDefinitionText(file);
  let value: unknown;
  try {
    value = parse(text);
  } catch (error) {
    throw new DefinitionError(`${file}: is not YAML: ${error instanceof Error ? error.message : error}`);
  }
  const checked = checkAgainstSchema(value, examplesSchema);
  if ('data' in checked) return checked.data.tests;
  throw new DefinitionError(checked.problems.map(createDescribe(file, text, value)).join('\n'));
}

function putFiles(gcsDirectory: string, folder: string, { files }: PipelineExample): void {
  for (const [uri, content] of Object.entries(files)) {
    const target = join(gcsDirectory, uri.slice('gs://'.length));
    mkdirSync(dirname(target), { recursive: true });
    writeFileSync(target, typeof content === 'string' ? content : readFileSync(join(folder, content.file)));
  }
}
