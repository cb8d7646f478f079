import { z } from 'zod';
import { partitionDestinationSchema } from './destination-schema';
import { fieldsSchema } from './field-schema';
import { columnMatch, findTextOptionProblems, textOptions } from './file-options-schema';
import { fileNameSchema, parameterNameSchema } from './name-schemas';
import { csvSchema, stepBase } from './step-schema';

/** Member names with dots between them, like data.items. */
const memberPath = z
  .string()
  .regex(/^[^.]+(\.[^.]+)*$/, 'expected names of members with dots between them, like data.items');

const queryName = z.string().min(1).max(256);

const pagingTypes = ['next_link', 'link_header', 'page_number', 'cursor'] as const;

const nextParameter = queryName.describe('The query parameter that selects the page.');

const pagingSchema = z.discriminatedUnion(
  'type',
  [
    z.strictObject({
      type: z.literal('next_link'),
      path: memberPath.describe(
        "Where the next page's URL is in a response. The last page has none, or null.",
      ),
    }),
    /** The Link header names the next page with rel=next (RFC 8288). */
    z.strictObject({ type: z.literal('link_header') }),
    z.strictObject({
      type: z.literal('page_number'),
      parameter: nextParameter,
      first: z
        .int()
        .min(0)
        .max(1)
        .default(1)
        .describe('The number of the first page. The first page without records ends the download.'),
    }),
    z.strictObject({
      type: z.literal('cursor'),
      parameter: nextParameter,
      path: memberPath.describe(
        "Where the value for the next page is in a response. The last page has none, null or ''.",
      ),
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
    .describe('The name of the header, like Authorization.'),
  /** Only variables with this prefix: a definition can read no other part of the environment. */
  environment: z
    .string()
    .regex(
      /^PIPELINE_SECRET_[A-Z0-9_]{1,100}$/,
      'expected the name of an environment variable PIPELINE_SECRET_…',
    )
    .describe("The deployment's environment variable with the value, PIPELINE_SECRET_…."),
});

/** GETs records from an API and loads them. The deployment must allow the host (HTTP_STEP_HOSTS). */
export const httpStepSchema = z
  .strictObject({
    ...stepBase,
    type: z.literal('http'),
    url: z
      .string()
      .refine(isPlainUrl, 'expected an https URL without user name, query and fragment')
      .describe('The URL to GET. The deployment must allow its host.'),
    query: z
      .record(
        queryName,
        z.union([
          z.string(),
          z.number(),
          z.boolean(),
          z.strictObject({ parameter: parameterNameSchema.describe('The parameter that gives the value.') }),
        ]),
      )
      .default({})
      .describe(
        "The URL's query: fixed values, or { parameter: name }. A parameter that is null is left out.",
      ),
    secret_header: secretHeaderSchema
      .optional()
      .describe('A header whose value is a secret of the deployment.'),
    format: z
      .enum(['JSON', 'CSV'], { error: 'expected JSON or CSV' })
      .describe('The format of the response.'),
    records: memberPath
      .optional()
      .describe(
        'Where the array of records is in a JSON response. Without it, the response itself is the array.',
      ),
    paging: pagingSchema
      .optional()
      .describe('How the next page is found. Without it there is only one page.'),
    max_pages: z.int().min(1).max(10_000).default(100).describe('If there are more, the step fails.'),
    max_bytes: z
      .int()
      .min(1)
      .max(134_217_728)
      .default(33_554_432)
      .describe(
        'Bytes of all responses together, which are held in memory. If there are more, the step fails.',
      ),
    request_timeout_seconds: z
      .int()
      .min(1)
      .max(600)
      .default(30)
      .describe('Time for one complete response. After it the request is repeated.'),
    schema: fieldsSchema.optional().describe("The columns, as in BigQuery's table schema."),
    schema_file: fileNameSchema.optional().describe('Instead of schema: a JSON file beside the definition.'),
    csv: csvSchema.optional().describe('How the CSV is written.'),
    source_column_match: columnMatch('POSITION'),
    ...textOptions,
    max_bad_records: z
      .int()
      .min(0)
      .optional()
      .describe('How many bad records are left out before the step fails. Default: 0.'),
    ignore_unknown_values: z
      .boolean()
      .optional()
      .describe('Whether values without a column are left out. Otherwise they make a record bad.'),
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
  })
  .superRefine((step, context) => {
    for (const [field, message] of findTextOptionProblems(step, 'POSITION')) {
      context.addIssue({ code: 'custom', path: [field], message });
    }
  });

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, username, password } = new URL(text);
  return protocol === 'https:' && username === '' && password === '' && !/[?#\s]/.test(text);
}
