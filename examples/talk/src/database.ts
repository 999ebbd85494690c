/**
 * The columns and calls that this app uses, in the form that `supabase gen types` gives, so that the
 * generated file can take its place. Durations are seconds, money is in cents, times are ISO 8601.
 */

// Type aliases, not interfaces: supabase-js asks for rows that fit Record<string, unknown>.
export type PackageRow = {
  id: string;
  name: string;
  description: string | null;
  total_seconds: number;
  price_cents: number;
  currency: string;
  validity_days: number | null;
  sort_order: number;
  is_active: boolean;
};

export type TimeCardRow = {
  id: string;
  owner_id: string | null;
  source: 'purchase' | 'gift' | 'grant' | 'promo' | 'trial';
  status: 'pending' | 'active' | 'used' | 'expired' | 'revoked' | 'frozen';
  package_id: string | null;
  total_seconds: number;
  remaining_seconds: number;
  held_seconds: number;
  used_seconds: number;
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
  created_at: string;
  started_at: string | null;
  ended_at: string | null;
};

export type PaymentRow = {
  id: string;
  status:
    | 'pending'
    | 'succeeded'
    | 'failed'
    | 'canceled'
    | 'partially_refunded'
    | 'refunded'
    | 'disputed';
  amount_cents: number;
  currency: string;
  package_id: string;
  time_card_id: string;
  created_at: string;
  failure_message: string | null;
};

export type Balance = {
  remaining_seconds: number;
  remaining_minutes: number;
  held_seconds: number;
  usable_cards: number;
  next_expiry_at: string | null;
  is_low: boolean;
};

/** Customers only read these tables; every change goes through a function. */
type ReadOnly<Row> = {
  Row: Row;
  Insert: Record<string, never>;
  Update: Record<string, never>;
  Relationships: [];
};

export type Database = {
  public: {
    Tables: {
      packages: ReadOnly<PackageRow>;
      time_cards: ReadOnly<TimeCardRow>;
      voice_sessions: ReadOnly<VoiceSessionRow>;
      payments: ReadOnly<PaymentRow>;
    };
    Views: Record<string, never>;
    Functions: {
      get_balance: { Args: Record<PropertyKey, never>; Returns: Balance };
      end_my_session: {
        Args: { session_id: string };
        Returns: { session_id: string; status: VoiceSessionRow['status'] };
      };
    };
  };
};
