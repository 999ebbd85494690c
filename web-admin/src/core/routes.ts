/** Every address of the panel. Pages live behind `#`, so any static host can serve it and links survive a reload. */
export type PageName =
  | 'users'
  | 'cards'
  | 'sessions'
  | 'payments'
  | 'batches'
  | 'packages'
  | 'agents'
  | 'documents'
  | 'stripe-events'
  | 'audit'
  | 'admins';

export const paths = {
  overview: '/',
  live: '/live',
  settings: '/settings',
} as const;

export const listPath = (page: PageName, filter?: Readonly<Record<string, unknown>>): string =>
  filter === undefined
    ? `/${page}`
    : `/${page}?${new URLSearchParams({ filter: JSON.stringify(filter) })}`;

export const recordPath = (page: PageName, id: string | number): string =>
  `/${page}/${encodeURIComponent(id)}/show`;

/** Where the row of an audit entry is shown, by its table; undefined when it has no page. */
export const subjectPath = (table: string, id: string): string | undefined => {
  if (table === 'settings') return paths.settings;
  const page = PAGE_OF_TABLE[table];
  return page === undefined ? undefined : recordPath(page, id);
};

const PAGE_OF_TABLE: Readonly<Record<string, PageName>> = {
  profiles: 'users',
  admins: 'users',
  time_cards: 'cards',
  voice_sessions: 'sessions',
  payments: 'payments',
  code_batches: 'batches',
  packages: 'packages',
  agent_types: 'agents',
  agent_prompts: 'agents',
  knowledge_documents: 'documents',
  stripe_events: 'stripe-events',
};
