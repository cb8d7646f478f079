import { useState } from 'preact/hooks';
import { ErrorBoundary } from 'preact-iso/lazy';
import { LocationProvider } from 'preact-iso/router';
import { shownProblem } from '../data/problems';
import { ProblemNotice } from '../ui/notice';
import { Pages } from './pages';
import { session } from './session';
import { Shell } from './shell';
import { SignIn } from './sign-in';

/** Links to the interface's own documents are the browser's: the console answers what is its own. */
const ownPages = /^\/(?!api\/|local\/)/;

export function App() {
  const [broken, setBroken] = useState<unknown>();
  if (session.value === undefined) return <SignIn />;
  return (
    <LocationProvider scope={ownPages}>
      <Shell identity={session.value.identity}>
        {broken === undefined ? (
          <ErrorBoundary onError={setBroken}>
            <Pages onLeave={() => setBroken(undefined)} />
          </ErrorBoundary>
        ) : (
          <ProblemNotice problem={shownProblem(broken)} onRetry={() => setBroken(undefined)} />
        )}
      </Shell>
    </LocationProvider>
  );
}
