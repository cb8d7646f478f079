import type { PipelineDefinition } from '../../../shared/definitions/schemas/pipeline-schema';
import type { RunStatement } from '../../../shared/google/bigquery/statements/run-statement';
import { apparentTenant, type EitherAuthentication } from '../../../shared/http/authorize';
import type { CallPlaces } from '../../../shared/http/limits/call-places';
import { parseQuery, parseRequest } from '../../../shared/http/parse';
import type { Route } from '../../../shared/http/route';
import {
  expectOnlyTenant,
  requireTenantOrAnyAdmin,
  requireTenantOrItsAdmin,
} from '../../../shared/http/tenant-in-query';
import { allowsPipeline, requirePipeline } from '../../../shared/tenants/rules/key-pipelines';
import { findPipeline, pipelinePathSchema } from './find-pipeline';
import { readPipelineStatistics, statisticsQuerySchema } from './pipeline-statistics';
import { describePipeline, showPipeline } from './shown-pipeline';

export interface PipelinesRoutesDependencies extends EitherAuthentication {
  /** By path: provider/domain/pipeline_id. */
  readonly pipelines: ReadonlyMap<string, PipelineDefinition>;
  readonly inPlaces: CallPlaces['inPlaces'];
  readonly runStatement: RunStatement;
  /** The dataset of `all_runs`. */
  readonly controlDataset: string;
  readonly now: () => Date;
}

/**
 * Which pipelines there are, what they do and how their runs end. The first two are made of definitions alone, and are
 * there while BigQuery is away.
 */
export function pipelinesRoutes(deps: PipelinesRoutesDependencies): readonly Route[] {
  const statistics: Route = {
    operation: 'listPipelineStatistics',
    method: 'GET',
    path: '/api/v1/pipelines/statistics',
    handle: async (request) => {
      const caller = await requireTenantOrAnyAdmin(deps, request);
      const { days } = parseQuery(statisticsQuerySchema, request.query);
      return { status: 200, body: await readPipelineStatistics(caller, { days, now: deps.now() }, deps) };
    },
  };
  return [
    {
      operation: 'listPipelines',
      method: 'GET',
      path: '/api/v1/pipelines',
      handle: async (request) => {
        const { pipelines: allowed } = await requireTenantOrItsAdmin(deps, request, { lastKnown: true });
        expectOnlyTenant(request);
        const offered = [...deps.pipelines.values()].filter(({ path }) => allowsPipeline(allowed, path));
        return { status: 200, body: { pipelines: offered.map(describePipeline) } };
      },
    },
    ...deps.inPlaces([statistics], (request) => apparentTenant(request, deps)),
    {
      operation: 'showPipeline',
      method: 'GET',
      path: '/api/v1/pipelines/{provider}/{domain}/{pipeline}',
      handle: async (request) => {
        const path = parseRequest(pipelinePathSchema, request.params, 'path');
        const { pipelines: allowed } = await requireTenantOrAnyAdmin(deps, request, { lastKnown: true });
        expectOnlyTenant(request);
        const definition = findPipeline(path, deps);
        requirePipeline(allowed, definition.path);
        return { status: 200, body: showPipeline(definition) };
      },
    },
  ];
}
