import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { statisticsQuerySchema } from '../../../../functions/run/pipelines/pipeline-statistics';
import { resultPageSchema } from '../../../../functions/run/results/results-routes';
import { listRequestSchema } from '../../../../functions/run/run-list';
import { allRunsRequestSchema } from '../../../../functions/tenants/all-runs-routes';
import { offboardQuerySchema } from '../../../../functions/tenants/offboarding/offboarding-routes';
import { activityQuerySchema } from '../../../../functions/tenants/overview/overview-routes';
import { runsInFlightQuerySchema } from '../../../../functions/tenants/overview/runs-in-flight-routes';
import { tenantListSchema } from '../../../../functions/tenants/tenant-list';
import { billingExportSchema } from '../../../../functions/tenants/usage/billing-routes';
import { allUsageQuerySchema, usageQuerySchema } from '../../../../functions/tenants/usage/usage-routes';
import { documentedCalls } from '../../../../local/cloud/gateway/function-routes';
import { clientTypesFolder, clientTypesTexts } from '../../../../local/tools/openapi/client-types';
import { operationsOf } from '../../../../local/tools/openapi/document';
import { openApiText } from '../../../../local/tools/openapi/openapi-json';
import { problemsOf } from '../../../../local/tools/openapi/problems';
import { referenceText } from '../../../../local/tools/openapi/reference-page';
import { loadTiers } from '../../../../shared/definitions/tiers';

const schemas = join(__dirname, '../../../../schemas');
const operations = operationsOf(loadTiers(schemas));
const documentSchema = z.object({
  openapi: z.string(),
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ operationId: z.string() }))),
  components: z.object({ schemas: z.record(z.string(), z.unknown()) }),
});
const text = openApiText();
const document = documentSchema.parse(JSON.parse(text));

describe('schemas/openapi.json', () => {
  it('is current: npm run schema makes it so', () => {
    expect(readFileSync(join(schemas, 'openapi.json'), 'utf8')).toBe(text);
  });

  it('is what the page for readers is made of', () => {
    expect(readFileSync(join(schemas, 'reference.html'), 'utf8')).toBe(referenceText());
  });

  it('is what the types of the client are made of', () => {
    const folder = join(schemas, '../client', clientTypesFolder);
    const made = clientTypesTexts();
    expect(readdirSync(folder).sort()).toEqual([...made.keys()].sort());
    const biome = join(schemas, '../node_modules/.bin/biome');
    for (const [name, input] of made) {
      const file = join(folder, name);
      const formatted = execFileSync(biome, ['check', '--write', '--stdin-file-path', file], {
        input,
        encoding: 'utf8',
      });
      expect(readFileSync(file, 'utf8')).toBe(formatted);
    }
  });

  it('has every call that the gateway tells of, and no other', () => {
    const listed = operations.map(({ method, path }) => `${method} ${path}`);
    expect(listed.toSorted()).toEqual(documentedCalls.map((call) => call.replace(/ +/, ' ')).toSorted());
  });

  it('names every operation once', () => {
    const ids = Object.values(document.paths).flatMap((path) =>
      Object.values(path).map(({ operationId }) => operationId),
    );
    expect(new Set(ids).size).toBe(operations.length);
  });

  it('refers only to what it has, and has nothing that nobody refers to but events', () => {
    const named = [...text.matchAll(/"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
    const known = Object.keys(document.components.schemas);
    expect(named.filter((name) => !known.includes(name ?? ''))).toEqual([]);
    expect(known.filter((name) => !named.includes(name))).toEqual([
      'CheckEventData',
      'RunEventData',
      'StepEventData',
    ]);
  });

  it.each([
    ['listRuns', listRequestSchema],
    ['showResult', resultPageSchema],
    ['listPipelineStatistics', statisticsQuerySchema],
    ['listAllRuns', allRunsRequestSchema],
    ['listTenants', tenantListSchema],
    ['offboardTenant', offboardQuerySchema],
    ['showActivity', activityQuerySchema],
    ['listRunsInFlight', runsInFlightQuerySchema],
    ['showUsage', usageQuerySchema],
    ['showAllUsage', allUsageQuerySchema],
    ['exportBilling', billingExportSchema],
  ])('has the query of %s by the names that it is parsed by', (id, schema) => {
    const operation = operations.find((candidate) => candidate.id === id);
    expect(Object.keys(operation?.query ?? {}).toSorted()).toEqual(Object.keys(schema.shape).toSorted());
  });

  it('has every code of a problem but those of requests that reach no call', () => {
    const source = readFileSync(join(schemas, '../shared/errors.ts'), 'utf8');
    const codes = [...source.matchAll(/^ {2}([a-z_]+): \{ status:/gm)].map(([, code = '']) => code);
    const told = new Set<string>(operations.flatMap(problemsOf));
    expect(codes.length).toBeGreaterThan(10);
    expect(codes.filter((code) => !told.has(code))).toEqual([
      'not_local',
      'not_found',
      'method_not_allowed',
      'request_timeout',
      'headers_too_large',
    ]);
  });
});
