import { count, percent } from '../format/numbers';
import type { PipelineFigures } from './catalogue';

/** Which part of the runs completed; how many failed beside it, so that colour is not all that tells. */
export function SuccessRate({ figures }: { readonly figures: PipelineFigures | null }) {
  if (figures === null || figures.success_rate === null) return <span class="quiet">–</span>;
  const { success_rate, completed, failed, cancelled } = figures;
  const kind = failed === 0 ? 'good' : success_rate < 0.9 ? 'bad' : 'warns';
  return (
    <span
      class={`rate ${kind}`}
      title={`${count(completed)} completed, ${count(failed)} failed, ${count(cancelled)} cancelled`}
    >
      {failed > 0 && success_rate > 0.99 ? '> 99 %' : percent(success_rate)}
      {failed > 0 && <span class="quiet"> · {count(failed)} failed</span>}
    </span>
  );
}
