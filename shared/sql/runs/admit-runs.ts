import { defineStatement } from '../define-statement';
import { admissionParameters, admissionRow, admissionScript } from './admission-script';

/** Admission of runs with ids of their own: none of them can be in the ledger yet. */
export const admitRuns = defineStatement({
  name: 'admit-runs',
  sql: admissionScript(),
  parameters: admissionParameters,
  row: admissionRow,
});
