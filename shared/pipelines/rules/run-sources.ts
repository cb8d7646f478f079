import { kindOfTable, refusalOfKind } from '../../definitions/sql/named-reads';

/**
 * What a pipeline may read: its tenant's dataset, and the sources that both its definition names and the
 * deployment allows. A source is
 *   `dataset` or `project.dataset`   a dataset, of the deployment's own project unless another is named
 *   `gs://bucket/prefix/`            the files below it; `{tenant_id}` in it stands for the tenant's id
 *   `gs://*`                         all files; in a definition, all that the deployment allows this tenant:
 *                                    folders of its own, or really all
 *   `*` or `project.*`               all datasets that are no tenant's; for a deployment only
 */
export type Source =
  | { readonly kind: 'files'; readonly prefix: string }
  | { readonly kind: 'dataset'; readonly projectId: string | undefined; readonly datasetId: string };

const allFiles = 'gs://*';
const filesPattern =
  /^gs:\/\/(?:\*|(?:[a-z0-9._-]|\{tenant_id\})+\/(?:(?!\.\.?\/)(?:[A-Za-z0-9._=-]|\{tenant_id\})+\/)*)$/;
const datasetPattern = /^(?:((?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{1,62})\.)?([A-Za-z0-9_]{1,1024}|\*)$/;

/** Reads a source's text; undefined if it is none. */
export function parseSource(text: string): Source | undefined {
  if (filesPattern.test(text)) return { kind: 'files', prefix: text === allFiles ? 'gs://' : text };
  const [, projectId, datasetId] = datasetPattern.exec(text) ?? [];
  return datasetId === undefined || /^INFORMATION_SCHEMA$/i.test(datasetId)
    ? undefined
    : { kind: 'dataset', projectId, datasetId };
}

export const isDefinitionSource = (text: string): boolean =>
  parseSource(text) !== undefined && (!text.includes('*') || text === allFiles);
export const isDeploymentSource = (text: string): boolean => parseSource(text) !== undefined;

/** What one run may read. */
export interface RunSources {
  readonly tenantId: string;
  /** The tenant's dataset. */
  readonly datasetId: string;
  /** The definition's sources. */
  readonly sources: readonly string[];
  /** The deployment's sources. */
  readonly allowed: readonly string[];
}

export interface TableName {
  readonly projectId: string;
  readonly datasetId: string;
  readonly tableId: string;
}

/** What BigQuery, or GoogleSQL's analyser, says about a text. */
export interface QueryFacts {
  /** The project that the query runs in. */
  readonly projectId: string;
  readonly statementType: string;
  readonly tables: readonly TableName[];
  /** All that it refers to and that is no table, such as routines and models: names, as they are told. */
  readonly others: readonly string[];
}

export interface Refusal {
  readonly kind: 'statement' | 'source';
  /** What was given and what is expected. */
  readonly message: string;
  /** The table that it is about, as the text names it. */
  readonly name?: string;
}

/**
 * BigQuery lists no more referenced tables than this
 * (https://cloud.google.com/bigquery/docs/reference/rest/v2/Job#JobStatistics2).
 */
const tablesTold = 50;

/** The tenant's own, but no pipeline may show it to anyone. */
const keysTable = 'api_keys';

/**
 * Why a text must not run, by what it was found to read; empty if it may. It may read plain tables of the
 * tenant and of sources, and nothing else: whatever is told besides is refused.
 */
export function judgeQuery(reach: RunSources, facts: QueryFacts): readonly Refusal[] {
  const { statementType, tables, others } = facts;
  if (statementType !== 'SELECT') {
    const message = `It is of type ${statementType || 'unknown'}; expected one SELECT: a step writes through its destination only.`;
    return [{ kind: 'statement', message }];
  }
  if (tables.length >= tablesTold) {
    const message = `It reads ${tablesTold} tables or more; expected fewer, since BigQuery tells of no more.`;
    return [{ kind: 'source', message }];
  }
  return [
    ...others.map(
      (name): Refusal => ({ kind: 'source', message: `It reads ${name}; expected tables only.` }),
    ),
    ...tables.flatMap((table): readonly Refusal[] => {
      const message = judgeTable(reach, facts.projectId, table);
      return message === undefined ? [] : [{ kind: 'source', message, name: table.tableId }];
    }),
  ];
}

/** Why a table must not be read; undefined if it may. */
function judgeTable(reach: RunSources, ownProject: string, table: TableName): string | undefined {
  const path = `${table.projectId}.${table.datasetId}.${table.tableId}`;
  const otherKind = refusalOfKind(kindOfTable(path), path);
  if (otherKind !== undefined) return otherKind;
  if (isOwn(reach, ownProject, table)) {
    return table.tableId.toLowerCase() === keysTable ? `It reads ${keysTable}; no pipeline may.` : undefined;
  }
  const bound = findBound(reach, datasetCover(ownProject, table));
  if (bound === undefined) return undefined;
  const expected =
    bound === 'definition'
      ? `expected the tenant's own tables or the definition's sources (${listSources(reach)})`
      : notAllowed;
  return `It reads ${path}; ${expected}.`;
}

type DatasetName = Omit<TableName, 'tableId'>;
type Cover = (source: Source) => boolean;

const isOwn = (reach: RunSources, ownProject: string, { projectId, datasetId }: DatasetName): boolean =>
  projectId === ownProject && datasetId === reach.datasetId;

const datasetCover =
  (ownProject: string, { projectId, datasetId }: DatasetName): Cover =>
  (source) =>
    source.kind === 'dataset' &&
    (source.projectId ?? ownProject) === projectId &&
    (source.datasetId === '*' || source.datasetId === datasetId);

/** The datasets that a text reads besides the tenant's own. */
export function foreignDatasets(reach: RunSources, facts: QueryFacts): readonly DatasetName[] {
  const used = facts.tables.filter((table) => !isOwn(reach, facts.projectId, table));
  return [...new Map(used.map((table) => [`${table.projectId}.${table.datasetId}`, table])).values()];
}

/** Who wrote a URI: a caller may choose among fewer files than a definition. */
export type UriAuthor = 'definition' | 'caller';

/** Why a file, or a pattern of files, must not be read; undefined if it may. */
export function judgeUri(reach: RunSources, uri: string, author: UriAuthor): string | undefined {
  if (uri.split('*').length > 2) return `${JSON.stringify(uri)} has several asterisks; expected one at most.`;
  if (!isPlainUri(uri)) return `${JSON.stringify(uri)} is no source; expected a URI like gs://bucket/path.`;
  // The text before a pattern's first * begins with the prefix, and so does everything that it matches.
  const covers: Cover = (source) =>
    source.kind === 'files' && uri.startsWith(withTenant(source.prefix, reach.tenantId));
  const expected = {
    definition: `expected one below the definition's sources (${listSources(reach)})`,
    deployment: notAllowed,
    shared: `expected a file of the tenant's own, or that the definition's sources name where it lies: the deployment lets all tenants' pipelines read there`,
  };
  const isForbiddenChoice = author === 'caller' && isSharedUnnamed(reach, covers);
  const bound = findBound(reach, covers) ?? (isForbiddenChoice ? 'shared' : undefined);
  return bound && `It reads ${uri}; ${expected[bound]}.`;
}

/**
 * A caller who may name any file must not name another tenant's. So if a definition leaves the place to the
 * deployment, the caller may not choose from a folder that is open to all tenants' pipelines.
 */
function isSharedUnnamed({ sources, allowed, ...reach }: RunSources, covers: Cover): boolean {
  const named = sources.filter((source) => source !== allFiles);
  const ownOrAll = allowed.filter((source) => source === allFiles || source.includes(anyTenant));
  const isNamed = findBound({ ...reach, sources: named, allowed }, covers) === undefined;
  return !isNamed && findBound({ ...reach, sources, allowed: ownOrAll }, covers) !== undefined;
}

/** No empty segment, no . or .., no backslash, no invisible character; * only in the object's name. */
function isPlainUri(uri: string): boolean {
  if (!/^gs:\/\/[a-z0-9][a-z0-9._-]*\/[^\\\p{C}]+$/u.test(uri)) return false;
  return uri
    .slice('gs://'.length)
    .split('/')
    .every((segment) => segment !== '' && segment !== '.' && segment !== '..');
}

/** Stands for the tenant's id in a source. Used as a tenant's id, it stands for any. */
export const anyTenant = '{tenant_id}';

export const withTenant = (text: string, tenantId: string): string => text.replaceAll(anyTenant, tenantId);

/** Whose sources do not cover it; undefined if both do. */
function findBound(reach: RunSources, covers: Cover): 'definition' | 'deployment' | undefined {
  const isCovered = (sources: readonly string[]) =>
    sources.some((text) => {
      const source = parseSource(text);
      return source !== undefined && covers(source);
    });
  if (!isCovered(reach.sources)) return 'definition';
  return isCovered(reach.allowed) ? undefined : 'deployment';
}

const notAllowed = 'this deployment does not allow that (ALLOWED_SOURCES)';

const listSources = ({ sources, tenantId }: RunSources): string =>
  sources.map((source) => withTenant(source, tenantId)).join(', ') || 'none';
