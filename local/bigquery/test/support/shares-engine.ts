/**
 * Whether the servers of one process share SQL engines, one after the other: where the runner keeps modules from file to
 * file. Where it loads them anew for each file, engines that are left to the next would only pile up.
 */
export const sharesEngine = process.env.TESTS_KEEP_MODULES === '1';
