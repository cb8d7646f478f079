import type { Pipeline } from '../../../client';
import { CodeBlock } from '../../ui/texts/code-block';

type DefinedStep = Pipeline['steps'][number];

/** What each step does, in the order of the definition. */
export function StepList({ steps }: Pick<Pipeline, 'steps'>) {
  return (
    <ol class="steps">
      {steps.map((step) => (
        <li key={step.id}>
          <ShownStep step={step} />
        </li>
      ))}
    </ol>
  );
}

function ShownStep({ step }: { readonly step: DefinedStep }) {
  const { id, type, sql, checks } = step;
  return (
    <>
      <h3>
        {id} <span class="quiet small">{type}</span>
      </h3>
      <p class="quiet small">{aboutStep(step).join(' · ')}</p>
      {checks.length > 0 && (
        <ul class="checks">
          {checks.map(({ name, type, severity }) => (
            <li key={name}>
              {name}{' '}
              <span class="quiet small">
                {type}, {severity === 'error' ? 'the run fails where it does' : 'warns only'}
              </span>
            </li>
          ))}
        </ul>
      )}
      {sql !== null && (
        <details>
          <summary>SQL</summary>
          <CodeBlock label={`SQL of ${id}`} text={sql} />
        </details>
      )}
    </>
  );
}

/** What it waits for, reads and writes, and how often it is attempted. */
function aboutStep(step: DefinedStep): readonly string[] {
  const { needs, table, source_uris, source_uri_parameter, destination, write_disposition, retry } = step;
  const { max_attempts, retry_on } = retry;
  const again = retry_on.length === 0 ? '' : ` after ${retry_on.join(' or ')}`;
  return [
    needs.length === 0 ? 'begins at once' : `after ${needs.join(', ')}`,
    ...(table === null ? [] : [`reads ${table}`]),
    ...(source_uris.length === 0 ? [] : [`loads ${source_uris.join(', ')}`]),
    ...(source_uri_parameter === null ? [] : [`loads what ${source_uri_parameter} names`]),
    ...(destination === null
      ? []
      : [`writes to ${destination}${write_disposition === null ? '' : ` (${write_disposition})`}`]),
    ...(max_attempts === 1 ? [] : [`up to ${max_attempts} attempts${again}`]),
    ...(step.timeout_seconds === null ? [] : [`ends after ${step.timeout_seconds} s`]),
  ];
}
