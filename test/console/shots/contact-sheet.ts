export interface Shot {
  readonly page: string;
  /** Like `light 1280`. */
  readonly variant: string;
  readonly file: string;
  /** What is wrong with the page: errors, what axe-core finds, and what is wider than the window. */
  readonly problems: readonly string[];
}

const escaped = (text: string): string =>
  text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('"', '&quot;');

/** A page to look at all shots: a row a page, a column a variant. */
export function contactSheet(shots: readonly Shot[], variants: readonly string[]): string {
  const pages = [...new Set(shots.map(({ page }) => page))];
  const cell = (page: string, variant: string): string => {
    const shot = shots.find((each) => each.page === page && each.variant === variant);
    if (shot === undefined) return '<td></td>';
    const problems = shot.problems.map((problem) => `<li>${escaped(problem)}</li>`).join('');
    return `<td><a href="${shot.file}"><img src="${shot.file}" alt="${page}, ${variant}" loading="lazy"></a><ul>${problems}</ul></td>`;
  };
  const rows = pages.map(
    (page) =>
      `<tr id="${page}"><th><a href="#${page}">${page}</a></th>${variants.map((variant) => cell(page, variant)).join('')}</tr>`,
  );
  return `<!doctype html>
<meta charset="utf-8">
<title>Pages of the console</title>
<style>
  body { font: 14px system-ui; margin: 1rem; background: #888; }
  th, td { vertical-align: top; text-align: left; padding: .5rem; }
  img { max-height: 60rem; max-width: 40rem; background: #fff; }
  li { color: #600; max-width: 40rem; overflow-wrap: anywhere; }
</style>
<table>
<tr><th></th>${variants.map((variant) => `<th>${variant}</th>`).join('')}</tr>
${rows.join('\n')}
</table>
`;
}
