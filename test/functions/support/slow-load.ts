import { schemasWith } from './backends';

/** A pipeline whose step takes as long as the server's load jobs. Each time it takes effect it appends two rows. */
export const slowLoad = 'test/example/slow_load';

const definition = `
description: For tests.
timeout_seconds: 60
sources: [gs://bucket/]
steps:
  - id: load
    type: load
    source_uris: [gs://bucket/numbers.csv]
    format: CSV
    schema:
      - { name: n, type: INT64 }
    destination: { table: numbers, write_disposition: WRITE_APPEND }
    retry: { max_attempts: 1, initial_backoff_seconds: 0, max_backoff_seconds: 0 }
`;

export const numbers = { path: 'bucket/numbers.csv', text: '1\n2\n' };
export const slowLoadSchemas = () => schemasWith({ [slowLoad]: definition });
