import { useErrorBoundary } from 'preact/hooks';
import { LocationProvider } from 'preact-iso/router';
import { BrokenPage } from './other-pages';
import { Pages } from './pages';
import { session } from './session';
import { Shell } from './shell';
import { SignIn } from './sign-in';

/** Links to the interface's own documents are the browser's: the console answers what is its own. */
const ownPages = /^\/(?!api\/|local\/)/;

/** What breaks outside of the pages leaves no empty window: it says so, and can be tried again. */
export function App() {
  const [broken, retry] = useErrorBoundary();
  if (broken !== undefined)
    return (
      <main>
        <BrokenPage error={broken} onRetry={retry} />
      </main>
    );
  if (session.value === undefined) return <SignIn />;
  return (
    <LocationProvider scope={ownPages}>
      <Shell identity={session.value.identity}>
        <Pages />
      </Shell>
    </LocationProvider>
  );
}
