import type { Pipeline } from '../../../client';
import { ScrollFrame } from '../../ui/scroll-frame';
import { layOut, pathThrough, stepHeight, stepWidth } from './dag-layout';

const margin = 8;
/** So many characters fit into a step. */
const mostCharacters = 23;

/** The steps and what they wait for, from left to right. The list of steps below says the same in words. */
export function DagView({ steps }: Pick<Pipeline, 'steps'>) {
  const { width, height, steps: placed, needs } = layOut(steps);
  const types = new Map<string, string>(steps.map(({ id, type }) => [id, type]));
  const size = { width: width + 2 * margin, height: height + 2 * margin };
  return (
    <ScrollFrame label="The steps, drawn">
      <svg
        class="dag"
        // It grows with the text around it.
        width={`${size.width / 16}rem`}
        height={`${size.height / 16}rem`}
        viewBox={`${-margin} ${-margin} ${size.width} ${size.height}`}
        aria-hidden="true"
      >
        <defs>
          <marker
            id="dag-arrow"
            viewBox="0 0 8 8"
            refX="7"
            refY="4"
            markerWidth="8"
            markerHeight="8"
            orient="auto"
          >
            <path class="arrow" d="M 0 0.5 L 7 4 L 0 7.5 z" />
          </marker>
        </defs>
        {needs.map(({ from, to, points }) => (
          <path key={`${from}→${to}`} class="need" d={pathThrough(points)} marker-end="url(#dag-arrow)" />
        ))}
        {placed.map(({ id, x, y }) => (
          <g key={id} transform={`translate(${x} ${y})`}>
            <title>{id}</title>
            <rect class="step" width={stepWidth} height={stepHeight} rx="8" />
            <text class="id" x="12" y="20">
              {id.length > mostCharacters ? `${id.slice(0, mostCharacters - 1)}…` : id}
            </text>
            <text class="type" x="12" y="37">
              {types.get(id)}
            </text>
          </g>
        ))}
      </svg>
    </ScrollFrame>
  );
}
