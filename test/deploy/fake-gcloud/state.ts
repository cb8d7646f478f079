/** A resource as Google's API would show it. */
export type Resource = Readonly<Record<string, unknown>>;

/** An allow policy's binding of one member. */
export interface Binding {
  readonly member: string;
  readonly role: string;
  readonly condition?: { readonly title: string; readonly expression: string } | undefined;
}

/** What a project holds: resources by `<group>/<name>`, policies by the same, enabled APIs. */
export interface State {
  readonly resources: Map<string, Resource>;
  readonly policies: Map<string, readonly Binding[]>;
  readonly apis: Set<string>;
  /** What secrets' versions hold. The fake shows them to nobody but tests. */
  readonly secretValues: string[];
  /** Counts up: ids and times that differ. */
  counter: number;
}

export const emptyState = (): State => ({
  resources: new Map(),
  policies: new Map(),
  apis: new Set(),
  secretValues: [],
  counter: 0,
});

export const keyOf = (group: string, name: string): string => `${group}/${name}`;

/** What a project looks like, for comparisons: without ids and times. */
export const snapshot = (state: State): string =>
  JSON.stringify(
    {
      resources: [...state.resources].map(([key, resource]) => [withoutNumbers(key), resource]).sort(),
      policies: [...state.policies]
        .map(([key, bindings]) => [key, bindings.map((b) => JSON.stringify(b)).sort()])
        .sort(),
      apis: [...state.apis].sort(),
      secrets: state.secretValues.length,
    },
    (name, value: unknown) =>
      name === 'createTime' || name === 'name' || name === 'notificationChannels'
        ? withoutNumbers(JSON.stringify(value) ?? '')
        : value,
    1,
  );

const withoutNumbers = (text: string): string => text.replace(/\d{4,}/g, 'N');

/** gcloud's own failure: what it writes to stderr; the exit code is 1. */
export class GcloudError extends Error {}
