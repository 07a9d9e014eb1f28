/** The few pictures there are, on a grid of 24. They say nothing that the words beside them don't say. */
const PATHS = {
  key: 'M3 16a5 5 0 1 0 10 0 5 5 0 1 0-10 0M11.5 12.5 20 4M16 8l3 3',
  lock: 'M6 11h12v9H6zM8.5 11V8a3.5 3.5 0 0 1 7 0v3',
  people:
    'M9 11a3.5 3.5 0 1 0 0-7 3.5 3.5 0 0 0 0 7zM2.5 20c.5-4 3-6 6.5-6s6 2 6.5 6M16 4.3a3.5 3.5 0 0 1 0 6.4M18 14.4c2 .8 3.2 2.6 3.5 5.6',
  list: 'M8 6h12M8 12h12M8 18h12M4 6h.01M4 12h.01M4 18h.01',
  chart: 'M4 20h16M7 16v-5M12 16V5M17 16V9',
  pulse: 'M3 12h4l2.5-7 4.5 14 2.5-7H21',
  more: 'M6 12h.01M12 12h.01M18 12h.01',
  copy: 'M9 9h10v11H9zM15 9V4H5v11h4',
  check: 'M5 12.5l4.5 4.5L19 7',
  close: 'M6 6l12 12M18 6L6 18',
  plus: 'M12 5v14M5 12h14',
  warning: 'M12 4l9 16H3zM12 10v4.5M12 17.3h.01',
  chevron: 'M9 6l6 6-6 6',
  down: 'M12 4v11m-4.5-4.5L12 15l4.5-4.5M5 20h14',
  refresh: 'M19 12a7 7 0 1 1-2-5l2 2M19 4v5h-5',
  user: 'M12 12a4 4 0 1 0 0-8 4 4 0 0 0 0 8zM4.5 21c.6-4.5 3.4-6.5 7.5-6.5s6.9 2 7.5 6.5',
} as const;

export type IconName = keyof typeof PATHS;

export function Icon({ name }: { name: IconName }) {
  return (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path d={PATHS[name]} />
    </svg>
  );
}
