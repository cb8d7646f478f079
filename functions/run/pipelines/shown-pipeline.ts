import type { PipelineDefinition, Step } from '../../../shared/definitions/schemas/pipeline-schema';

/** A pipeline as the catalogue has it. */
export const describePipeline = ({ path, description, timeout_seconds, parameters }: PipelineDefinition) => ({
  pipeline: path,
  description,
  timeout_seconds,
  parameters,
});

/** The whole definition, for people. What a step sends to an API is left out, with the name of its secret. */
export const showPipeline = (definition: PipelineDefinition) => ({
  ...describePipeline(definition),
  at_limit: definition.at_limit,
  concurrency: definition.concurrency ?? null,
  slots: definition.slots,
  queue_ttl_seconds: definition.queue_ttl_seconds,
  needs_pipeline: definition.needs_pipeline ?? [],
  watermark: definition.watermark ?? null,
  steps: definition.steps.map(showDefinedStep),
});

function showDefinedStep(step: Step) {
  const { id, type, needs, timeout_seconds, retry } = step;
  return {
    id,
    type,
    needs,
    timeout_seconds: timeout_seconds ?? null,
    retry,
    sql: null,
    table: null,
    destination: null,
    write_disposition: null,
    source_uris: [],
    source_uri_parameter: null,
    checks: [],
    ...ownPartsOf(step),
  };
}

/** What a step of its type reads, does and writes. */
function ownPartsOf(step: Step) {
  switch (step.type) {
    case 'query':
      return { sql: step.sql, ...targetOf(step.destination) };
    case 'load':
      return {
        ...targetOf(step.destination),
        source_uris: step.source_uris ?? [],
        source_uri_parameter: step.source_uri_parameter ?? null,
      };
    case 'quality':
      return {
        table: step.table,
        checks: step.checks.map(({ name, type, severity }) => ({ name, type, severity })),
      };
    case 'notify':
      return { destination: step.topic };
    case 'export':
      return { sql: step.sql ?? null, table: step.table ?? null, destination: step.destination_uri };
    case 'http':
      return { ...targetOf(step.destination), source_uris: [step.url] };
  }
}

const targetOf = (
  destination: { readonly table: string; readonly write_disposition: string } | undefined,
) => ({
  destination: destination?.table ?? null,
  write_disposition: destination?.write_disposition ?? null,
});
