import { Choice, Field } from '../../ui/field';
import type { ParameterDefinition, ParameterDefinitions, ParameterTexts } from './parameters';

interface ParameterFieldsProps {
  readonly definitions: ParameterDefinitions;
  readonly texts: ParameterTexts;
  readonly errors: ReadonlyMap<string, string>;
  readonly onChange: (texts: ParameterTexts) => void;
  /** Names that are not asked for here. */
  readonly left?: ReadonlySet<string>;
  /** All are typed in as texts: those of a schedule may name values of its planned times. */
  readonly areTexts?: boolean;
}

/** A field for each parameter, by its type. */
export function ParameterFields({
  definitions,
  texts,
  errors,
  onChange,
  left,
  areTexts = false,
}: ParameterFieldsProps) {
  const asked = Object.entries(definitions).filter(([name]) => left?.has(name) !== true);
  return (
    <>
      {asked.map(([name, definition]) => (
        <ParameterField
          key={name}
          name={name}
          definition={definition}
          value={texts[name] ?? ''}
          error={errors.get(name)}
          onChange={(text) => onChange({ ...texts, [name]: text })}
          isText={areTexts}
        />
      ))}
    </>
  );
}

interface ParameterFieldProps {
  readonly name: string;
  readonly definition: ParameterDefinition;
  readonly value: string;
  readonly error: string | undefined;
  readonly onChange: (text: string) => void;
  readonly isText: boolean;
}

function ParameterField({ name, definition, value, error, onChange, isText }: ParameterFieldProps) {
  const { type, description, required, default: usual, pattern } = definition;
  const hint = (
    <>
      {description} <span class="type-of">{aboutValue(type, usual, pattern)}</span>
    </>
  );
  if (type === 'BOOL')
    return (
      <Choice
        label={name}
        value={value}
        onChange={onChange}
        hint={hint}
        error={error}
        options={[
          ...(required === true && value !== ''
            ? []
            : [{ value: '', text: usual == null ? 'not given' : `as usual: ${usual}` }]),
          { value: 'true', text: 'true' },
          { value: 'false', text: 'false' },
        ]}
      />
    );
  return (
    <Field
      label={name}
      type={type === 'DATE' && !isText ? 'date' : 'text'}
      value={value}
      onChange={onChange}
      hint={hint}
      error={error}
      isRequired={required === true}
      autoComplete="off"
    />
  );
}

const aboutValue = (
  type: string,
  usual: ParameterDefinition['default'],
  pattern: string | undefined,
): string =>
  [
    type,
    ...(usual == null ? [] : [`${JSON.stringify(usual)} unless given`]),
    ...(pattern === undefined ? [] : [`matches ${pattern}`]),
  ].join(' · ');
