import type { ParameterDefinition } from '../../definitions/schemas/pipeline-schema';
import type { PipelineParameterValues } from './pipeline-parameters';

/**
 * URIs that exports write to, like gs://exports/{tenant_id}/costs/{run_date}.csv. Braces are filled in at run
 * time with the tenant, the run or a DATE parameter. None of these can hold a slash or a dot, and the text
 * between them has no empty, `.` or `..` folder: so no export leaves its definition's folder.
 */

const form = /^gs:\/\/([a-z0-9][a-z0-9._-]{1,61}[a-z0-9])\/(.+)$/;
const placeholder = /\{([a-z][a-z0-9_]*)\}/g;
const ownNames = ['tenant_id', 'run_id'];

/** What is wrong with a URI of a definition, one sentence per problem. */
export function findDestinationUriProblems(
  uri: string,
  parameters: Readonly<Record<string, ParameterDefinition>>,
): readonly string[] {
  const match = form.exec(uri);
  if (!match) return [`expected a URI like gs://bucket/{tenant_id}/name.csv, given '${uri}'`];
  const folders = (match[2] ?? '').split('/');
  return [
    ...findTextProblems(folders),
    ...findNameProblems(uri, parameters),
    ...(folders.slice(0, -1).includes('{tenant_id}')
      ? []
      : ["expected {tenant_id} as a folder of its own, so that no tenant's export meets another's"]),
    ...findStarProblems(uri, folders),
  ];
}

function findTextProblems(folders: readonly string[]): readonly string[] {
  const texts = folders.map((folder) => folder.replace(placeholder, 'x'));
  const bad = texts.find((text) => !/^[A-Za-z0-9_=.*-]+$/.test(text) || /^\.+$/.test(text));
  if (bad === undefined) return [];
  return [`expected folders and names of letters, digits and _=.-, none empty, given '${bad}'`];
}

function findNameProblems(
  uri: string,
  parameters: Readonly<Record<string, ParameterDefinition>>,
): readonly string[] {
  return namesIn(uri).flatMap((name) => {
    if (ownNames.includes(name)) return [];
    const parameter = Object.hasOwn(parameters, name) ? parameters[name] : undefined;
    if (parameter?.type === 'DATE' && (parameter.required || parameter.default != null)) return [];
    return [
      `expected {tenant_id}, {run_id} or a DATE parameter that is required or has a default, given {${name}}`,
    ];
  });
}

/** BigQuery writes as many files as it likes, so files of an earlier run must not lie among them. */
function findStarProblems(uri: string, folders: readonly string[]): readonly string[] {
  const stars = uri.split('*').length - 1;
  if (stars === 0) return [];
  if (stars === 1 && folders.at(-1)?.includes('*') && namesIn(uri).includes('run_id')) return [];
  return ['expected at most one *, in the name behind the last /, and {run_id} before it or beside it'];
}

const namesIn = (uri: string): readonly string[] =>
  [...uri.matchAll(placeholder)].flatMap(([, name]) => (name === undefined ? [] : [name]));

export interface UriValues {
  readonly tenantId: string;
  readonly runId: string;
  readonly parameters: PipelineParameterValues;
}

/** The URI of one run, or what is wrong with a value. */
export function fillDestinationUri(
  uri: string,
  { tenantId, runId, parameters }: UriValues,
): { readonly uri: string } | { readonly problem: string } {
  const values: PipelineParameterValues = { ...parameters, tenant_id: tenantId, run_id: runId };
  const problem = namesIn(uri).find((name) => !/^[A-Za-z0-9_-]+$/.test(String(values[name] ?? '')));
  if (problem !== undefined) {
    const given = JSON.stringify(values[problem] ?? null);
    return { problem: `expected a value of letters, digits, _ and - for {${problem}}, given ${given}` };
  }
  return { uri: uri.replace(placeholder, (_, name: string) => String(values[name])) };
}
