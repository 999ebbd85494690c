import type { PageName } from '../core/routes.ts';
import { fromBody } from '../core/errors.ts';
import type { Result } from '../core/errors.ts';
import { supabase } from '../core/supabase.ts';

export interface Violation {
  /** The name of what should be true, a sentence of `verify_ledger`. */
  invariant: string;
  /** The id of the row on which it is not. */
  subject: string;
  detail: string | null;
}

/** What `admin_verify_ledger` found, and when it answered. */
export interface Proof {
  violations: Violation[];
  at: string;
}

export const proveLedger = async (): Promise<Result<Proof>> => {
  const { data, error, status } = await supabase.rpc('admin_verify_ledger');
  if (error) return { error: fromBody(error, status) };
  return { data: { violations: data as Violation[], at: new Date().toISOString() } };
};

/** The page of the row that an invariant is about. */
const PAGE_OF: Readonly<Record<string, PageName>> = {
  ledger_gives_the_card: 'cards',
  buckets_are_not_negative: 'cards',
  held_is_the_sum_of_open_holds: 'cards',
  usable_card_has_time: 'cards',
  what_is_owed_is_not_left: 'cards',
  expired_card_is_not_active: 'cards',
  code_belongs_to_a_pending_card: 'cards',
  sold_card_has_a_payment: 'cards',
  open_session_holds_its_grant: 'sessions',
  settled_session_holds_nothing: 'sessions',
  session_bills_what_the_ledger_used: 'sessions',
  session_bills_within_its_grant: 'sessions',
  session_bills_within_the_clock: 'sessions',
  served_and_unserved_fit_the_clock: 'sessions',
  no_session_is_silent_for_long: 'sessions',
  paid_payment_has_a_live_card: 'payments',
  unpaid_card_is_not_usable: 'payments',
  refunded_cents_fit_the_status: 'payments',
  money_book_gives_the_payment: 'payments',
  refund_takes_time_back: 'payments',
};

export const pageOf = ({ invariant }: Violation): PageName | undefined => PAGE_OF[invariant];
