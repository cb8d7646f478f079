import { ServiceError } from '../errors';
import { count, measure } from '../telemetry/telemetry';
import type { Admission, Admit } from './admit';

/** Counts and times admission by its outcome: `admitted`, or the code of the error that the caller gets instead. */
export const measuredAdmit =
  (admit: Admit): Admit =>
  async (tenantId, candidate) => {
    const startedAt = performance.now();
    const note = (outcome: string) => {
      const attributes = { 'tenant_pipelines.admission.outcome': outcome };
      count('tenant_pipelines.admissions', attributes);
      measure('tenant_pipelines.admission.duration', (performance.now() - startedAt) / 1000, attributes);
    };
    try {
      const admission = await admit(tenantId, candidate);
      note(outcomeOf(admission));
      return admission;
    } catch (error) {
      note(error instanceof ServiceError ? error.code : 'internal');
      throw error;
    }
  };

const outcomeOf = ({ verdict }: Admission): string =>
  verdict.kind === 'refused' ? verdict.error.code : verdict.kind;
