import { shownFault } from '../data/problems';
import { ProblemNotice } from '../ui/notice';
import { Page } from '../ui/page';

export function NotFoundPage() {
  return (
    <Page title="There is no such page">
      <p>
        The address may be mistyped, or what it named is gone. <a href="/">Back to the start</a>
      </p>
    </Page>
  );
}

/** In place of a page of somebody else, such as after signing in as another. */
export function NotYoursPage() {
  return (
    <Page title="This page is not yours">
      <p>
        It belongs to operators, or to another tenant. <a href="/">To your own pages</a>, or sign out, and in
        with a key that may see it.
      </p>
    </Page>
  );
}

interface BrokenPageProps {
  readonly error: unknown;
  readonly onRetry: () => void;
}

/** In place of a page that could not be shown. */
export function BrokenPage({ error, onRetry }: BrokenPageProps) {
  return (
    <Page title="This page cannot be shown">
      <ProblemNotice problem={shownFault(error)} onRetry={onRetry} />
    </Page>
  );
}
