import { randomUUID } from 'node:crypto';
import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { isDuplicate } from '../failures';
import { toLabelValue } from './job-configuration';

export interface HandOver {
  readonly tenantId: string;
  readonly runId: string;
  /** Names the run and the turn: the part of its time, counted from its admission. */
  readonly jobId: string;
  /** Where the tenant's dataset is, if that is known: job ids are unique within a location. */
  readonly location: string | undefined;
}

/**
 * Whether nobody else has handed this run over in this turn. Throws BigQuery's error if that is unknown.
 */
export type ClaimHandOver = (handOver: HandOver) => Promise<boolean>;

const ownedSchema = z.object({ configuration: z.object({ labels: z.object({ owner: z.string() }) }) });

/**
 * A job id can be taken only once, so it serves as the mark. The job itself reads nothing and costs nothing.
 * Its label says who made it: a request whose answer was lost finds its own mark when it is sent again.
 */
export const createClaimHandOver =
  (bigquery: BigQuery, newId: () => string = randomUUID): ClaimHandOver =>
  async ({ tenantId, runId, jobId, location }) => {
    const place = location === undefined ? {} : { location };
    const owner = newId();
    const labels = { tenant: toLabelValue(tenantId), run: toLabelValue(runId), step: 'hand-over', owner };
    try {
      const configuration = { query: { query: 'SELECT 1', useLegacySql: false }, labels };
      await bigquery.createJob({ jobId, ...place, configuration });
      return true;
    } catch (error) {
      if (!isDuplicate(error)) throw error;
      const [resource]: readonly unknown[] = await bigquery.job(jobId, place).getMetadata();
      return ownedSchema.parse(resource).configuration.labels.owner === owner;
    }
  };
