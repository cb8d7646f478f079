import { isNotFound } from '../failures';

/**
 * The rows of a read. None where its table is not there: nothing was ever written to one of the control dataset, and a
 * tenant's is gone with its tenant. Throws every other error.
 */
export async function rowsOrNone<Row>(
  reading: Promise<{ readonly rows: readonly Row[] }>,
): Promise<readonly Row[]> {
  try {
    return (await reading).rows;
  } catch (error) {
    if (isNotFound(error)) return [];
    throw error;
  }
}
