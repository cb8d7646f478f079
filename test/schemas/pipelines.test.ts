import { join } from 'node:path';
import { type LocalSqlEngine, startSqlEngine } from '../../local/bigquery/sql/engine';
import type { PipelineDefinition } from '../../shared/definitions/pipeline-shape';
import { loadPipelines } from '../../shared/definitions/pipelines';
import { loadTables } from '../../shared/definitions/tables';
import { memoryTableStore } from '../support/memory-table-store';
import { analysePipeline } from './analyse-pipeline';

const schemasDirectory = join(__dirname, '../../schemas');
const metadataTables = loadTables(schemasDirectory);
const pipelines = loadPipelines(schemasDirectory);
const dryrun = pipelines.get('gcp/example/dryrun');

describe('the SQL of schemas/pipelines', () => {
  const store = memoryTableStore();
  let engine: LocalSqlEngine;
  beforeAll(async () => {
    engine = await startSqlEngine({ store });
  });
  afterAll(() => engine.close());

  it.each([...pipelines.values()].map((definition) => [definition.path, definition] as const))(
    '%s is what GoogleSQL accepts over the tables that it meets',
    async (_, definition) => {
      expect(await analysePipeline(definition, { engine, store, metadataTables })).toEqual([]);
    },
  );

  const broken: readonly (readonly [string, string, string])[] = [
    [
      'a wrong column',
      'SELECT nope FROM tenants',
      "step 'broken': Unrecognized name: nope; Did you mean notes? at [1:8]",
    ],
    ['a missing table', 'SELECT 1 FROM nowhere', 'nowhere'],
    ['a statement that writes', 'DELETE FROM tenants WHERE true', "step 'broken': is a DELETE"],
  ];
  it.each(broken)('the analysis finds %s', async (_, sql, expected) => {
    const problems = await analysePipeline(withSql(sql), { engine, store, metadataTables });
    expect(problems).toEqual([expect.stringContaining(expected)]);
  });
});

function withSql(sql: string): PipelineDefinition {
  if (!dryrun) throw new Error('schemas/pipelines/gcp/example/dryrun.yaml is missing');
  const retry = { max_attempts: 1, initial_backoff_seconds: 0, max_backoff_seconds: 0, retry_on: [] };
  return {
    ...dryrun,
    path: 'test/test/broken',
    steps: [{ id: 'broken', type: 'query', needs: [], retry, sql }],
  };
}
