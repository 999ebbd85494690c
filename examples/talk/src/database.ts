/**
 * The columns and calls that this app uses, in the form that `supabase gen types` gives, with the words
 * that a column may hold. `database.test.ts` holds it against the generated file, so neither drifts.
 * Durations are seconds, money is in cents, times are ISO 8601.
 */

// Type aliases, not interfaces: supabase-js asks for rows that fit Record<string, unknown>.
export type ProfileRow = {
  id: string;
  email: string;
  full_name: string | null;
  preferences: NonNullable<Json>;
};

export type Json = string | number | boolean | null | { [key: string]: Json | undefined } | Json[];

export type PackageRow = {
  id: string;
  name: string;
  description: string;
  total_seconds: number;
  price_cents: number;
  currency: string;
  validity_days: number | null;
  sort_order: number;
  is_active: boolean;
};

export type AgentTypeRow = {
  id: string;
  name: string;
  description: string;
  /** Seconds taken from the cards per 1000 seconds talked. */
  rate_permille: number;
  minimum_charge_seconds: number;
  sort_order: number;
  is_active: boolean;
};

export type TimeCardRow = {
  id: string;
  owner_id: string | null;
  purchaser_id: string | null;
  source: 'purchase' | 'gift' | 'grant' | 'promo' | 'trial';
  status: 'pending' | 'active' | 'used' | 'expired' | 'revoked' | 'frozen';
  package_id: string | null;
  total_seconds: number;
  remaining_seconds: number;
  held_seconds: number;
  used_seconds: number;
  /** The last four characters of a gift's code. */
  code_hint: string | null;
  expires_at: string | null;
  created_at: string;
};

export type VoiceSessionRow = {
  id: string;
  user_id: string;
  agent_type_id: string;
  status: 'pending' | 'active' | 'completed' | 'error';
  room_name: string;
  granted_seconds: number;
  used_seconds: number;
  billed_seconds: number;
  end_reason: string | null;
  end_requested_at: string | null;
  rating: number | null;
  rating_comment: string | null;
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
};

export type PaymentRow = {
  id: string;
  user_id: string;
  status:
    | 'pending'
    | 'succeeded'
    | 'failed'
    | 'canceled'
    | 'partially_refunded'
    | 'refunded'
    | 'disputed';
  amount_cents: number;
  refunded_cents: number;
  currency: string;
  package_id: string;
  time_card_id: string;
  receipt_url: string | null;
  created_at: string;
  failure_message: string | null;
};

export type AutoTopUpRow = {
  user_id: string;
  is_enabled: boolean;
  package_id: string | null;
  threshold_seconds: number | null;
  payment_method_id: string | null;
  monthly_limit_cents: number | null;
  limit_reached_at: string | null;
  disabled_reason:
    | 'user'
    | 'declined'
    | 'authentication_required'
    | 'payment_method_gone'
    | 'package_gone'
    | null;
  disabled_at: string | null;
};

export type NoticeRow = {
  id: number;
  user_id: string;
  kind: string;
  details: NonNullable<Json>;
  created_at: string;
  read_at: string | null;
};

export type Balance = {
  remaining_seconds: number;
  remaining_minutes: number;
  held_seconds: number;
  usable_cards: number;
  next_expiry_at: string | null;
  is_low: boolean;
};

export type UsageDay = {
  /** A UTC day, `2026-11-24`. */
  day: string;
  talk_seconds: number;
  card_seconds: number;
  sessions: number;
};

export type RedeemedCard = {
  time_card_id: string;
  total_seconds: number;
  expires_at: string | null;
};

/** Customers read these tables, and write no more than a column or two; the rest goes through functions. */
type Table<Row, Update = Record<string, never>> = {
  Row: Row;
  Insert: Record<string, never>;
  Update: Update;
  Relationships: [];
};

type Rpc<Args, Returns> = { Args: Args; Returns: Returns };

export type Database = {
  public: {
    Tables: {
      profiles: Table<ProfileRow, { full_name?: string; preferences?: NonNullable<Json> }>;
      packages: Table<PackageRow>;
      agent_types: Table<AgentTypeRow>;
      time_cards: Table<TimeCardRow>;
      voice_sessions: Table<VoiceSessionRow>;
      payments: Table<PaymentRow>;
      auto_top_ups: Table<AutoTopUpRow>;
      notices: Table<NoticeRow, { read_at?: string }>;
    };
    Views: Record<string, never>;
    Functions: {
      get_balance: Rpc<Record<PropertyKey, never>, Balance>;
      get_usage: Rpc<{ from_day: string; to_day: string }, UsageDay[]>;
      redeem_code: Rpc<{ code: string }, RedeemedCard>;
      reissue_gift_code: Rpc<
        { time_card_id: string },
        { time_card_id: string; activation_code: string; code_hint: string }
      >;
      end_my_session: Rpc<
        { session_id: string },
        { session_id: string; status: VoiceSessionRow['status'] }
      >;
      rate_session: Rpc<
        { session_id: string; rating: number; comment?: string },
        { session_id: string; rating: number; rated_at: string }
      >;
      set_auto_top_up: Rpc<
        {
          is_enabled: boolean;
          package_id?: string;
          threshold_seconds?: number;
          payment_method_id?: string;
          monthly_limit_cents?: number;
        },
        AutoTopUpRow
      >;
    };
  };
};
