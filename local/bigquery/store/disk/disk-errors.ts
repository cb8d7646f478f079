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

/** What the operating system's refusals mean, for those who start a server. */
const meanings: ReadonlyMap<string, string> = new Map([
  ['ENOSPC', 'the disk is full'],
  ['EDQUOT', 'no more of the disk may be used'],
  ['EROFS', 'the disk takes no changes'],
  ['EACCES', 'this user may not write there'],
  ['EPERM', 'this user may not write there'],
]);

/** A start's failure, in words: names the folder, and says that nothing is lost. Other errors stay as they are. */
export function explainDiskFailure(error: unknown, folder: string, what: string): unknown {
  const system = systemErrorOf(error);
  const meaning = meanings.get(system?.code ?? '');
  if (system === undefined || meaning === undefined) return error;
  return new Error(
    `${what} cannot start in ${folder}: ${meaning} (${system.message}). Nothing is lost: all that was answered as done is kept there. Make room or let it write there, then start it again.`,
    { cause: error },
  );
}
