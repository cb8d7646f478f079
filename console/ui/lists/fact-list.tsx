import type { ComponentChildren } from 'preact';

export interface ListedFact {
  readonly name: string;
  /** Nothing is shown of what is null or undefined. */
  readonly value: ComponentChildren;
}

/** Names and what stands for them, side by side. */
export function FactList({
  facts,
  isLarge = false,
}: {
  readonly facts: readonly ListedFact[];
  readonly isLarge?: boolean;
}) {
  const given = facts.filter(({ value }) => value !== null && value !== undefined);
  if (given.length === 0) return null;
  return (
    <dl class={isLarge ? 'figures' : 'facts'}>
      {given.map(({ name, value }) => (
        <div key={name} class={isLarge ? 'figure' : undefined}>
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
