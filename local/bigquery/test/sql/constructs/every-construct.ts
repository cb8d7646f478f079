import type { Construct } from './construct';
import { functionConstructs } from './functions';
import { queryConstructs } from './queries';
import { scriptConstructs } from './scripts';
import { statementConstructs } from './statements';
import { typeConstructs } from './types';

/** Constructs that BigQuery knows, of every kind of statement and family of functions. */
export const everyConstruct: readonly Construct[] = [
  ...queryConstructs,
  ...functionConstructs,
  ...typeConstructs,
  ...statementConstructs,
  ...scriptConstructs,
];
