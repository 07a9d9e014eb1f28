import { lazy, Suspense } from 'preact/compat';
import { useEffect } from 'preact/hooks';
import { useRoute } from './lib/route.ts';
import type { Session } from './lib/session.ts';
import { Password } from './pages/password.tsx';
import { Tokens } from './pages/tokens.tsx';
import { Empty, Loading, PageHead } from './ui/states.tsx';

/** What only administrators see is fetched when they look at it. */
const Users = lazy(() => import('./pages/users.tsx'));
const User = lazy(() => import('./pages/user.tsx'));
const Audit = lazy(() => import('./pages/audit.tsx'));
const Activities = lazy(() => import('./pages/activities.tsx'));
const Requests = lazy(() => import('./pages/requests.tsx'));
const Trace = lazy(() => import('./pages/trace.tsx'));
const Health = lazy(() => import('./pages/health.tsx'));

/** The page that the address names. */
export function Pages({ session }: { session: Session }) {
  const { parts, query } = useRoute();
  const [page = 'tokens', name] = parts;

  useEffect(() => scrollTo(0, 0), [parts.join('/')]);

  return (
    <Suspense fallback={<Loading rows={8} />}>
      {page === 'tokens' ? (
        <Tokens session={session} />
      ) : page === 'password' ? (
        <Password session={session} />
      ) : session.user.admin ? (
        <AdminPage page={page} name={name} query={query} session={session} />
      ) : (
        <NotHere />
      )}
    </Suspense>
  );
}

function AdminPage({
  page,
  name,
  query,
  session,
}: {
  page: string;
  name: string | undefined;
  query: URLSearchParams;
  session: Session;
}) {
  switch (page) {
    case 'users':
      return name === undefined ? <Users /> : <User email={name} session={session} />;
    case 'audit':
      return <Audit query={query} />;
    case 'activities':
      return <Activities query={query} />;
    case 'requests':
      return name === undefined ? <Requests query={query} /> : <Trace id={name} />;
    case 'health':
      return <Health />;
    default:
      return <NotHere />;
  }
}

function NotHere() {
  return (
    <>
      <PageHead title="Not found" />
      <Empty icon="warning" title="There is no such page">
        <a href="#/tokens">Go to my tokens</a>
      </Empty>
    </>
  );
}
