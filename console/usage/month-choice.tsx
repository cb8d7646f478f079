import { useFilters } from '../data/use-filters';
import { monthOf } from '../format/times';
import { Choice } from '../ui/field';
import { lastMonths } from './usage-rows';

/** The month that the address names; this one unless it does. */
export function useMonth(): string {
  const { query } = useFilters();
  const { month = '' } = query;
  return /^\d{4}-\d{2}$/.test(month) ? month : monthOf(Date.now());
}

export function MonthChoice() {
  const { change } = useFilters();
  const month = useMonth();
  const offered = lastMonths(Date.now(), 13);
  const months = offered.includes(month) ? offered : [month, ...offered];
  return (
    <Choice
      label="Month (UTC)"
      value={month}
      onChange={(value) => change({ month: value })}
      options={months.map((value) => ({ value, text: value }))}
    />
  );
}
