import { fromBody } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { supabase } from '../core/supabase.ts';
import type { Period } from './period.ts';

export interface Revenue {
  currency: string;
  paid_cents: number;
  refunded_cents: number;
  charged_back_cents: number;
  /** Paid less refunds and chargebacks. */
  net_cents: number;
}

export type TimeKind = 'paid' | 'grant' | 'promo' | 'trial';

/** What moved on cards, in card seconds. */
export interface Movement {
  issued_seconds: number;
  used_seconds: number;
  expired_seconds: number;
  revoked_seconds: number;
}

/** The figures of a period; a rate or an average of nothing is null. Rates are shares: 0.25 is a quarter. */
export interface Figures {
  /** Days of UTC, `2026-11-24`, both included. */
  from_day: string;
  to_day: string;
  revenue: Revenue[];
  sign_ups: number;
  sessions: {
    completed: number;
    failed: number;
    unjoined: number;
    average_seconds: number | null;
  };
  payments: { succeeded: number; failed: number; success_rate: number | null };
  satisfaction: { ratings: number; average: number | null; satisfied_rate: number | null };
  card_seconds: Record<TimeKind, Movement>;
  card_utilisation: number | null;
  margin: {
    served_seconds: number;
    billed_seconds: number;
    paid_billed_seconds: number;
    billed_per_served: number | null;
    paid_per_served: number | null;
  };
  liabilities: {
    seconds: number;
    by_currency: { currency: string; seconds: number; cents: number }[];
  };
}

/** A period beside the one before it; null where one of the two has no figure. */
export interface Changes {
  /** By which share the net revenue of a currency grew. */
  revenue: Record<string, number | null>;
  liabilities: Record<string, number | null>;
  growth: Record<
    'sign_ups' | 'completed_sessions' | 'average_seconds' | 'liability_seconds',
    number | null
  >;
  /** By how much a rate or an average differs. */
  difference: Record<
    'success_rate' | 'average_rating' | 'card_utilisation' | 'billed_per_served',
    number | null
  >;
}

export interface Day {
  day: string;
  sign_ups: number;
  sessions: number;
  failed_sessions: number;
  served_seconds: number;
  billed_seconds: number;
  paid_billed_seconds: number;
  /** Of promotions, trials and grants. */
  free_billed_seconds: number;
  sold_seconds: number;
  unused_paid_seconds: number;
  revenue: Revenue[];
}

/** The people who signed up in a week (named by its Monday), and how many and which share talked in it and after it. */
export interface Cohort {
  week: string;
  people: number;
  talked: number[];
  rates: number[];
}

/** What `admin_kpis` answers. */
export interface Kpis {
  at: string;
  period: Figures;
  previous: Figures;
  changes: Changes;
  today: Figures;
  yesterday: Figures;
  now: { active_sessions: number; waiting_sessions: number };
  days: Day[];
  retention: Cohort[];
}

/** Everything that the overview shows, but the proof, in one call. */
export const loadKpis = async ({ from, to }: Period): Promise<Result<Kpis>> => {
  const { data, error, status } = await supabase.rpc('admin_kpis', { from_day: from, to_day: to });
  return error ? { error: fromBody(error, status) } : { data: data as unknown as Kpis };
};
