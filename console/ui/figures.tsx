import type { ComponentChildren } from 'preact';

interface FiguresProps {
  readonly figures: readonly { readonly name: string; readonly value: ComponentChildren }[];
}

/** A few numbers to be seen at once. */
export function Figures({ figures }: FiguresProps) {
  return (
    <dl class="figures">
      {figures.map(({ name, value }) => (
        <div key={name} class="figure">
          <dt>{name}</dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
