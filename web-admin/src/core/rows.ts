import type { Database } from '../../../supabase/functions/_shared/database.types.ts';

/**
 * The rows that the panel reads, from the generated types. Postgres does not know which columns of a view
 * can be null, so each view says it here; times are ISO 8601, durations seconds, money cents.
 */
type View = Database['public']['Views'];
type Table = Database['public']['Tables'];

type Solid<Row, Nullable extends keyof Row> = {
  [Key in keyof Row]: Key extends Nullable ? Row[Key] : NonNullable<Row[Key]>;
};

export type UserRow = Solid<
  View['panel_users']['Row'],
  'full_name' | 'role' | 'stripe_customer_id' | 'last_login_at'
>;
export type AdminRow = Solid<View['panel_admins']['Row'], 'full_name' | 'last_login_at'>;
export type CardRow = Solid<
  View['panel_cards']['Row'],
  | 'package_id'
  | 'package_name'
  | 'batch_id'
  | 'owner_id'
  | 'owner_email'
  | 'purchaser_id'
  | 'purchaser_email'
  | 'payment_id'
  | 'payment_status'
  | 'validity_days'
  | 'code_hint'
  | 'activated_at'
  | 'expires_at'
>;
export type LedgerRow = Solid<
  View['panel_ledger']['Row'],
  'from_bucket' | 'session_id' | 'payment_id' | 'audit_id'
>;
export type SessionRow = Solid<
  View['panel_sessions']['Row'],
  | 'user_name'
  | 'last_heartbeat_at'
  | 'worker_id'
  | 'end_requested_at'
  | 'end_requested_by'
  | 'end_requested_by_email'
  | 'end_reason'
  | 'settled_by'
  | 'end_proof'
  | 'room_closed_at'
  | 'rating'
  | 'rating_comment'
  | 'rated_at'
  | 'started_at'
  | 'ended_at'
>;
export type SessionEventRow = Solid<View['panel_session_timeline']['Row'], never>;
export type PaymentRow = Solid<
  View['panel_payments']['Row'],
  | 'stripe_checkout_session_id'
  | 'stripe_payment_intent_id'
  | 'stripe_charge_id'
  | 'receipt_url'
  | 'failure_code'
  | 'failure_message'
  | 'review_reason'
  | 'paid_at'
  | 'failed_at'
  | 'reconciled_at'
>;
export type BatchRow = Solid<View['panel_batches']['Row'], 'actor_id' | 'actor_email'>;
export type AuditRow = Solid<
  View['panel_audit']['Row'],
  'actor_id' | 'actor_email' | 'before' | 'after'
>;
export type AgentRow = Solid<
  View['panel_agents']['Row'],
  'instructions' | 'voice' | 'greeting' | 'words_updated_at'
>;
export type PackageRow = Table['packages']['Row'];
export type SettingsRow = Table['settings']['Row'];
export type StripeEventRow = Table['stripe_events']['Row'];
export type DocumentRow = Table['knowledge_documents']['Row'];
export type ChunkRow = Table['knowledge_chunks']['Row'];
export type DisputeRow = Table['payment_disputes']['Row'];
export type EntryRow = Table['payment_entries']['Row'];
export type RefundRequestRow = Table['refund_requests']['Row'];
export type NoticeRow = Table['notices']['Row'];
export type AutoTopUpRow = Table['auto_top_ups']['Row'];

/** Of an admin: support reads, admin acts. */
export type Role = 'support' | 'admin';
