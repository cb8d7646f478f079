import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import { type Slot, slotShape } from '../../sql/slot-shape';
import { isNotFound } from './failures';

/** A tenant's runs in flight. None where there is no such tenant. */
export type ReadSlots = (dataset: string) => Promise<readonly Slot[]>;

const rowsShape = z.array(z.object({ active_runs: z.array(slotShape) }));

/**
 * Reads the tenant row by tabledata.list, which is free of charge: most tenants have nothing in flight at most times,
 * and asking each of them by a query every five minutes would be the largest part of the bill.
 */
export const createReadSlots =
  (bigquery: BigQuery): ReadSlots =>
  async (dataset) => {
    try {
      const [rows]: readonly unknown[] = await bigquery.dataset(dataset).table('tenants').getRows();
      return rowsShape.parse(rows).flatMap((row) => row.active_runs);
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };
