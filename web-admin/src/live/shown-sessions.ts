/** An open session as the database sees it at the moment of its answer. */
export interface LiveSession {
  id: string;
  status: 'pending' | 'active';
  user_id: string;
  user_email: string;
  user_name: string | null;
  agent_type_id: string;
  agent_type_name: string;
  created_at: string;
  started_at: string | null;
  last_heartbeat_at: string | null;
  end_requested_at: string | null;
  /** Seconds of talk. */
  talked_seconds: number;
  /** What is left to talk, in seconds. */
  remaining_seconds: number;
  is_low: boolean;
  /** Nothing more will be granted unless time is bought. */
  is_final: boolean;
  /** Two beats are overdue. */
  is_silent: boolean;
}

/** A session on the page: an open one, or one that was there before and is over now. */
export type ShownSession = LiveSession & {
  isOver: boolean;
  /** If they have talked from then on, this is what they have talked; by the browser's monotonic clock, in ms. */
  talkedFrom: number;
  /** If they talk on until then, nothing is left; by the same clock. */
  runsOutAt: number;
};

const KEPT_OVER = 20;
const SECOND_MS = 1_000;

/**
 * The database tells whole seconds, so each answer says such a moment up to a second late: of two that differ by less
 * the earlier one is true. So no second is shown twice or skipped, and none comes back.
 */
const nearer = (known: number | undefined, told: number): number =>
  known !== undefined && told > known && told - known < SECOND_MS ? known : told;

/**
 * The rows of the next refresh: those that are open, and under them those that have ended since the page was opened,
 * so that nothing disappears from under the pointer, nor the answer of an act with its row.
 * @param answeredAt when the database saw them so, by the browser's monotonic clock, in milliseconds
 */
export const nextRows = (
  before: readonly ShownSession[],
  open: readonly LiveSession[],
  answeredAt: number,
): ShownSession[] => {
  const known = new Map(before.map((session) => [session.id, session]));
  const isOpen = new Set(open.map(({ id }) => id));
  const over = before
    .filter(({ id }) => !isOpen.has(id))
    .toSorted((a, b) => Number(a.isOver) - Number(b.isOver));
  return [
    ...open.map((session) => ({
      ...session,
      isOver: false,
      talkedFrom: nearer(
        known.get(session.id)?.talkedFrom,
        answeredAt - session.talked_seconds * SECOND_MS,
      ),
      runsOutAt: nearer(
        known.get(session.id)?.runsOutAt,
        answeredAt + session.remaining_seconds * SECOND_MS,
      ),
    })),
    ...over.slice(0, KEPT_OVER).map((session) => ({ ...session, isOver: true })),
  ];
};
