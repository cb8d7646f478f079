import { Page } from '../ui/page';

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
