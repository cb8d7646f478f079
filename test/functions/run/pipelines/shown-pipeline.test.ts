import { join } from 'node:path';
import { successRate } from '../../../../functions/run/pipelines/pipeline-statistics';
import { showPipeline } from '../../../../functions/run/pipelines/shown-pipeline';
import { answerSchemas } from '../../../../local/tools/openapi/answers';
import { loadPipelines } from '../../../../shared/definitions/pipelines';
import {
  type PipelineDefinition,
  pipelineSchema,
  type Step,
  stepTypes,
} from '../../../../shared/definitions/schemas/pipeline-schema';

const destination = { table: 'numbers', write_disposition: 'WRITE_TRUNCATE' };
const written = pipelineSchema.parse({
  description: 'For tests.',
  steps: [
    { id: 'a', type: 'query', sql: 'SELECT 1 AS n', destination },
    { id: 'b', type: 'query', sql: 'SELECT 2 AS n', needs: ['a'] },
    {
      id: 'c',
      type: 'load',
      source_uri_parameter: 'uri',
      format: 'CSV',
      schema: [{ name: 'n', type: 'INT64' }],
      destination,
      timeout_seconds: 60,
      retry: { max_attempts: 5 },
    },
    {
      id: 'd',
      type: 'quality',
      table: 'numbers',
      checks: [{ name: 'some', type: 'row_count', min: 1, severity: 'warn' }],
    },
    { id: 'e', type: 'notify', topic: 'numbers-ready' },
    { id: 'f', type: 'export', table: 'numbers', destination_uri: 'gs://out/n-*.csv', format: 'CSV' },
    {
      id: 'g',
      type: 'http',
      url: 'https://api.example.com/numbers',
      query: { account: 'number-of-the-account' },
      secret_header: { name: 'Authorization', environment: 'PIPELINE_SECRET_NUMBERS' },
      format: 'JSON',
      schema: [{ name: 'n', type: 'INT64' }],
      destination,
    },
  ],
});
/** As it would be loaded: no step names a file. */
const steps = written.steps.flatMap((step): readonly Step[] =>
  step.type === 'query' ? [{ ...step, sql: step.sql ?? '' }] : [step],
);
const definition: PipelineDefinition = { ...written, path: 'test/example/all', steps };

describe('A pipeline as it is shown', () => {
  it('says of each type of step what it reads and writes', () => {
    const shown = showPipeline(definition);
    expect(new Set(shown.steps.map(({ type }) => type))).toEqual(new Set(stepTypes));
    const nothing = {
      needs: [],
      timeout_seconds: null,
      sql: null,
      table: null,
      destination: null,
      write_disposition: null,
      source_uris: [],
      source_uri_parameter: null,
      checks: [],
    };
    const table = { destination: 'numbers', write_disposition: 'WRITE_TRUNCATE' };
    expect(shown.steps.map(({ retry: _, ...step }) => step)).toEqual([
      { ...nothing, id: 'a', type: 'query', sql: 'SELECT 1 AS n', ...table },
      { ...nothing, id: 'b', type: 'query', sql: 'SELECT 2 AS n', needs: ['a'] },
      { ...nothing, id: 'c', type: 'load', source_uri_parameter: 'uri', timeout_seconds: 60, ...table },
      {
        ...nothing,
        id: 'd',
        type: 'quality',
        table: 'numbers',
        checks: [{ name: 'some', type: 'row_count', severity: 'warn' }],
      },
      { ...nothing, id: 'e', type: 'notify', destination: 'numbers-ready' },
      { ...nothing, id: 'f', type: 'export', table: 'numbers', destination: 'gs://out/n-*.csv' },
      { ...nothing, id: 'g', type: 'http', source_uris: ['https://api.example.com/numbers'], ...table },
    ]);
    expect(shown.steps[2]?.retry).toMatchObject({ max_attempts: 5, initial_backoff_seconds: 1 });
  });

  it('tells no secret, and nothing that a step sends', () => {
    expect(JSON.stringify(showPipeline(definition))).not.toMatch(/PIPELINE_SECRET|Authorization|number-of/);
  });

  it('is as openapi.json has it, also those of the project', () => {
    const all = [definition, ...loadPipelines(join(__dirname, '../../../../schemas')).values()];
    for (const one of all) {
      const { success, error } = answerSchemas.Pipeline.safeParse(showPipeline(one));
      expect([one.path, success, error?.issues]).toEqual([one.path, true, undefined]);
    }
  });
});

it.each([
  [3, 1, 0.75],
  [0, 2, 0],
  [2, 0, 1],
  [0, 0, null],
])('of %i runs that completed and %i that failed the success rate is %p', (completed, failed, rate) => {
  expect(successRate({ completed, failed })).toBe(rate);
});
