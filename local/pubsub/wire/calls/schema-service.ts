import { randomBytes } from 'node:crypto';
import {
  alreadyExists,
  failedPrecondition,
  invalidArgument,
  notFound,
  unimplemented,
} from '../../pubsub-error';
import { checkName, checkProjectName, projectOf } from '../../resource-names';
import { type SchemaRevision, timestampOf } from '../../resources';
import type { PubSubStore } from '../../store/pubsub-store';
import { type UnaryHandlers, unary } from '../grpc-call';
import { checkAvroDefinition } from './avro-schema';
import { listPage } from './list-and-update';
import * as requests from './request-schemas';

/** https://cloud.google.com/pubsub/quotas#resource_limits */
const mostRevisions = 20;

/** The calls of google.pubsub.v1.SchemaService. Schemas are kept; no message is held to one. */
export const schemaServiceHandlers = (store: PubSubStore): UnaryHandlers => {
  /** All revisions, the oldest first, and the one that is named: `NAME@REVISION`, or the newest. */
  const found = (name: string): { revisions: SchemaRevision[]; revision: SchemaRevision } => {
    const [base = '', id] = name.split('@');
    checkName(base, 'schemas');
    const revisions = store.schemas.get(base) ?? [];
    const revision =
      id === undefined ? revisions.at(-1) : revisions.find(({ revisionId }) => revisionId === id);
    if (!revision) throw notFound(name);
    return { revisions, revision };
  };

  const put = async (name: string, revisions: SchemaRevision[]): Promise<void> => {
    if (revisions.length > mostRevisions) {
      throw failedPrecondition(`The schema ${name} has ${mostRevisions} revisions; delete one first.`);
    }
    await store.change({ record: 'schema', name, revisions });
  };

  const commit = async (name: string, revisions: SchemaRevision[], definition: string): Promise<object> => {
    const revision = newRevision(name, definition);
    await put(name, [...revisions, revision]);
    return revision;
  };

  return {
    CreateSchema: unary(requests.createSchemaRequestSchema, ({ parent, schemaId, schema }) => {
      checkProjectName(parent);
      const name = `${parent}/schemas/${schemaId}`;
      checkName(name, 'schemas', 'schema_id');
      const definition = checkedDefinition(schema);
      if (store.schemas.has(name)) throw alreadyExists(name);
      return commit(name, [], definition);
    }),

    GetSchema: unary(requests.viewOfSchemaRequestSchema, ({ name, view }) =>
      seen(found(name).revision, view !== 'BASIC'),
    ),

    ListSchemas: unary(requests.listSchemasRequestSchema, ({ parent, view, ...page }) => {
      checkProjectName(parent);
      const own = [...store.schemas.values()]
        .flatMap((revisions) => revisions.at(-1) ?? [])
        .filter(({ name }) => projectOf(name) === parent);
      const { page: schemas, nextPageToken } = listPage(own, ({ name }) => name, page);
      return { schemas: schemas.map((schema) => seen(schema, view === 'FULL')), nextPageToken };
    }),

    ListSchemaRevisions: unary(requests.listSchemaRevisionsRequestSchema, ({ name, view, ...page }) => {
      const { revisions } = found(name);
      // The newest first, as documented.
      const newestFirst = revisions.toReversed().map((revision, index) => ({ revision, index }));
      const placeOf = ({ index }: { index: number }): string => String(index).padStart(2, '0');
      const { page: schemas, nextPageToken } = listPage(newestFirst, placeOf, page);
      return { schemas: schemas.map(({ revision }) => seen(revision, view === 'FULL')), nextPageToken };
    }),

    CommitSchema: unary(requests.commitSchemaRequestSchema, ({ name, schema }) => {
      const { revisions } = found(name);
      return commit(name, revisions, checkedDefinition(schema));
    }),

    RollbackSchema: unary(requests.rollbackSchemaRequestSchema, ({ name, revisionId }) => {
      const { revisions } = found(name);
      return commit(name, revisions, found(`${name}@${revisionId}`).revision.definition);
    }),

    DeleteSchemaRevision: unary(requests.schemaRevisionRequestSchema, async ({ name }) => {
      if (!name.includes('@'))
        throw invalidArgument(`Invalid name given (name=${name}); expected SCHEMA@REVISION.`);
      const { revisions, revision } = found(name);
      if (revisions.length === 1) throw failedPrecondition(`${name} is the schema's only revision.`);
      const kept = revisions.filter((other) => other !== revision);
      await put(revision.name, kept);
      return kept.at(-1) ?? {};
    }),

    DeleteSchema: unary(requests.schemaRevisionRequestSchema, async ({ name }) => {
      await store.change({ record: 'schema-deleted', name: found(name).revision.name });
      return {};
    }),

    ValidateSchema: unary(requests.validateSchemaRequestSchema, ({ parent, schema }) => {
      checkProjectName(parent);
      checkedDefinition(schema);
      return {};
    }),

    ValidateMessage: async () => {
      throw unimplemented('Validating messages against a schema');
    },
  };
};

const newRevision = (name: string, definition: string): SchemaRevision => ({
  name,
  type: 'AVRO',
  definition,
  revisionId: randomBytes(4).toString('hex'),
  revisionCreateTime: timestampOf(Date.now()),
});

/** @throws PubSubError UNIMPLEMENTED for protocol buffers, INVALID_ARGUMENT for what is no Avro schema */
const checkedDefinition = (schema: { type: string; definition: string } | null): string => {
  if (schema?.type === 'PROTOCOL_BUFFER') throw unimplemented('A protocol buffer schema');
  if (schema?.type !== 'AVRO') throw invalidArgument('Invalid schema given: expected the type AVRO.');
  checkAvroDefinition(schema.definition);
  return schema.definition;
};

const seen = (revision: SchemaRevision, isFull: boolean): object =>
  isFull ? revision : { ...revision, definition: '' };
