import type { Catalogue, Pipeline, PipelineStatistics } from '../../client';
import { currentSession, seenAs } from '../app/session';
import type { Loaded } from '../data/asking/use-asked';
import { useCall } from '../data/use-call';

/** Over so many days. */
const days = 30;

/** What a tenant can start. */
export const useCatalogue = (tenantId: string): Loaded<Catalogue> =>
  useCall(`catalogue of ${tenantId}`, (signal) =>
    currentSession().api.call('listPipelines', { query: { ...seenAs(tenantId) }, signal }),
  );

/** How runs of each pipeline ended. @param tenantId undefined: of all tenants, for admins */
export const usePipelineFigures = (tenantId: string | undefined): Loaded<PipelineStatistics> =>
  useCall(`pipelines’ figures of ${tenantId ?? 'all tenants'}`, (signal) =>
    currentSession().api.call('listPipelineStatistics', {
      query: { days, ...(tenantId !== undefined && { tenant: tenantId }) },
      signal,
    }),
  );

/** What a pipeline does. @param pipeline provider/domain/pipeline */
export const usePipeline = (pipeline: string): Loaded<Pipeline> => {
  const [provider = '', domain = '', name = ''] = pipeline.split('/');
  return useCall(`pipeline ${pipeline}`, (signal) =>
    currentSession().api.call('showPipeline', { path: { provider, domain, pipeline: name }, signal }),
  );
};
