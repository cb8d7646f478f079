import type { Step } from '../definitions/schemas/pipeline-schema';

/** Google's names of rights: https://cloud.google.com/iam/docs/permissions-reference */
const rights =
  /\b(?:bigquery\.(?:jobs|tables|datasets|routines|connections)|storage\.(?:objects|buckets))\.[A-Za-z]+\b/g;
const tables = /\b(?:Table|View|Dataset|Routine) [`']?([\w.:-]+)/gi;
const areFiles = /\bstorage\.|Cloud Storage|\bGCS\b|gs:\/\//i;

/**
 * What could not be read or written, in the definition's words, and which right it takes. BigQuery names accounts and
 * projects as well: so of what it said, only that is told which stands in the definition or in Google's documents.
 */
export function describeDenial(step: Step, said: string): string {
  const needed = [...new Set(said.match(rights) ?? [])];
  const right = needed.length === 0 ? '' : `; it takes ${needed.join(', ')}`;
  return `access to ${findPlace(step, said)} was denied${right}.`;
}

function findPlace(step: Step, said: string): string {
  if (said.includes('bigquery.jobs.')) return 'BigQuery';
  if (areFiles.test(said)) return filesOf(step);
  const definition = JSON.stringify(step);
  const names = [...said.matchAll(tables)].flatMap(([, name = '']) => suffixesOf(name));
  return names.find((name) => isNamed(definition, name)) ?? 'what it reads or writes';
}

/** Of project:dataset.table also dataset.table and table. */
function suffixesOf(name: string): readonly string[] {
  const parts = name.split(/[.:]/).filter((part) => part !== '');
  return parts.map((_, index) => parts.slice(index).join('.'));
}

const isNamed = (definition: string, name: string): boolean =>
  new RegExp(`(?<![\\w-])${name.replaceAll('.', '\\.')}(?![\\w-])`).test(definition);

function filesOf(step: Step): string {
  if (step.type === 'export') return step.destination_uri;
  if (step.type !== 'load') return 'files that it reads';
  const { source_uri_parameter, source_uris = [] } = step;
  return source_uri_parameter === undefined
    ? source_uris.join(', ')
    : `the files of the parameter '${source_uri_parameter}'`;
}
