import { randomUUID } from 'node:crypto';
import type { ControlDataset } from '../google/bigquery/tables/control-dataset';
import type { Log } from '../log';
import { systemClock } from '../support/clock';
import { createRefusalCounts } from './refusal-counts';

/** Counts a function's refusals in the control dataset, by the client that the function has already. */
export const refusalsIn = ({ append }: Pick<ControlDataset, 'append'>, functionName: string, log: Log) =>
  createRefusalCounts({ append, functionName, newId: randomUUID, clock: systemClock, log }).note;
