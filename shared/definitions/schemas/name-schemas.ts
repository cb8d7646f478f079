import { z } from 'zod';

/** Some text, without blanks around it. */
export const textSchema = z.string().trim().min(1, 'expected some text');

/** Ids of steps and checks. They become parts of job ids, labels and URLs. */
export const identifierSchema = z.string().regex(/^[a-z0-9_]{1,64}$/, 'expected 1 to 64 of a-z, 0-9 and _');

/**
 * No leading underscore: such names are left to the parameters that the engine adds to a quality step's SQL.
 */
export const parameterNameSchema = z
  .string()
  .regex(/^[a-z][a-z0-9_]{0,63}$/, 'expected a parameter name: a-z, 0-9 and _, starting with a letter');

export const tableNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_]{1,1024}$/, 'expected a table name: letters, digits and _');

/**
 * Names of columns and fields that BigQuery accepts unquoted. Its flexible column names are left out on
 * purpose.
 */
export const columnNameSchema = z
  .string()
  .regex(
    /^[A-Za-z_][A-Za-z0-9_]{0,299}$/,
    'expected a column name: letters, digits and _, not starting with a digit',
  );

export const fileNameSchema = z
  .string()
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]{0,127}$/, 'expected the name of a file beside the definition');

/** Names of Pub/Sub topics: https://cloud.google.com/pubsub/docs/pubsub-basics#resource_names */
export const topicNameSchema = z
  .string()
  .regex(
    /^(?!goog)[A-Za-z][A-Za-z0-9._~%+-]{2,254}$/,
    "expected a topic's name: 3 to 255 letters, digits and ._~%+-, starting with a letter, not with goog",
  );
