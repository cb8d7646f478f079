import type { ParameterDefinition, PipelineDefinition } from '../../definitions/schemas/pipeline-schema';

/** The name by which a pipeline's SQL reads its watermark. */
export const watermarkName = 'watermark';

/** The parameters of a pipeline's SQL: its own, and its watermark where it declares one. */
export const sqlParametersOf = ({
  parameters,
  watermark,
}: Pick<PipelineDefinition, 'parameters' | 'watermark'>): Readonly<Record<string, ParameterDefinition>> =>
  watermark === undefined
    ? parameters
    : { ...parameters, [watermarkName]: { type: watermark.type, description: 'How far the last run came.' } };
