import { useEffect, useState } from 'preact/hooks';
import { useAction } from '../data/use-action';
import { Checkbox, Choice, Field } from '../ui/field';
import { Form } from '../ui/form';
import { Notice } from '../ui/notice';
import { needsNoKey, notSignedIn, resumeSession, signIn } from './session';

/** Asks for a key. The address stays, so that whoever was sent out comes back to where it was. */
export function SignIn() {
  const [kind, setKind] = useState<'tenant' | 'admin'>('tenant');
  const [key, setKey] = useState('');
  const [isKept, setKept] = useState(false);
  const action = useAction(() => signIn({ kind, key: key.trim() }, isKept));
  useEffect(() => {
    document.title = 'Sign in · tenant-pipelines';
  }, []);
  return (
    <main class="sign-in">
      <h1>tenant-pipelines</h1>
      {notSignedIn.value !== undefined && (
        <Notice kind="warning" title={notSignedIn.value.title}>
          <p>{notSignedIn.value.detail}</p>
          {notSignedIn.value.isPassing && (
            <button type="button" onClick={() => void resumeSession()}>
              Try again
            </button>
          )}
        </Notice>
      )}
      <Form action={action} submit="Sign in" busy="Signing in …" isDisabled={key.trim() === ''}>
        <Choice
          label="Sign in with"
          value={kind}
          onChange={(value) => setKind(value === 'admin' ? 'admin' : 'tenant')}
          options={[
            { value: 'tenant', text: 'A tenant’s API key' },
            { value: 'admin', text: 'The deployment’s admin key' },
          ]}
        />
        <Field
          label={kind === 'admin' ? 'Admin key' : 'API key'}
          type="password"
          autoComplete="off"
          value={key}
          onChange={setKey}
          hint="It is kept in this tab’s memory, and sent to this deployment only."
          isRequired
        />
        <Checkbox
          label="Keep it until this tab is closed"
          hint="Else a reload asks for it again."
          isChecked={isKept}
          onChange={setKept}
        />
      </Form>
      {needsNoKey.value && (
        <button type="button" onClick={() => void resumeSession()}>
          Go on as admin, without a key
        </button>
      )}
    </main>
  );
}
