import { z } from 'zod';
import type { ParameterDefinition, PipelineDefinition } from '../../definitions/schemas/pipeline-schema';
import { shorten } from '../../support/shorten';
import { parseParameterValue } from './parameter-values';

/** A parameter's canonical value: JSON without loss. INT64 beyond 2^53 and NUMERIC are decimal strings. */
export type PipelineParameterValue = string | number | boolean | null;
export type PipelineParameterValues = Readonly<Record<string, PipelineParameterValue>>;
type ParameterDefinitions = Readonly<Record<string, ParameterDefinition>>;

export interface ParameterProblem {
  /** The parameter's name; '' if the problem is not about one. */
  readonly parameter: string;
  readonly message: string;
}

export type ParsedParameters =
  | { readonly ok: true; readonly values: PipelineParameterValues }
  | {
      readonly ok: false;
      readonly problems: readonly ParameterProblem[];
      /** How many unknown parameters there are besides those that are told. */
      readonly moreUnknown?: number;
    };

/** The most unknown parameters that are told one by one: a caller may have sent any number. */
const mostUnknown = 20;

/** A query parameter as BigQuery's REST interface takes it. */
export interface NamedQueryParameter {
  readonly name: string;
  readonly parameterType: { readonly type: string; readonly arrayType?: { readonly type: string } };
  readonly parameterValue: {
    /** Absent for NULL. */
    readonly value?: string;
    readonly arrayValues?: { readonly value: string }[];
  };
}

/** The most bytes that a run's parameters may take as canonical JSON: they are kept in the tenant row. */
export const maximumParameterBytes = 32 * 1024;

/**
 * Checks a request's parameters against a pipeline's. One that is left out takes its default, or null.
 * The values come back in the definition's order, so equal parameters have equal JSON.
 */
export function parseParameters(definitions: ParameterDefinitions, given: unknown): ParsedParameters {
  if (given !== undefined && !isPlainObject(given)) {
    return refuse([{ parameter: '', message: 'The parameters must be a JSON object.' }]);
  }
  const givenValues = given ?? {};
  const problems: ParameterProblem[] = [];
  const values: [string, PipelineParameterValue][] = [];

  const unknown = Object.keys(givenValues).filter((name) => !Object.hasOwn(definitions, name));
  for (const name of unknown.slice(0, mostUnknown)) problems.push(unknownParameter(definitions, name));
  for (const [name, definition] of Object.entries(definitions)) {
    const parsed = parseOne(name, definition, ownValue(givenValues, name));
    if (parsed.ok) values.push([name, parsed.value]);
    else problems.push({ parameter: name, message: parsed.message });
  }
  if (problems.length > 0) return refuse(problems, unknown.length - mostUnknown);

  const canonical = Object.fromEntries(values);
  const bytes = Buffer.byteLength(JSON.stringify(canonical));
  if (bytes > maximumParameterBytes) {
    const message = `The parameters take ${bytes} bytes as JSON; at most ${maximumParameterBytes} are accepted.`;
    return refuse([{ parameter: '', message }]);
  }
  return { ok: true, values: canonical };
}

const recordedSchema = z.record(z.string(), z.unknown());

/**
 * A run's parameters as they were recorded (JSON), without those that the pipeline no longer has: they were right at
 * admission, and mean nothing now.
 */
export function knownParameters(
  definitions: ParameterDefinitions,
  recorded: string | null,
): Readonly<Record<string, unknown>> {
  const given = recordedSchema.parse(JSON.parse(recorded ?? '{}'));
  return Object.fromEntries(Object.entries(given).filter(([name]) => Object.hasOwn(definitions, name)));
}

/** The name by which a pipeline's SQL reads its watermark. */
export const watermarkName = 'watermark';

/** The parameters of a pipeline's SQL: its own, and its watermark if it declares one. */
export const sqlParametersOf = ({
  parameters,
  watermark,
}: Pick<PipelineDefinition, 'parameters' | 'watermark'>): ParameterDefinitions =>
  watermark === undefined
    ? parameters
    : { ...parameters, [watermarkName]: { type: watermark.type, description: 'How far the last run came.' } };

/** The values as BigQuery's named query parameters. A null keeps its type. */
export function toQueryParameters(
  definitions: ParameterDefinitions,
  values: PipelineParameterValues,
): readonly NamedQueryParameter[] {
  return Object.entries(definitions).map(([name, { type }]) => {
    const value = values[name] ?? null;
    return {
      name,
      parameterType: { type },
      parameterValue: value === null ? {} : { value: String(value) },
    };
  });
}

function parseOne(name: string, definition: ParameterDefinition, given: unknown) {
  if (given === undefined || given === null) {
    if (definition.required) {
      return { ok: false, message: `Parameter '${name}' is required (${definition.type}).` } as const;
    }
    if (given === null || definition.default === undefined || definition.default === null) {
      return { ok: true, value: null } as const;
    }
    return parseParameterValue(name, definition, definition.default);
  }
  return parseParameterValue(name, definition, given);
}

function unknownParameter(definitions: ParameterDefinitions, name: string): ParameterProblem {
  const known = Object.keys(definitions);
  const expected = known.length === 0 ? 'This pipeline has none.' : `Known: ${known.join(', ')}.`;
  return { parameter: name, message: `Unknown parameter '${shorten(name)}'. ${expected}` };
}

/** What the object itself has, and not what it inherits. */
const ownValue = (values: Readonly<Record<string, unknown>>, name: string): unknown =>
  Object.hasOwn(values, name) ? values[name] : undefined;

function refuse(problems: readonly ParameterProblem[], moreUnknown = 0): ParsedParameters {
  return { ok: false, problems, ...(moreUnknown > 0 && { moreUnknown }) };
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
