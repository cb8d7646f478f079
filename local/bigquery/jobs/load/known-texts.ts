import type { Field } from '../../model';
import type { ConvertText } from '../../store/values/json-rows';
import type { Converted } from '../../store/values/scalars';

/** Makes cells of the texts of one column. */
export type TextReader = (text: string) => Converted;

const mostKnown = 1000;
const longestKnown = 1000;
/** After this many unknown texts in a row, the column's values are taken not to repeat. */
const strangersInRow = 1000;

/**
 * Files to load repeat themselves: names, units, days. Per column, the first different texts are remembered
 * with their cells, so that each is converted once and all rows share one cell.
 */
export function createReader(field: Field, convert: ConvertText): TextReader {
  const known = new Map<string, Converted>();
  let strangers = 0;
  return (text) => {
    if (strangers > strangersInRow || text.length > longestKnown) return convert(text, field);
    const found = known.get(text);
    if (found !== undefined) {
      strangers = 0;
      return found;
    }
    const converted = convert(text, field);
    if (known.size < mostKnown) known.set(text, converted);
    else if (++strangers > strangersInRow) known.clear();
    return converted;
  };
}
