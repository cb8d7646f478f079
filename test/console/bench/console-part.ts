import type { Browser } from 'playwright-core';

/** A part of the benchmark: in a browser, on a cloud with one tenant, whose key it has. */
export type ConsolePart = (setting: {
  readonly browser: Browser;
  readonly url: string;
  readonly bigqueryUrl: string;
  readonly tenantId: string;
}) => Promise<void>;

/** What runs the benchmark wraps functions in this to keep their names; in the page there is no such thing. */
export const namesNothing = 'globalThis.__name = (wrapped) => wrapped';
