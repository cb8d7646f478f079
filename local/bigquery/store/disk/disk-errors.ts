import { BigQueryError } from '../../bigquery-error';

/** A refusal of the operating system. */
export interface SystemError {
  readonly code: string;
  readonly message: string;
}

/** The error as one of the operating system's (ENOSPC, EEXIST, …), or undefined where it is not one. */
export function systemErrorOf(error: unknown): SystemError | undefined {
  if (typeof error !== 'object' || error === null || !('syscall' in error) || !('code' in error))
    return undefined;
  return { code: String(error.code), message: 'message' in error ? String(error.message) : '' };
}

/** Turns a refusal of the disk (no space, no permission) into an error that says that a retry may help. */
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
