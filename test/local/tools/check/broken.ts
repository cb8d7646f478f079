/**
 * A broken definition, the files beside it, and the problems to be found in it, as `line:column place:
 * message`.
 */
export interface Broken {
  readonly yaml: string;
  readonly files?: Readonly<Record<string, string | Buffer>>;
  readonly told: readonly string[];
}

export const steps = (text: string) => `description: A test\nsteps:\n${text}`;
export const sql = (text: string) => steps(`  - id: one\n    type: query\n    sql: ${text}\n`);
export const load = (more: string) =>
  steps(`  - id: one
    type: load
    format: CSV
    source_uris: [gs://files/x.csv]
    destination: { table: costs, write_disposition: WRITE_TRUNCATE }
    ${more}
`).replace('steps:', 'sources: [gs://files/]\nsteps:');
export const made = `  - id: made
    type: query
    sql: SELECT 1 AS id, 'a' AS name
    destination: { table: numbers, write_disposition: WRITE_TRUNCATE }
`;
export const check = (text: string) =>
  steps(
    `${made}  - id: two\n    type: quality\n    needs: [made]\n    table: numbers\n    checks:\n      - ${text}\n`,
  );
export const oneSelect = 'expected one SELECT: a step writes through its destination only.';
export const ownOrSources = "expected the tenant's own tables or the definition's sources (none).";
export const plainOnly = "expected plain tables and GoogleSQL's own functions only.";
