export interface EndpointBody {
  /** Absent where a body is not read. */
  readonly body?: Readonly<Record<string, unknown>>;
  /** Wrong bodies: what is wrong, the change that makes it so, and the field that the detail names. */
  readonly wrongFields?: readonly WrongField[];
}

export type WrongField = readonly [what: string, change: Readonly<Record<string, unknown>>, field: string];

const tooLong = 'x'.repeat(6_000);
const sqlText = "x'); DROP TABLE tenants; --";

const wrongText = (field: string): WrongField[] => [
  [`${field} as a number`, { [field]: 7 }, field],
  [`${field} as null`, { [field]: null }, field],
  [`${field} as an array`, { [field]: ['a'] }, field],
  [`${field} as an object`, { [field]: { a: 1 } }, field],
  [`${field} empty`, { [field]: '' }, field],
  [`${field} over-long`, { [field]: tooLong }, field],
];

const wrongEach = (changes: Readonly<Record<string, unknown>>): WrongField[] =>
  Object.entries(changes).map(([field, value]) => [
    `${field} ${JSON.stringify(value)}`,
    { [field]: value },
    field,
  ]);

const wrongQuota = (field: string): WrongField[] =>
  [-1, 1.5, 1_000_000_001, 1e300, 2 ** 53, '5', true, [], {}].map((value) => [
    `${field} ${JSON.stringify(value)}`,
    { [field]: value },
    field,
  ]);

const quotas = [
  ...wrongQuota('max_pipelines_per_month'),
  ...wrongQuota('max_concurrent_pipelines'),
  ...[-1, 1.5, 5_001, '5', null, []].flatMap((value) => wrongEach({ max_queued_pipelines: value })),
];
const wrongTier: WrongField[] = [
  ...wrongText('subscription_tier'),
  ['an unknown tier', { subscription_tier: 'GOLD' }, 'subscription_tier'],
  ['a tier named like a built-in', { subscription_tier: 'constructor' }, 'subscription_tier'],
];
const unknownField: WrongField = [
  'an unknown field',
  { max_pipelines_per_mouth: 5 },
  'max_pipelines_per_mouth',
];

const wrongSchedule: WrongField[] = [
  ['a pipeline with SQL', { pipeline: sqlText }, 'pipeline'],
  ['a cron expression of six fields', { cron: '0 0 6 * * *' }, 'cron'],
  ['a minute that is none', { cron: '60 6 * * *' }, 'cron'],
  ['an unknown zone', { time_zone: 'Europe/Nowhere' }, 'time_zone'],
  ['an unknown policy for missed times', { missed: 'some' }, 'missed'],
  ['an unknown policy for overlaps', { overlap: 'queue' }, 'overlap'],
  ['a window below 0', { window_seconds: -1 }, 'window_seconds'],
  ['an anchor that is no time', { anchor: 'tomorrow' }, 'anchor'],
  ['parameters as an array', { parameters: [] }, 'parameters'],
  ['an unknown value in parameters', { parameters: { day: '{{ tomorrow }}' } }, 'parameters'],
  ['a state', { state: 'disabled' }, 'state'],
  ['an unknown field', { tenant_id: 'other' }, 'tenant_id'],
];

/** No address of the public internet by https. */
const wrongUrls = [
  'http://hooks.example.com/',
  'ftp://hooks.example.com/',
  'https://localhost/',
  'https://hooks/',
  'https://127.0.0.1/',
  'https://0x7f.1/',
  'https://2130706433/',
  'https://169.254.169.254/computeMetadata/v1/',
  'https://[::1]/',
  'https://[::ffff:10.0.0.1]/',
  'https://user:password@hooks.example.com/',
  'https://hooks.example.com/#part',
  'hooks.example.com',
];

const wrongFilter: WrongField[] = [
  ...wrongText('pipeline'),
  ['all pipelines', { pipeline: '*' }, 'pipeline'],
  ...wrongText('reason'),
  ...wrongText('to'),
  ['a day that does not exist', { from: '2099-02-30' }, 'from'],
  ['dry_run as text', { dry_run: 'true' }, 'dry_run'],
  ['a filter, and all', { all: true }, 'body'],
  ['all as a text', { all: 'true' }, 'all'],
  ['neither a filter nor all', { pipeline: undefined }, 'body'],
  ['a time that ends before it begins', { from: '2099-01-02', to: '2099-01-01' }, 'from'],
  ['runs that are over', { status: 'FAILED' }, 'status'],
  ['nothing but that they are in flight', { pipeline: undefined, status: 'ADMITTED' }, 'body'],
  ['what only runs that are over have', { error_code: 'check_failed' }, 'error_code'],
];

/** What the calls with a body take, by their operation. */
export const endpointBodies: Readonly<Record<string, EndpointBody>> = {
  onboardTenant: {
    body: {
      tenant_id: 'newcomer',
      company_name: 'Newcomer',
      contact_email: 'admin@newcomer.example',
      subscription_tier: 'FREE',
    },
    wrongFields: [
      ...wrongText('tenant_id'),
      ...['ab', 'x'.repeat(51), 'a-b-c', 'a b c', '../acme', 'acme%2f', 'é_é_é', 'acme\n', sqlText].map(
        (id): WrongField => [`tenant_id ${JSON.stringify(id)}`, { tenant_id: id }, 'tenant_id'],
      ),
      ...['_acme', '__proto__', 'INFORMATION_SCHEMA', 'Local', 'constructor'].map(
        (id): WrongField => [`the tenant_id ${id}`, { tenant_id: id }, 'tenant_id'],
      ),
      ...wrongText('company_name'),
      ['company_name of spaces', { company_name: '   ' }, 'company_name'],
      ...wrongText('contact_email'),
      ['contact_email that is no address', { contact_email: 'admin at acme' }, 'contact_email'],
      ...wrongTier,
      ...quotas,
      ['location with SQL', { location: sqlText }, 'location'],
      ['force_recreate_dataset as text', { force_recreate_dataset: 'true' }, 'force_recreate_dataset'],
      ['force_recreate_tables as a number', { force_recreate_tables: 1 }, 'force_recreate_tables'],
      ['a field left out', { tenant_id: undefined }, 'tenant_id'],
      unknownField,
    ],
  },
  startRun: {
    body: { source_uri: 'gs://billing/export.ndjson' },
    wrongFields: [
      ...wrongText('source_uri'),
      ['source_uri that is a path', { source_uri: '/etc/passwd' }, 'source_uri'],
      ['source_uri with SQL', { source_uri: sqlText }, 'source_uri'],
      ['a required parameter left out', { source_uri: undefined }, 'source_uri'],
      ['an unknown parameter', { sourceuri: 'gs://a/b' }, 'sourceuri'],
    ],
  },
  rerunRun: { body: { from: 'start' }, wrongFields: [...wrongText('from'), unknownField] },
  startBackfill: {
    body: { from: '2026-01-01', to: '2026-01-31', parameter: 'run_date' },
    wrongFields: wrongEach({ from: sqlText, to: 'today', step: 'week', limit: 0, parameters: [], nope: 1 }),
  },
  bulkRerunTenantRuns: {
    body: { status: 'FAILED' },
    wrongFields: [
      ...wrongEach({ status: 'ADMITTED', pipeline: sqlText, from: 'today', rerun_from: 'middle', limit: 51 }),
      ['a filter, and all', { all: true }, 'body'],
      ['neither a filter nor all', { status: undefined }, 'body'],
    ],
  },
  changeProfile: {
    body: { company_name: 'Acme & Sons' },
    wrongFields: [
      ...wrongText('company_name'),
      ['contact_email that is no address', { contact_email: 'admin at acme' }, 'contact_email'],
      ['notes as a number', { notes: 7 }, 'notes'],
      ['nothing given', { company_name: undefined }, 'body'],
      unknownField,
    ],
  },
  changeQuotas: {
    body: { max_pipelines_per_month: 5 },
    wrongFields: [
      ...wrongTier,
      ...quotas,
      ['nothing given', { max_pipelines_per_month: undefined }, 'body'],
      unknownField,
    ],
  },
  suspendTenant: {
    body: { reason: 'unpaid' },
    wrongFields: [
      ...wrongText('reason'),
      ['no reason', { reason: undefined }, 'reason'],
      ['an unknown field', { because: 'x' }, 'because'],
    ],
  },
  makeApiKey: {
    body: { name: 'ci' },
    wrongFields: [
      ...wrongText('name'),
      ...wrongText('expires_at'),
      ['an expiry without time zone', { expires_at: '2099-01-01T00:00:00' }, 'expires_at'],
      ['an expiry in the past', { expires_at: '2020-01-01T00:00:00Z' }, 'expires_at'],
      ['a day that does not exist', { expires_at: '2099-02-30T00:00:00Z' }, 'expires_at'],
      ['an unknown scope', { scopes: ['run', 'all'] }, 'scopes'],
      ['no scope', { scopes: [] }, 'scopes'],
      ['an unknown preset', { scopes: 'constructor' }, 'scopes'],
      ['a pattern of all pipelines', { pipelines: ['*'] }, 'pipelines'],
      ['a pattern of half a name', { pipelines: ['gcp/billing/daily*'] }, 'pipelines'],
      ['an unknown field', { scope: 'all' }, 'scope'],
    ],
  },
  makeToken: {
    body: { ttl_seconds: 60 },
    wrongFields: [
      ...[0, -1, 1.5, 3_601, '60', null, []].map(
        (value): WrongField => [
          `ttl_seconds ${JSON.stringify(value)}`,
          { ttl_seconds: value },
          'ttl_seconds',
        ],
      ),
      ['a scope that no token has', { scopes: ['manage'] }, 'scopes'],
      ['no scope', { scopes: [] }, 'scopes'],
      ...wrongText('run_id'),
      ['a run id with SQL', { run_id: sqlText }, 'run_id'],
      ['an unknown field', { ttl: 60 }, 'ttl'],
    ],
  },
  makeWebhook: {
    body: { url: 'https://hooks.example.com/events', event_types: ['tenant.onboarded'] },
    wrongFields: [
      ...wrongText('url'),
      ...wrongUrls.map((url): WrongField => [`the url ${url}`, { url }, 'url']),
      ['an unknown type of event', { event_types: ['tenant.forgotten'] }, 'event_types'],
      ['types of events as a text', { event_types: 'tenant.onboarded' }, 'event_types'],
      ['description as a number', { description: 7 }, 'description'],
      ['no url', { url: undefined }, 'url'],
      ['an unknown field', { secret: 'whsec_' }, 'secret'],
    ],
  },
  changeWebhook: {
    body: { state: 'paused' },
    wrongFields: [
      ...wrongText('url'),
      ...wrongText('state'),
      ['a state that nobody can give', { state: 'disabled' }, 'state'],
      ['nothing given', { state: undefined }, 'body'],
      ['an unknown field', { tenant_id: 'other' }, 'tenant_id'],
    ],
  },
  makeSchedule: {
    body: { pipeline: 'gcp/example/dryrun', cron: '0 6 * * *' },
    wrongFields: [
      ...wrongText('pipeline'),
      ...wrongText('cron'),
      ...wrongSchedule,
      ['neither cron nor interval', { cron: undefined }, 'body'],
      ['an interval besides', { interval_seconds: 60 }, 'body'],
      ['no pipeline', { pipeline: undefined }, 'pipeline'],
    ],
  },
  changeSchedule: {
    body: { cron: '0 6 * * *' },
    wrongFields: [
      ...wrongText('pipeline'),
      ...wrongText('cron'),
      ...wrongSchedule,
      ['nothing given', { cron: undefined }, 'body'],
      ['an interval besides', { interval_seconds: 60 }, 'body'],
    ],
  },
  rotateWebhookSecret: {
    body: { overlap_seconds: 60 },
    wrongFields: [
      ...[-1, 60.5, 604_801, '60', null, [], {}].map(
        (value): WrongField => [
          `an overlap of ${JSON.stringify(value)}`,
          { overlap_seconds: value },
          'overlap_seconds',
        ],
      ),
      ['an unknown field', { overlap: 60 }, 'overlap'],
    ],
  },
  bulkCancelRuns: {
    body: { pipeline: 'gcp/example/nothing', dry_run: true },
    wrongFields: [
      ...wrongFilter,
      ['tenants as a text', { tenants: 'acme' }, 'tenants'],
      ['no tenants', { tenants: [] }, 'tenants'],
      ['a tenant with SQL', { tenants: [sqlText] }, 'tenants.0'],
      ['one tenant and several', { tenant: 'acme', tenants: ['other'] }, 'tenant'],
      ['an unknown tier', { tier: 'GOLD' }, 'tier'],
      ['a tier named like a built-in', { tier: 'constructor' }, 'tier'],
    ],
  },
  bulkCancelTenantRuns: {
    body: { pipeline: 'gcp/example/nothing', dry_run: true },
    wrongFields: [...wrongFilter, ['tenants of another', { tenants: ['other'] }, 'tenants']],
  },
  rotateApiKey: {
    body: { overlap_seconds: 60 },
    wrongFields: [
      ...[-1, 1, 59, 60.5, 2_592_001, '60', null, [], {}].map(
        (value): WrongField => [
          `an overlap of ${JSON.stringify(value)}`,
          { overlap_seconds: value },
          'overlap_seconds',
        ],
      ),
      ['no overlap', { overlap_seconds: undefined }, 'overlap_seconds'],
      ['an unknown field', { overlap: 60 }, 'overlap'],
    ],
  },
};
