import type { Row } from '../../../model';

/**
 * What becomes of a statement: its rows, or that it was done; a construct that BigQuery knows and that cannot be tried
 * here, as the user would call it; or a refusal in BigQuery's words.
 */
export type Outcome =
  | readonly Row[]
  | { readonly done: string }
  | { readonly gap: string }
  | { readonly refused: string };

export type Construct = readonly [sql: string, outcome: Outcome];
