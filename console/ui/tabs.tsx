import { useLocation } from 'preact-iso/router';

interface TabsProps {
  readonly label: string;
  readonly tabs: readonly { readonly text: string; readonly href: string }[];
}

/** Links to pages that belong together; the one that is open is marked. */
export function Tabs({ label, tabs }: TabsProps) {
  const { path } = useLocation();
  return (
    <nav class="tabs" aria-label={label}>
      {tabs.map(({ text, href }) => (
        <a key={href} href={href} aria-current={path === href ? 'page' : undefined}>
          {text}
        </a>
      ))}
    </nav>
  );
}
