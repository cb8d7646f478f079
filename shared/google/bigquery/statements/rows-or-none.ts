import { isNotFound } from '../failures';

/**
 * The rows of a read. None where its table is not there: tables of the control dataset are made by the first write,
 * so nothing was ever written. Throws every other error.
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
