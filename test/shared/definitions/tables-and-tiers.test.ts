import { join } from 'node:path';
import { loadTables } from '../../../shared/definitions/tables';
import { loadTiers } from '../../../shared/definitions/tiers';
import { messageOf, withSchemas } from './schemas-directory';

const schemas = join(__dirname, '../../../schemas');

describe('schemas/tables', () => {
  it('defines the metadata tables, and describes every field', () => {
    const tables = loadTables(schemas);
    expect(tables.map((table) => table.name)).toEqual([
      'api_keys',
      'dq_results',
      'pipeline_runs',
      'step_logs',
      'tenants',
    ]);
    const fields = tables
      .flatMap((table) => table.schema.fields)
      .flatMap((field) => [field, ...(field.fields ?? [])]);
    expect(fields.filter((field) => !field.description)).toEqual([]);
  });

  const table = (more: object) => JSON.stringify({ description: 'A table', ...more });
  const fields = [{ name: 'id', type: 'STRING' }];
  const wrong: readonly (readonly [string, string, readonly string[]])[] = [
    ['text that is not JSON', '{', ['x_meta_a.json', 'is not JSON']],
    ['a missing field', table({}), ['x_meta_a.json:1:1 schema:', 'given nothing']],
    ['an unknown field', table({ schema: { fields }, cluster: [] }), ['cluster: is not a known field']],
    [
      'a wrong type',
      table({ schema: { fields: [{ name: 'id', type: 'TEXT' }] } }),
      ["schema.fields[0] ('id').type: expected one of STRING,", 'given "TEXT"'],
    ],
    [
      'a wrong nested field',
      table({
        schema: { fields: [{ name: 'r', type: 'RECORD', fields: [{ name: '1x', type: 'STRING' }] }] },
      }),
      ["schema.fields[0] ('r').fields[0] ('1x').name: expected a column name", 'given "1x"'],
    ],
    [
      'a RECORD without fields',
      table({ schema: { fields: [{ name: 'r', type: 'RECORD' }] } }),
      ["schema.fields[0] ('r').fields: expected fields for a RECORD"],
    ],
    [
      'a name given twice',
      table({ schema: { fields: [...fields, { name: 'ID', type: 'STRING' }] } }),
      ["schema.fields[1] ('ID').name: expected a name not used twice"],
    ],
    [
      'clustering by a missing column',
      table({ schema: { fields }, clustering: { fields: ['nope'] } }),
      ['clustering.fields[0]: expected a column of the schema, given "nope"'],
    ],
    [
      'partitioning by a missing column',
      table({ schema: { fields }, timePartitioning: { type: 'DAY', field: 'nope' } }),
      ['timePartitioning.field: expected a column of the schema, given "nope"'],
    ],
  ];
  it.each(wrong)('refuses %s, naming file and field', (_, text, expected) => {
    const message = withSchemas({ 'tables/x_meta_a.json': text }, (directory) =>
      messageOf(() => loadTables(directory)),
    );
    for (const part of expected) expect(message).toContain(part);
  });

  it('refuses a missing folder, an empty one and a file of another name', () => {
    expect(messageOf(() => loadTables('/nowhere'))).toContain('/nowhere/tables: cannot be read');
    const files = { 'tables/tenants.json': '{}' };
    expect(withSchemas(files, (directory) => messageOf(() => loadTables(directory)))).toContain(
      'tenants.json: expected a file name like x_meta_<table>.json',
    );
    const none = { 'tables/.keep': '' };
    expect(withSchemas(none, (directory) => messageOf(() => loadTables(directory)))).toContain('found none');
  });
});

describe('schemas/tiers.json', () => {
  it('gives the tiers their quotas', () => {
    expect(loadTiers(schemas)).toEqual({
      FREE: {
        max_pipelines_per_month: 100,
        max_concurrent_pipelines: 5,
        max_bytes_billed_per_month: null,
        max_queued_pipelines: 0,
        alert_at_percent: [80, 100],
        maximum_bytes_billed: 10 * 2 ** 30,
      },
      STARTER: {
        max_pipelines_per_month: 500,
        max_concurrent_pipelines: 5,
        max_bytes_billed_per_month: null,
        max_queued_pipelines: 0,
        alert_at_percent: [80, 100],
        maximum_bytes_billed: 100 * 2 ** 30,
      },
      PROFESSIONAL: {
        max_pipelines_per_month: 2000,
        max_concurrent_pipelines: 10,
        max_bytes_billed_per_month: null,
        max_queued_pipelines: 0,
        alert_at_percent: [80, 100],
        maximum_bytes_billed: 2 ** 40,
      },
      ENTERPRISE: {
        max_pipelines_per_month: null,
        max_concurrent_pipelines: null,
        max_bytes_billed_per_month: null,
        max_queued_pipelines: 0,
        alert_at_percent: [80, 100],
        maximum_bytes_billed: null,
      },
    });
  });

  type Wrong = readonly [string, object, string];
  const wrong: readonly Wrong[] = [
    ['no tier', {}, 'the document: expected at least one tier'],
    ['a missing quota', { FREE: { max_pipelines_per_month: 1 } }, 'FREE.max_concurrent_pipelines:'],
    [
      'a negative quota',
      { FREE: { max_pipelines_per_month: -1, max_concurrent_pipelines: 1 } },
      'FREE.max_pipelines_per_month: expected a number of at least 0, or null for unlimited, given -1',
    ],
    [
      'a fraction',
      { FREE: { max_pipelines_per_month: 1.5, max_concurrent_pipelines: 1 } },
      'FREE.max_pipelines_per_month: expected a whole number, or null for unlimited, given 1.5',
    ],
    [
      'a limit below what BigQuery bills',
      {
        FREE: {
          max_pipelines_per_month: 1,
          max_concurrent_pipelines: 1,
          max_bytes_billed_per_month: null,
          maximum_bytes_billed: 10,
        },
      },
      'FREE.maximum_bytes_billed: expected at least 10485760 bytes, the least that BigQuery bills, or null for unlimited, given 10',
    ],
    [
      'a missing limit',
      { FREE: { max_pipelines_per_month: 1, max_concurrent_pipelines: 1 } },
      'FREE.maximum_bytes_billed: expected a whole number of bytes, or null for unlimited, given nothing',
    ],
    ...(
      [
        [-1, 'expected a number of at least 0, given -1'],
        [5001, 'expected at most 5000, given 5001'],
        [null, 'expected a whole number, given null'],
      ] as const
    ).map(
      ([max_queued_pipelines, message]): Wrong => [
        `a queue of ${max_queued_pipelines}`,
        {
          FREE: {
            max_pipelines_per_month: 1,
            max_concurrent_pipelines: 1,
            max_queued_pipelines,
            maximum_bytes_billed: null,
          },
        },
        `FREE.max_queued_pipelines: ${message}`,
      ],
    ),
    [
      'an unknown field',
      {
        FREE: {
          max_pipelines_per_month: 1,
          max_concurrent_pipelines: 1,
          max_bytes_billed_per_month: null,
          maximum_bytes_billed: null,
          price: 0,
        },
      },
      'FREE.price: is not a known field',
    ],
  ];
  it.each(wrong)('refuses %s, naming file and field', (_, tiers, expected) => {
    const files = { 'tiers.json': JSON.stringify(tiers) };
    const message = withSchemas(files, (directory) => messageOf(() => loadTiers(directory)));
    expect(message).toMatch(/tiers\.json:1:\d+ /);
    expect(message).toContain(` ${expected}`);
  });

  it('gives no queue unless a tier says otherwise', () => {
    const quotas = { max_pipelines_per_month: 1, max_concurrent_pipelines: 1, maximum_bytes_billed: null };
    const tiers = { FREE: quotas, GOLD: { ...quotas, max_queued_pipelines: 5000 } };
    const files = { 'tiers.json': JSON.stringify(tiers) };
    const loaded = withSchemas(files, loadTiers);
    expect([loaded.FREE?.max_queued_pipelines, loaded.GOLD?.max_queued_pipelines]).toEqual([0, 5000]);
  });

  it('refuses a missing file', () => {
    expect(messageOf(() => loadTiers('/nowhere'))).toBe('/nowhere/tiers.json: cannot be read: no such file');
  });
});
