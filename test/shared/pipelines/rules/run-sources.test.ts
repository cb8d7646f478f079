import {
  foreignDatasets,
  isDefinitionSource,
  isDeploymentSource,
  judgeQuery,
  judgeUri,
  type QueryFacts,
  type RunSources,
  type TableName,
} from '../../../../shared/pipelines/rules/run-sources';

const reach = (sources: readonly string[], allowed: readonly string[] = ['*', 'gs://*']): RunSources => ({
  tenantId: 'tenant_1',
  datasetId: 'tenant_1',
  sources,
  allowed,
});
const table = (path: string): TableName => {
  const [projectId = '', datasetId = '', tableId = ''] = path.split('.');
  return { projectId, datasetId, tableId };
};
const facts = (tables: readonly string[], more: Partial<QueryFacts> = {}): QueryFacts => ({
  projectId: 'acme',
  statementType: 'SELECT',
  tables: tables.map(table),
  others: [],
  ...more,
});

describe('a source', () => {
  const inBoth = [
    'rates',
    'acme-prod.rates',
    'example.com:acme.rates',
    'gs://bucket/',
    'gs://bucket/a/b=c/',
    'gs://bucket/{tenant_id}/in/',
    'gs://exports-{tenant_id}/',
    'gs://*',
  ];
  const inDeployments = ['*', 'acme.*'];
  const nowhere = [
    '',
    'INFORMATION_SCHEMA',
    'region-us.information_schema',
    'a.b.c',
    'gs://',
    'gs://bucket',
    'gs://bucket/prefix',
    'gs://bucket/a*/',
    'gs://*/a/',
    'gs://bucket/../other/',
    'gs://bucket/a/./',
    'gs://bucket//',
    'gs://bucket/{tenant}/',
    'gs://Bucket/',
    's3://bucket/',
    'acme.rates*',
    '*.rates',
    'acme.rates\n',
    'gs://bucket/\n',
  ];
  it.each(inBoth)('is %j', (text) => {
    expect([isDefinitionSource(text), isDeploymentSource(text)]).toEqual([true, true]);
  });
  it.each(inDeployments)('of a deployment is %j', (text) => {
    expect([isDefinitionSource(text), isDeploymentSource(text)]).toEqual([false, true]);
  });
  it.each(nowhere)('is not %j', (text) => {
    expect([isDefinitionSource(text), isDeploymentSource(text)]).toEqual([false, false]);
  });
});

describe('a query', () => {
  const allowed: readonly (readonly [string, RunSources, readonly string[]])[] = [
    ['no table', reach([]), []],
    ['its tenant’s tables', reach([]), ['acme.tenant_1.costs', 'acme.tenant_1.tenants']],
    ['a source of its own project', reach(['rates']), ['acme.rates.daily']],
    ['a source of another project', reach(['other.rates'], ['other.rates']), ['other.rates.daily']],
    [
      'a source if all of its project are allowed',
      reach(['other.rates'], ['other.*']),
      ['other.rates.daily'],
    ],
  ];
  it.each(allowed)('may read %s', (_, of, tables) => {
    expect(judgeQuery(of, facts(tables))).toEqual([]);
  });

  const own = "It reads %; expected the tenant's own tables or the definition's sources";
  const refused: readonly (readonly [string, RunSources, readonly string[], string])[] = [
    ['another tenant’s table', reach([]), ['acme.tenant_2.costs'], `${own} (none).`],
    ['a dataset named alike', reach(['rates']), ['acme.rates_2.daily'], `${own} (rates).`],
    ['a dataset in another case', reach([]), ['acme.TENANT_1.costs'], `${own} (none).`],
    ['a dataset of the same name in another project', reach([]), ['other.tenant_1.costs'], `${own} (none).`],
    ['a source’s dataset in another project', reach(['rates']), ['other.rates.daily'], `${own} (rates).`],
    ...(
      [
        ['acme.tenant_1.api_*', 'wildcard table'],
        ['acme.rates.*', 'wildcard table'],
        ['acme.rates.INFORMATION_SCHEMA', 'view of metadata'],
        ['acme.region-us.INFORMATION_SCHEMA', 'view of metadata'],
        ['acme.INFORMATION_SCHEMA.JOBS', 'view of metadata'],
        ['acme.information_schema.tables', 'view of metadata'],
        ['acme.tenant_1.__TABLES__', 'view of metadata'],
        ['acme.tenant_1.costs$20260101', 'part of a table'],
        ['acme.tenant_1.costs@-1', 'part of a table'],
        ['acme.tenant_1.', 'name that is not plain'],
        ['acme.tenant_1.a/b', 'name that is not plain'],
      ] as const
    ).map(([path, kind]): (typeof refused)[number] => [
      path,
      reach(['rates'], ['*']),
      [path],
      `It uses %, a ${kind}; expected plain tables and GoogleSQL's own functions only.`,
    ]),
    [
      'a source that the deployment does not allow',
      reach(['rates'], []),
      ['acme.rates.daily'],
      'It reads %; this deployment does not allow that (ALLOWED_SOURCES).',
    ],
    [
      'a source for which the deployment allows only files',
      reach(['rates'], ['gs://*']),
      ['acme.rates.daily'],
      'It reads %; this deployment does not allow that (ALLOWED_SOURCES).',
    ],
    ['a dataset if the definition names files', reach(['gs://*']), ['acme.x.y'], `${own} (gs://*).`],
  ];
  it.each(refused)('may not read %s', (_, of, tables, message) => {
    const expected = message.replace('%', tables[0] ?? '');
    expect(judgeQuery(of, facts(tables)).map((refusal) => refusal.message)).toEqual([expected]);
  });

  it('may not read the keys, which are the tenant’s own', () => {
    expect(judgeQuery(reach(['rates']), facts(['acme.tenant_1.api_keys', 'acme.tenant_1.orders']))).toEqual([
      { kind: 'source', message: 'It reads api_keys; no pipeline may.', name: 'api_keys' },
    ]);
    expect(judgeQuery(reach([]), facts(['acme.tenant_1.API_Keys']))).toHaveLength(1);
  });

  it('learns of each table that it may not read', () => {
    const names = judgeQuery(reach([]), facts(['acme.a.x', 'acme.tenant_1.y', 'acme.b.z'])).map(
      ({ name }) => name,
    );
    expect(names).toEqual(['x', 'z']);
  });

  it('may refer to tables only, whatever else BigQuery tells of', () => {
    const others = [
      'referencedRoutines acme.rates.convert',
      'referencedPropertyGraphs acme.tenant_1.friends',
    ];
    expect(judgeQuery(reach(['rates']), facts(['acme.tenant_1.costs'], { others }))).toEqual(
      others.map((name) => ({ kind: 'source', message: `It reads ${name}; expected tables only.` })),
    );
  });

  it.each(['SCRIPT', 'INSERT', 'MERGE', 'CREATE_TABLE_AS_SELECT', 'EXPORT_DATA', 'CALL', 'ASSERT', ''])(
    'is a SELECT, not a %s',
    (statementType) => {
      const [refusal] = judgeQuery(reach([]), facts([], { statementType }));
      expect(refusal).toMatchObject({ kind: 'statement', message: expect.stringContaining('one SELECT') });
    },
  );

  it('is refused if BigQuery may not have named all tables', () => {
    const many = Array.from({ length: 50 }, (_, index) => `acme.tenant_1.t${index}`);
    expect(judgeQuery(reach([]), facts(many.slice(1)))).toEqual([]);
    expect(judgeQuery(reach([]), facts(many))).toMatchObject([{ kind: 'source' }]);
  });

  it('names the datasets that are not its tenant’s, each once', () => {
    const tables = ['acme.rates.a', 'acme.rates.b', 'acme.tenant_1.c', 'other.tenant_1.d'];
    const found = foreignDatasets(reach([]), facts(tables));
    expect(found.map(({ projectId, datasetId }) => `${projectId}.${datasetId}`)).toEqual([
      'acme.rates',
      'other.tenant_1',
    ]);
  });
});

describe('a file', () => {
  const allowed: readonly (readonly [string, readonly string[]])[] = [
    ['gs://bucket/a/x.csv', ['gs://bucket/']],
    ['gs://bucket/a/x.csv', ['gs://bucket/a/']],
    ['gs://bucket/a/*.csv', ['gs://bucket/a/']],
    ['gs://bucket/tenant_1/x.csv', ['gs://bucket/{tenant_id}/']],
    ['gs://anything/x.csv', ['gs://*']],
  ];
  it.each(allowed)('%s may be read if %j is a source', (uri, sources) => {
    expect(judgeUri(reach(sources), uri, 'caller')).toBeUndefined();
  });

  const refused: readonly (readonly [string, readonly string[]])[] = [
    ['gs://bucket/a/x.csv', []],
    ['gs://bucket/a/x.csv', ['rates']],
    ['gs://bucket-2/a/x.csv', ['gs://bucket/']],
    ['gs://bucket/ab/x.csv', ['gs://bucket/a/']],
    ['gs://bucket/*', ['gs://bucket/a/']],
    ['gs://bucket/a*/x.csv', ['gs://bucket/a/']],
    ['gs://bucket/tenant_2/x.csv', ['gs://bucket/{tenant_id}/']],
    ['gs://bucket/tenant_10/x.csv', ['gs://bucket/{tenant_id}/']],
    ['gs://bucket/{tenant_id}/x.csv', ['gs://bucket/{tenant_id}/']],
    ['gs://bucket/tenant_1/../tenant_2/x.csv', ['gs://bucket/{tenant_id}/']],
    ['gs://bucket/tenant_1/./x.csv', ['gs://bucket/{tenant_id}/']],
    ['gs://bucket/tenant_1//x.csv', ['gs://bucket/{tenant_id}/']],
    ['gs://bucket/tenant_1\\..\\x.csv', ['gs://*']],
    ['gs://bucket/a\nb', ['gs://*']],
    ['gs://*/x.csv', ['gs://*']],
    ['gs://buck*t/x.csv', ['gs://*']],
    ['gs://bucket', ['gs://*']],
    ['gs://', ['gs://*']],
    ['/etc/passwd', ['gs://*']],
    ['GS://bucket/x', ['gs://*']],
    [' gs://bucket/x', ['gs://*']],
  ];
  it.each(refused)('%j may not be read if %j is a source', (uri, sources) => {
    expect(judgeUri(reach(sources), uri, 'caller')).toEqual(
      expect.stringMatching(/expected|ALLOWED_SOURCES/),
    );
  });

  const billing = 'gs://billing/tenant_2/costs.csv';
  const places: readonly (readonly [string, readonly string[], readonly string[], boolean])[] = [
    ['a folder that all may read, which nobody named', ['gs://*'], ['gs://billing/'], false],
    [
      'the same beside a folder of its own',
      ['gs://*'],
      ['gs://billing/', 'gs://billing/{tenant_id}/'],
      false,
    ],
    [
      'the same, beside what the definition names',
      ['gs://*', 'gs://x/'],
      ['gs://billing/', 'gs://x/'],
      false,
    ],
    ['a folder that the definition names', ['gs://billing/'], ['gs://billing/'], true],
    [
      'a folder below it that the definition names',
      ['gs://*', 'gs://billing/tenant_2/'],
      ['gs://billing/'],
      true,
    ],
    ['all files, where the deployment means all', ['gs://*'], ['gs://*'], true],
  ];
  it.each(places)('of another tenant, in %s', (_, sources, allow, isAllowed) => {
    const message = judgeUri(reach(sources, allow), billing, 'caller');
    expect(judgeUri(reach(sources, allow), billing, 'definition')).toBeUndefined();
    if (isAllowed) expect(message).toBeUndefined();
    else
      expect(message).toMatch(
        /^It reads gs:\/\/billing\/tenant_2\/costs\.csv; expected a file of the tenant's own, /,
      );
  });

  it('must be allowed by the deployment as well', () => {
    const of = reach(['gs://*'], ['gs://exports/{tenant_id}/']);
    expect(judgeUri(of, 'gs://exports/tenant_1/x.csv', 'caller')).toBeUndefined();
    expect(judgeUri(of, 'gs://exports/tenant_2/x.csv', 'caller')).toBe(
      'It reads gs://exports/tenant_2/x.csv; this deployment does not allow that (ALLOWED_SOURCES).',
    );
  });
});
