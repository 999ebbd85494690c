/** The reference model's picture of the business: plain objects, whole seconds, times in milliseconds. */

export type CardStatus = 'pending' | 'active' | 'used' | 'expired' | 'revoked' | 'frozen';
export type SessionStatus = 'pending' | 'active' | 'completed' | 'error';
export type Bucket = 'remaining' | 'held' | 'used' | 'expired' | 'revoked';

export interface Card {
  id: string;
  owner: string | null;
  purchaser: string | null;
  source: string;
  status: CardStatus;
  remaining: number;
  held: number;
  used: number;
  expired: number;
  revoked: number;
  /** Taken back while held or spent: whatever comes back to the card is revoked up to this. */
  owed: number;
  priority: number;
  priceCents: number;
  validityDays: number | null;
  createdAt: number;
  expiresAt: number | null;
  /** Opens the card to whoever has it; null once it is used up, or when there never was one. */
  code: string | null;
  /** The code that it was issued with, used up or not. */
  everCode: string | null;
}

/** Seconds of one card that a session set aside, in burn order. */
export interface Hold {
  card: Card;
  held: number;
  used: number;
}

export interface Session {
  id: string;
  user: string;
  status: SessionStatus;
  rate: number;
  minimum: number;
  granted: number;
  used: number;
  billed: number;
  uncollected: number;
  seq: number;
  lastBeatAt: number | null;
  createdAt: number;
  startedAt: number | null;
  endedAt: number | null;
  endRequested: boolean;
  /** An admin asked, so that an admin may settle it. */
  endRequestedByAdmin: boolean;
  settledBy: string | null;
  proof: string | null;
  holds: Hold[];
  /** When each side last left the room, by LiveKit; whether in order. */
  userLeftAt: number | null;
  agentLeft: { at: number; inOrder: boolean } | null;
}

export type PaymentStatus =
  | 'pending'
  | 'succeeded'
  | 'failed'
  | 'canceled'
  | 'partially_refunded'
  | 'refunded'
  | 'disputed';

export interface Payment {
  id: string;
  user: string;
  card: Card;
  amountCents: number;
  status: PaymentStatus;
  refundedCents: number;
  isPaid: boolean;
  isAttached: boolean;
  createdAt: number;
  key: string | null;
  fingerprint: string | null;
  /** Stripe's disputes by id, as last heard. */
  disputes: Map<string, 'open' | 'won' | 'lost'>;
}

export interface Person {
  id: string;
  isActive: boolean;
  /** When they tried a code. */
  attempts: number[];
}

export interface AgentType {
  id: string;
  rate: number;
  minimum: number;
}

export interface Package {
  id: string;
  seconds: number;
  cents: number;
  validityDays: number | null;
}

export interface Settings {
  hold_slice_seconds: number;
  heartbeat_timeout_seconds: number;
  join_timeout_seconds: number;
  max_session_seconds: number | null;
  low_balance_seconds: number;
  max_sessions: number;
  max_sessions_per_user: number;
  code_attempts_per_hour: number;
}

export const defaultSettings: Settings = {
  hold_slice_seconds: 300,
  heartbeat_timeout_seconds: 90,
  join_timeout_seconds: 120,
  max_session_seconds: null,
  low_balance_seconds: 1800,
  max_sessions: 100,
  max_sessions_per_user: 1,
  code_attempts_per_hour: 10,
};

export interface World {
  /** Unix milliseconds by the business clock. */
  now: number;
  settings: Settings;
  people: Person[];
  agents: AgentType[];
  packages: Package[];
  cards: Card[];
  sessions: Session[];
  payments: Payment[];
  /** Ids of Stripe events that were applied. */
  events: Set<string>;
}

/** What a call must answer: the stable code of its refusal (one of them, where several are true), or the fields of its rows that are known. */
export type Expected = { errors: string[] } | { rows: Record<string, unknown>[] };

export const refuse = (...errors: string[]): Expected => ({ errors });
export const answer = (...rows: Record<string, unknown>[]): Expected => ({ rows });
