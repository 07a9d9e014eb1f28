import { useEffect, useState } from 'preact/hooks';
import { onSessionOver } from './lib/api.ts';
import { readVisit, type Visit } from './lib/session.ts';
import { SignIn } from './pages/sign-in.tsx';
import { Pages } from './pages.tsx';
import { Shell } from './shell.tsx';
import { Failure } from './ui/states.tsx';
import { Toasts } from './ui/toasts.tsx';

/** Who is there, and what they see: the sign-in, or the console around a page. */
export function App() {
  const [visit, setVisit] = useState<Visit>();
  const [error, setError] = useState<unknown>();
  const [notice, setNotice] = useState<string>();

  function look(): void {
    setError(undefined);
    readVisit().then(setVisit, setError);
  }
  function leave(why: string | undefined): void {
    setNotice(why);
    setVisit((old) => old && { ...old, session: null });
  }

  useEffect(() => {
    look();
    onSessionOver(() => leave('Your session has ended. Sign in again to go on where you were.'));
    // A page that comes back out of the browser's memory may show what its reader may not see any more.
    const again = (event: PageTransitionEvent) => {
      if (event.persisted) look();
    };
    addEventListener('pageshow', again);
    return () => removeEventListener('pageshow', again);
  }, []);

  if (error !== undefined) {
    return (
      <main class="lonely">
        <Failure error={error} retry={look} />
      </main>
    );
  }
  if (visit === undefined) return null;
  return (
    <>
      {visit.session === null ? (
        <SignIn installation={visit.installation_name} notice={notice} onDone={look} />
      ) : (
        <Shell
          session={visit.session}
          installation={visit.installation_name}
          onSignedOut={() => leave('You are signed out.')}
        >
          <Pages session={visit.session} />
        </Shell>
      )}
      <Toasts />
    </>
  );
}
