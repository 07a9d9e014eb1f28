import { useEffect, useRef } from 'preact/hooks';
import { useRoute } from './lib/route.ts';
import type { Session } from './lib/session.ts';
import { Password } from './pages/password.tsx';
import { Tokens } from './pages/tokens.tsx';
import { Empty } from './ui/states.tsx';

/** The page that the address names. */
export function Pages({ session }: { session: Session }) {
  const { parts } = useRoute();
  const [page = 'tokens'] = parts;
  const isFirst = useRef(true);

  // A new page is announced by its heading, as a browser does by loading it; the first one by the browser itself.
  useEffect(() => {
    const heading = document.querySelector<HTMLElement>('main h1');
    document.title = `${heading?.textContent ?? 'Guardbee'} · Guardbee`;
    if (!isFirst.current) heading?.focus({ preventScroll: true });
    isFirst.current = false;
    scrollTo(0, 0);
  }, [parts.join('/')]);

  if (page === 'tokens') return <Tokens session={session} />;
  if (page === 'password') return <Password session={session} />;
  return <NotHere />;
}

function NotHere() {
  return (
    <>
      <h1 class="visually-hidden">Not found</h1>
      <Empty icon="warning" title="There is no such page">
        <a href="#/tokens">Go to my tokens</a>
      </Empty>
    </>
  );
}
