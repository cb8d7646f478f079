import type { ComponentChildren } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import type { Loaded } from '../data/asking/use-asked';
import { ProblemNotice } from './notice';
import { Ago } from './times';

interface ShownProps<Answer> {
  readonly of: Loaded<Answer>;
  /** What is awaited, such as `the tenants`: for the words of the waiting and the failing state. */
  readonly what: string;
  /** There will be a chart: its room is held meanwhile. */
  readonly isChart?: boolean;
  readonly children: (answer: Answer) => ComponentChildren;
}

/** After so long people are told that the server is slow. */
const slowMs = 4_000;

/** A call's answer; until there is one, that it is awaited; and what failed, beside the answer before. */
export function Shown<Answer>({
  of: { answer, answeredAt, problem, isAsking, askAgain },
  what,
  isChart,
  children,
}: ShownProps<Answer>) {
  return (
    <>
      {problem !== undefined && <ProblemNotice problem={problem} onRetry={askAgain} isRetried />}
      {problem !== undefined && answeredAt !== undefined && (
        <p class="quiet small">
          What is shown came <Ago at={new Date(answeredAt).toISOString()} />.
        </p>
      )}
      {answer !== undefined && children(answer)}
      {answer === undefined && isAsking && problem === undefined && <Waiting what={what} isChart={isChart} />}
    </>
  );
}

/** Says that something is awaited, and after some seconds that it takes long. */
export function Waiting({ what, isChart = false }: Pick<ShownProps<unknown>, 'what' | 'isChart'>) {
  const [isSlow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), slowMs);
    return () => clearTimeout(timer);
  }, []);
  return (
    <p class={isChart ? 'waiting chart' : 'waiting'} role="status">
      Loading {what} …{isSlow && ' The server takes longer than usual.'}
    </p>
  );
}
