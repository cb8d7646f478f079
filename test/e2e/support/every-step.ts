/** A pipeline with a step of every kind. What a step does, it would do twice if it ran twice: rows are added, not replaced. */
export const everyStep = 'test/example/every_step';
export const eventTopic = 'numbers-ready';
export const numbersFile = { path: 'numbers/in.csv', text: '1,one\n2,two\n3,three\n' };

/** What the API answers that the http step asks. */
export const apiNumbers = '[{"n":4,"word":"four"}]';

/** The file that the export step writes. */
export const exportedFile = (tenantId: string) => `numbers/${tenantId}/out.csv`;

const retry = '{ max_attempts: 1 }';

export const everyStepDefinition = (apiHost: string) => `
description: For tests.
timeout_seconds: 60
sources: [gs://numbers/]
steps:
  - id: load
    type: load
    source_uris: [gs://${numbersFile.path}]
    format: CSV
    schema: [{ name: n, type: INT64 }, { name: word, type: STRING }]
    destination: { table: numbers, write_disposition: WRITE_APPEND }
    retry: ${retry}
  - id: fetch
    type: http
    needs: [load]
    url: https://${apiHost}/numbers
    format: JSON
    schema: [{ name: n, type: INT64 }, { name: word, type: STRING }]
    destination: { table: numbers, write_disposition: WRITE_APPEND }
    retry: ${retry}
  - id: append
    type: query
    needs: [fetch]
    sql: SELECT n * 10 AS n, word FROM numbers
    destination: { table: products, write_disposition: WRITE_APPEND }
    retry: ${retry}
  - id: merge
    type: query
    needs: [append]
    sql: SELECT MAX(n) + 1 AS n, 'new' AS word FROM numbers UNION ALL SELECT 1, 'uno'
    destination: { table: numbers, write_disposition: MERGE, merge_keys: [n] }
    retry: ${retry}
  - id: check
    type: quality
    needs: [merge]
    table: products
    checks:
      - { name: four_rows, type: row_count, min: 4, max: 4 }
      - { name: few_rows, type: row_count, max: 3, severity: warn }
    retry: ${retry}
  - id: export
    type: export
    needs: [check]
    sql: SELECT n, word FROM products ORDER BY n
    destination_uri: gs://numbers/{tenant_id}/out.csv
    format: CSV
    retry: ${retry}
  - id: notify
    type: notify
    needs: [export]
    topic: ${eventTopic}
    retry: ${retry}
  - id: after
    type: query
    needs: [notify]
    sql: SELECT 0 AS n, 'after' AS word
    destination: { table: endings, write_disposition: WRITE_APPEND }
    retry: ${retry}
`;
