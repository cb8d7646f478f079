import { LocationProvider } from 'preact-iso/router';
import { Pages } from './pages';
import { session } from './session';
import { Shell } from './shell';
import { SignIn } from './sign-in';

/** Links to the interface's own documents are the browser's: the console answers what is its own. */
const ownPages = /^\/(?!api\/|local\/)/;

export function App() {
  if (session.value === undefined) return <SignIn />;
  return (
    <LocationProvider scope={ownPages}>
      <Shell identity={session.value.identity}>
        <Pages />
      </Shell>
    </LocationProvider>
  );
}
