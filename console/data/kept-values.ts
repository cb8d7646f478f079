interface KeptValues {
  /** Null where nothing is kept under the name. */
  readonly read: (name: string) => string | null;
  readonly keep: (name: string, value: string) => void;
  readonly forget: (name: string) => void;
}

/**
 * What a browser keeps beside the page. One that is told to keep nothing throws wherever its storage is touched, or
 * where something is to be kept: then the console goes on as if nothing were kept.
 */
const keptIn = (storage: () => Storage): KeptValues => ({
  read: (name) => ifAllowed(() => storage().getItem(name)) ?? null,
  keep: (name, value) => ifAllowed(() => storage().setItem(name, value)),
  forget: (name) => ifAllowed(() => storage().removeItem(name)),
});

function ifAllowed<T>(act: () => T): T | undefined {
  try {
    return act();
  } catch {
    return undefined;
  }
}

/** Until the tab is closed, and for it alone. */
export const keptInTab = keptIn(() => sessionStorage);

/** For all tabs, for good. */
export const keptInBrowser = keptIn(() => localStorage);
