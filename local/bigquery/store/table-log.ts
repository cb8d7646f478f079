import { z } from 'zod';
import type { Cell, Field, Row } from '../model';
import { editedRows, rowEdits } from './row-edits';
import { tableOptionsSchema } from './schema/rest-schema';
import { applyChange, type RowChange, type TableDefinition, type TableState } from './table-state';

/**
 * A table's file is a log of its commits: one row a line (a JSON array), and behind a commit's rows a line
 * that makes them count (a JSON object, with the number of rows it covers). A commit whose last line is
 * missing or torn never happened. Schema and rows are in the same file, so that they cannot come apart; so is
 * the id of the job that made a commit, so that the effect of a job and the fact that it took place are one
 * write.
 */
const changeKind = z.enum(['create', 'append', 'replace', 'alter']);

const place = z.number().int().nonnegative();

const commitSchema = z.object({
  /** `edit`: rows were replaced, and most of them stayed. */
  commit: z.enum([...changeKind.options, 'edit']),
  /** Rows of this commit: that many of the lines before it. */
  rows: z.number().int().nonnegative(),
  time: z.number(),
  job: z.string().optional(),
  edits: z.array(z.tuple([place, place, place])).optional(),
  schema: z.array(z.custom<Field>(isField)).optional(),
  options: tableOptionsSchema.optional(),
  creationTime: z.number().optional(),
  definedTime: z.number().optional(),
  /** In a log that was rewritten: the jobs whose commits were in the old one. */
  jobs: z.array(z.object({ job: z.string(), kind: changeKind, rows: z.number() })).optional(),
});

type Commit = z.infer<typeof commitSchema>;

/** The lines that commit a change to a table whose state is `after` from then on. */
export function encodeChange(
  change: RowChange,
  before: TableState | undefined,
  after: TableState,
  job: string | undefined,
): { readonly text: string; readonly isEdit: boolean } {
  const { schema, options, definedTime } = after.definition;
  // With another schema the rows that stay have another form, too.
  const isPlain = change.kind === 'replace' && change.schema === undefined;
  const edit = isPlain && before && rowEdits(before.rows.toArray(), change.rows);
  const rows = edit ? edit.added : (change.rows ?? []);
  const commit: Commit = {
    commit: edit ? 'edit' : change.kind,
    rows: rows.length,
    time: after.modifiedTime,
    ...(job !== undefined && { job }),
    ...(edit && { edits: edit.edits.map(([from, kept, added]) => [from, kept, added]) }),
    ...(change.schema !== undefined && { schema: [...schema], definedTime }),
    ...(change.kind === 'alter' && { options: { ...options } }),
  };
  return { text: [...encode(rows, commit)].join(''), isEdit: Boolean(edit) };
}

/** How many edits a log has after another commit. */
export function editsOf(before: TableState | undefined, isEdit: boolean): number {
  return (before?.logEdits ?? 0) + (isEdit ? 1 : 0);
}

const sampledRows = 20;

/** About how many characters `encodeState` would write; told by some of the rows. */
export function stateLength({ rows }: TableState): number {
  const all = rows.toArray();
  const step = Math.max(1, Math.floor(all.length / sampledRows));
  const sample: Row[] = [];
  for (let index = 0; index < all.length; index += step) sample.push(all[index] ?? []);
  const length = sample.reduce((sum, row) => sum + JSON.stringify(row).length + 1, 0);
  return (length / Math.max(1, sample.length)) * all.length;
}

/** A whole log for a state: what `encodeChange` wrote over time, in one commit. In pieces, to be joined. */
export function encodeState(state: TableState): Iterable<string> {
  const { schema, options, creationTime, definedTime } = state.definition;
  return encode(state.rows.toArray(), {
    commit: 'create',
    rows: state.rows.length,
    time: state.modifiedTime,
    schema: [...schema],
    options: { ...options },
    creationTime,
    definedTime,
    jobs: [...state.jobs],
  });
}

const pieceLength = 1_000_000;

function* encode(rows: readonly Row[], commit: Commit): Generator<string> {
  let text = '';
  for (const row of rows) {
    text += `${JSON.stringify(row)}\n`;
    if (text.length < pieceLength) continue;
    yield text;
    text = '';
  }
  yield `${text}${JSON.stringify(commit)}\n`;
}

/** A line in the middle of a log cannot be understood. */
export class LogDamage extends Error {
  constructor(readonly byte: number) {
    super(`the log is damaged near byte ${byte}`);
  }
}

/**
 * The state that a log's commits add up to; what follows the last whole commit is left out (it was never
 * acknowledged).
 * @throws LogDamage where a commit in the middle cannot be read: that is damage, not a torn write.
 */
export function replay(log: Buffer): TableState | undefined {
  let state: TableState | undefined;
  let pending: Row[] = [];
  let damagedAt: number | undefined;
  for (let start = 0; start < log.length; ) {
    const end = log.indexOf(10, start);
    if (end === -1) break;
    const line = parseLine(log.toString('utf8', start, end));
    if (isRow(line)) {
      pending.push(line);
    } else {
      const commit = commitSchema.safeParse(line).data;
      if (commit !== undefined && damagedAt === undefined && commit.rows === pending.length) {
        const logEdits = editsOf(state, commit.commit === 'edit');
        state = { ...apply(state, commit, pending), logSize: end + 1, logEdits };
        pending = [];
      } else if (commit !== undefined) {
        throw new LogDamage(damagedAt ?? start);
      } else {
        damagedAt ??= start;
      }
    }
    start = end + 1;
  }
  return state;
}

function apply(state: TableState | undefined, commit: Commit, rows: readonly Row[]): TableState {
  const next = applyChange(state, changeOf(state, commit, rows), commit.time, commit.job);
  const definition: TableDefinition = {
    ...next.definition,
    creationTime: commit.creationTime ?? next.definition.creationTime,
    definedTime: commit.definedTime ?? next.definition.definedTime,
  };
  return { ...next, definition, jobs: commit.jobs ?? next.jobs };
}

function changeOf(state: TableState | undefined, commit: Commit, rows: readonly Row[]): RowChange {
  const { schema = [], options = {}, edits = [] } = commit;
  if (commit.commit === 'edit')
    return { kind: 'replace', rows: editedRows(state?.rows.toArray() ?? [], edits, rows) };
  if (commit.commit === 'create') return { kind: 'create', schema, options, rows };
  if (commit.commit === 'alter') return { kind: 'alter', schema, options, ...(rows.length > 0 && { rows }) };
  return { kind: commit.commit, rows, ...(commit.schema !== undefined && { schema }) };
}

function parseLine(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function isRow(value: unknown): value is Row {
  return Array.isArray(value) && value.every(isCell);
}

function isCell(value: unknown): value is Cell {
  return typeof value === 'string' || value === null || isRow(value);
}

function isField(value: unknown): value is Field {
  return z.object({ name: z.string(), type: z.string(), mode: z.string() }).safeParse(value).success;
}
