import type { ComponentChildren } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';
import { go, href, useRoute } from './lib/route.ts';
import { type Session, signOut } from './lib/session.ts';
import { keepTheme, readTheme, THEMES, type Theme } from './lib/theme.ts';
import { Brand } from './ui/brand.tsx';
import { Icon, type IconName } from './ui/icon.tsx';
import { Menu } from './ui/menu.tsx';
import { tellFailure } from './ui/toasts.tsx';

interface Place {
  readonly page: string;
  readonly label: string;
  readonly icon: IconName;
}

const OWN: readonly Place[] = [
  { page: 'tokens', label: 'My tokens', icon: 'key' },
  { page: 'password', label: 'Password', icon: 'lock' },
];
const ADMINISTRATION: readonly Place[] = [
  { page: 'users', label: 'Users', icon: 'people' },
  { page: 'activities', label: 'Activities', icon: 'chart' },
  { page: 'audit', label: 'Audit trail', icon: 'list' },
  { page: 'health', label: 'Service health', icon: 'pulse' },
];

/** What stays around the pages: where one is, where one can go, who one is. */
export function Shell({
  session,
  installation,
  onSignedOut,
  children,
}: {
  session: Session;
  installation: string;
  onSignedOut: () => void;
  children: ComponentChildren;
}) {
  const { parts } = useRoute();
  const page = parts[0] === 'requests' ? 'activities' : (parts[0] ?? 'tokens');
  const nav = useRef<HTMLElement>(null);
  // On a phone the pages stand in a row that is wider than the screen.
  useEffect(() => {
    const current = nav.current?.querySelector<HTMLElement>('[aria-current]');
    nav.current?.scrollTo({ left: (current?.offsetLeft ?? 0) - 80 });
  }, [page]);
  const leave = () =>
    signOut().then(onSignedOut, (error) => tellFailure('You could not be signed out', error));

  return (
    <div class="shell">
      <button type="button" class="skip" onClick={() => document.getElementById('main')?.focus()}>
        Skip to content
      </button>
      <header class="bar">
        <Brand installation={installation} />
        <div class="bar-acts">
          <ThemeSwitch />
          <Menu
            label={`Account: ${session.user.email}`}
            class="button quiet account"
            items={[
              { label: 'My tokens', act: () => go(['tokens']) },
              { label: 'Change password', act: () => go(['password']) },
              { label: 'Sign out', act: leave },
            ]}
          >
            <Icon name="user" />
            <span class="account-name">{session.user.email}</span>
          </Menu>
        </div>
      </header>
      <nav ref={nav} class="nav" aria-label="Pages">
        <Places places={OWN} page={page} />
        {session.user.admin && <Places title="Administration" places={ADMINISTRATION} page={page} />}
      </nav>
      <main id="main" class="main" tabIndex={-1}>
        {children}
      </main>
    </div>
  );
}

function Places({ title, places, page }: { title?: string; places: readonly Place[]; page: string }) {
  return (
    <div class="nav-group">
      {title !== undefined && <p class="nav-title">{title}</p>}
      <ul>
        {places.map((place) => (
          <li key={place.page}>
            <a
              class="nav-link"
              href={href([place.page])}
              {...(place.page === page ? { 'aria-current': 'page' } : {})}
            >
              <Icon name={place.icon} />
              {place.label}
            </a>
          </li>
        ))}
      </ul>
    </div>
  );
}

const THEME_NAMES: Record<Theme, string> = { system: 'Auto', light: 'Light', dark: 'Dark' };

function ThemeSwitch() {
  const [theme, setTheme] = useState(readTheme());
  return (
    <fieldset class="switch">
      <legend class="visually-hidden">Colours</legend>
      {THEMES.map((one) => (
        <label key={one} class="switch-option">
          <input
            type="radio"
            name="theme"
            checked={theme === one}
            onChange={() => {
              setTheme(one);
              keepTheme(one);
            }}
          />
          <span>{THEME_NAMES[one]}</span>
        </label>
      ))}
    </fieldset>
  );
}
