/** Addresses of the console's pages. Ids are encoded; no key is ever part of one. */

const part = encodeURIComponent;

export const tenantPlace = (tenantId: string): string => `/tenants/${part(tenantId)}`;
export const runsPlace = (tenantId: string): string => `${tenantPlace(tenantId)}/runs`;
export const runPlace = (tenantId: string, runId: string): string => `${runsPlace(tenantId)}/${part(runId)}`;
export const pipelinesPlace = (tenantId: string): string => `${tenantPlace(tenantId)}/pipelines`;
/** @param pipeline provider/domain/pipeline */
export const pipelinePlace = (tenantId: string, pipeline: string): string =>
  `${pipelinesPlace(tenantId)}/${pipeline.split('/').map(part).join('/')}`;
export const tenantPagePlace = (
  tenantId: string,
  page: 'usage' | 'keys' | 'webhooks' | 'schedules' | 'audit',
): string => `${tenantPlace(tenantId)}/${page}`;
