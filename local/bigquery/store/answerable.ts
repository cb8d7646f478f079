import { BigQueryError } from '../errors';
import { systemErrorOf } from './system-error';

/** What the disk refuses (no space, no permission) becomes an error that says that trying again may help. */
export async function answerable<T>(log: (line: string) => void, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    const system = systemErrorOf(error);
    if (system === undefined) throw error;
    log(`BigQuery cannot write its data: ${system.message}`);
    throw new BigQueryError(
      'backendError',
      'Error encountered during execution. Retrying may solve the problem.',
    );
  }
}
