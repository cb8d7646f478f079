/** Why a schedule is disabled. */
export const tenantGone = 'Its tenant is not there any more';

/**
 * How long a disabled schedule is kept. Its tenant can be restored for a week, and resumes what it still wants. In
 * milliseconds.
 */
export const disabledKeptMs = 30 * 86_400_000;
