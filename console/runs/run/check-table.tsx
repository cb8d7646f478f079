import type { Run } from '../../../client';
import { count } from '../../format/numbers';
import { Status } from '../../ui/status';
import { type Column, Table } from '../../ui/table';

type Check = Run['checks'][number];

interface CheckTableProps {
  readonly caption: string;
  readonly checks: readonly Check[];
}

/** Checks of data quality: what was expected and what was found. Those that did not pass come first. */
export function CheckTable({ caption, checks }: CheckTableProps) {
  const hasMessages = checks.some((check) => messageOf(check) !== null);
  return (
    <Table
      caption={caption}
      columns={hasMessages ? [...columns, told] : columns}
      rows={failedFirst(checks)}
      keyOf={({ step_id, check_name }) => `${step_id}/${check_name}`}
      empty="No check has been made yet."
    />
  );
}

const rank = ({ passed, severity }: Check): number =>
  passed === true ? 3 : passed === null ? 2 : severity === 'error' ? 0 : 1;

export const failedFirst = (checks: readonly Check[]): readonly Check[] =>
  [...checks].sort((a, b) => rank(a) - rank(b));

const wordOf = ({ passed, severity }: Check): string =>
  passed === null ? 'not known' : passed ? 'passed' : severity === 'error' ? 'failed' : 'warning';

const columns: readonly Column<Check>[] = [
  { title: 'Result', cell: (check) => <Status word={wordOf(check)} /> },
  {
    title: 'Check',
    cell: ({ check_name, type }) => (
      <>
        {check_name} <span class="quiet">{type}</span>
      </>
    ),
  },
  { title: 'Expected', cell: ({ expected }) => <code class="wraps">{expected ?? '–'}</code> },
  { title: 'Observed', cell: ({ observed }) => <code class="wraps">{observed ?? '–'}</code> },
  {
    title: 'Failing rows',
    isNumber: true,
    cell: ({ failing_rows }) => (failing_rows === null ? '–' : count(failing_rows)),
  },
];

/** Of a check that passed it says again what the columns say. */
const messageOf = ({ passed, message }: Check): string | null => (passed === true ? null : message);

const told: Column<Check> = {
  title: 'Message',
  cell: (check) => messageOf(check) !== null && <div class="remarks">{messageOf(check)}</div>,
};
