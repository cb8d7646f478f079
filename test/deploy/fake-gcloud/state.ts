/** A resource as Google's API would show it. */
export type Resource = Readonly<Record<string, unknown>>;

/** A binding of one member in an allow policy. */
export interface Binding {
  readonly member: string;
  readonly role: string;
  readonly condition?: { readonly title: string; readonly expression: string } | undefined;
}

/** What a project contains: resources and policies, both by `<group>/<name>`, and enabled APIs. */
export interface State {
  readonly resources: Map<string, Resource>;
  readonly policies: Map<string, readonly Binding[]>;
  readonly apis: Set<string>;
  /** The values of secrets. Only tests can read them. */
  readonly secretValues: string[];
  /** Counts up, so that ids and times differ. */
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

/** A project without ids and times, for comparisons. */
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

/** A failure of gcloud: the message goes to stderr, the exit code is 1. */
export class GcloudError extends Error {}
