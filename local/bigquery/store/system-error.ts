/** What the operating system refused. */
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
