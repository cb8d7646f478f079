import { z } from 'zod';
import { csvSchema, fileName, parameterName, partitionDestinationSchema, stepBase } from '../step-base';
import { fieldsSchema } from './field-schema';

/** Dotted names of members, like data.items. */
const memberPath = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, 'expected names of members with dots between them, like data.items');

const queryName = z.string().min(1).max(256);

const pagingTypes = ['next_link', 'link_header', 'page_number', 'cursor'] as const;

const nextParameter = queryName.describe('The query parameter that names the page.');

const pagingSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('next_link'),
      path: memberPath.describe("Where the next page's URL is in an answer; none, or null, in the last."),
    }),
    /** The header Link names it with rel=next (RFC 8288). */
    z.strictObject({ type: z.literal('link_header') }),
    z.strictObject({
      type: z.literal('page_number'),
      parameter: nextParameter,
      first: z
        .int()
        .min(0)
        .max(1)
        .default(1)
        .describe('The number of the first page; the first page without a record is behind the last.'),
    }),
    z.strictObject({
      type: z.literal('cursor'),
      parameter: nextParameter,
      path: memberPath.describe("Where the next page's value is in an answer; none, null or '' in the last."),
    }),
  ],
  { error: `expected one of ${pagingTypes.join(', ')}` },
);

const forbiddenHeaders = new Set([
  'host',
  'connection',
  'content-length',
  'transfer-encoding',
  'accept-encoding',
]);

const secretHeaderSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9-]{1,100}$/, "expected a header's name: letters, digits and -")
    .refine(
      (name) => !forbiddenHeaders.has(name.toLowerCase()),
      "expected a header that is not the connection's own",
    )
    .describe('Like Authorization.'),
  /** No other variable of the environment can be read. */
  environment: z
    .string()
    .regex(
      /^PIPELINE_SECRET_[A-Z0-9_]{1,100}$/,
      'expected the name of an environment variable PIPELINE_SECRET_…',
    )
    .describe("The deployment's variable that holds the value, PIPELINE_SECRET_…."),
});

/** GETs records from an API, and loads them. The host must be one that the deployment allows (HTTP_STEP_HOSTS). */
export const httpStepSchema = z
  .strictObject({
    ...stepBase,
    type: z.literal('http'),
    url: z
      .string()
      .refine(isPlainUrl, 'expected an https URL without user name, query and fragment')
      .describe('What is asked for by GET. Its host must be one that the deployment allows.'),
    query: z
      .record(
        queryName,
        z.union([
          z.string(),
          z.number(),
          z.boolean(),
          z.strictObject({ parameter: parameterName.describe('The parameter whose value it is.') }),
        ]),
      )
      .default({})
      .describe("The URL's query: fixed values, or { parameter: name }; one that is null is left out."),
    secret_header: secretHeaderSchema
      .optional()
      .describe('A header whose value is a secret of the deployment.'),
    format: z.enum(['JSON', 'CSV'], { error: 'expected JSON or CSV' }).describe('What is answered.'),
    records: memberPath
      .optional()
      .describe('Where in an answer of JSON the array of records is; without it, the answer is the array.'),
    paging: pagingSchema.optional().describe('How the next page is found. Without it there is one page.'),
    max_pages: z.int().min(1).max(10_000).default(100).describe('Where there are more, the step fails.'),
    max_bytes: z
      .int()
      .min(1)
      .max(134_217_728)
      .default(33_554_432)
      .describe('Of all answers together: they lie in memory. Where there are more, the step fails.'),
    request_timeout_seconds: z
      .int()
      .min(1)
      .max(600)
      .default(30)
      .describe('For one answer to be there as a whole; then it is asked for again.'),
    schema: fieldsSchema.optional().describe("The columns, in the words of BigQuery's table schema."),
    schema_file: fileName.optional().describe('Instead of schema: a JSON file beside the definition.'),
    csv: csvSchema.optional().describe('How the CSV is written.'),
    max_bad_records: z.int().min(0).optional().describe('Records that may be bad: they are left out.'),
    ignore_unknown_values: z
      .boolean()
      .optional()
      .describe('Whether values of no column are left out instead of making a record bad.'),
    destination: partitionDestinationSchema.describe('The table that the records go to.'),
  })
  .refine((step) => (step.schema === undefined) !== (step.schema_file === undefined), {
    path: ['schema'],
    error: 'expected either schema or schema_file',
  })
  .refine((step) => step.csv === undefined || step.format === 'CSV', {
    path: ['csv'],
    error: 'expected for format CSV only',
  })
  .refine((step) => step.records === undefined || step.format === 'JSON', {
    path: ['records'],
    error: 'expected for format JSON only',
  })
  .refine((step) => step.format === 'JSON' || step.paging === undefined || !('path' in step.paging), {
    path: ['paging'],
    error: 'expected link_header or page_number: an answer of CSV has no members',
  });

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === 'https:' && username === '' && password === '' && !/[?#\s]/.test(text);
}
