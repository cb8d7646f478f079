import { useEffect, useRef } from 'preact/hooks';
import { theme } from '../app/theme';
import { ScrollFrame } from '../ui/scroll-frame';
import { type Drawing, heightRem, startDrawing } from './chart-plot';
import { type ChartProps, pointTime } from './chart-values';

/** Values over time, drawn; the same as a table for those who would rather read. */
export function Chart(props: ChartProps) {
  const { label, at, series, format, isDaily = false } = props;
  const place = useRef<HTMLDivElement>(null);
  const drawing = useRef<Drawing | null>(null);
  const shownTheme = theme.value;
  const shown = useRef(props);
  shown.current = props;

  useEffect(() => {
    const element = place.current;
    if (element === null) return;
    let isGone = false;
    const media = matchMedia('(prefers-color-scheme: dark)');
    const observer = new ResizeObserver(() => drawing.current?.resize(element.clientWidth));
    const recolour = () => drawing.current?.draw(shown.current, element.clientWidth);
    // The drawing library is loaded with the first chart that is shown.
    import('uplot').then(
      ({ default: Plot }) => {
        if (isGone) return;
        drawing.current = startDrawing(Plot, element);
        recolour();
        observer.observe(element);
      },
      () => {
        // The table below says the same.
        if (!isGone) element.textContent = 'The drawing could not be loaded. Reload the page for it.';
      },
    );
    media.addEventListener('change', recolour);
    return () => {
      isGone = true;
      media.removeEventListener('change', recolour);
      observer.disconnect();
      drawing.current?.end();
      drawing.current = null;
    };
  }, []);
  // What is drawn follows from the values, not from the functions beside them.
  useEffect(() => {
    if (place.current !== null) drawing.current?.draw(props, place.current.clientWidth);
  }, [JSON.stringify([at, series, props.limit]), shownTheme]);

  return (
    <figure class="chart">
      <div ref={place} class="chart-place" style={{ minBlockSize: `${heightRem}rem` }} aria-hidden="true" />
      <details>
        <summary>{label}, as a table</summary>
        <ScrollFrame label={label}>
          <table>
            <thead>
              <tr>
                <th scope="col">{isDaily ? 'Day (UTC)' : 'Time'}</th>
                {series.map(({ name }) => (
                  <th key={name} scope="col" class="number">
                    {name}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {at.map((seconds, index) => (
                <tr key={seconds}>
                  <td>{pointTime(seconds, isDaily)}</td>
                  {series.map(({ name, values }) => {
                    const value = values[index];
                    return (
                      <td key={name} class="number">
                        {value == null ? '–' : format(value)}
                      </td>
                    );
                  })}
                </tr>
              ))}
            </tbody>
          </table>
        </ScrollFrame>
      </details>
    </figure>
  );
}
