import type { BigQuery } from '@google-cloud/bigquery';
import { z } from 'zod';
import type { Slot } from '../../../runs/rules/ledger-row';
import { slotSchema } from '../../../sql/runs/find-run';
import { isNotFound } from '../failures';

/** A tenant's runs in flight. None if there is no such tenant. */
export type ReadSlots = (dataset: string) => Promise<readonly Slot[]>;

const rowsSchema = z.array(z.object({ active_runs: z.array(slotSchema) }));

/**
 * Reads the tenant row by tabledata.list, which is free of charge. Most tenants have nothing in flight most
 * of the time, and a query for each of them every five minutes would be the largest part of the bill.
 */
export const createReadSlots =
  (bigquery: BigQuery): ReadSlots =>
  async (dataset) => {
    try {
      const [rows]: readonly unknown[] = await bigquery.dataset(dataset).table('tenants').getRows();
      return rowsSchema.parse(rows).flatMap((row) => row.active_runs);
    } catch (error) {
      if (isNotFound(error)) return [];
      throw error;
    }
  };

/** Whether a run holds its slot. False if there is no such tenant. */
export type HoldsSlot = (dataset: string, runId: string) => Promise<boolean>;

/** Each row's one selected column, and each of its entries' one selected field, as REST sends them. */
const runIdsSchema = z.array(
  z.object({
    f: z.tuple([
      z.object({ v: z.array(z.object({ v: z.object({ f: z.tuple([z.object({ v: z.string() })]) }) })) }),
    ]),
  }),
);

/** Uses tabledata.list, too, and reads only the run ids: so it can be called every few seconds. */
export const createHoldsSlot =
  (bigquery: BigQuery): HoldsSlot =>
  async (dataset, runId) => {
    try {
      const selection = { selectedFields: 'active_runs.run_id', skipParsing: true };
      const [rows]: readonly unknown[] = await bigquery.dataset(dataset).table('tenants').getRows(selection);
      return runIdsSchema.parse(rows).some(({ f: [slots] }) => slots.v.some(({ v }) => v.f[0].v === runId));
    } catch (error) {
      if (isNotFound(error)) return false;
      throw error;
    }
  };
