import type { Database } from '../../../supabase/functions/_shared/database.types.ts';
import type { PageName } from './routes.ts';

type Relation = keyof Database['public']['Tables'] | keyof Database['public']['Views'];
type Search =
  | 'admin_search_users'
  | 'admin_search_cards'
  | 'admin_search_sessions'
  | 'admin_search_payments'
  | 'admin_search_stripe_events';

/** How a resource of react-admin is read. */
export interface ResourceSpec {
  relation: Relation;
  /** The columns of a list and of its export; a page of one row reads all. */
  columns: string;
  /** Answers the rows that a text finds, to be filtered and paged like the relation. */
  search?: Search;
  /** The column that `id` stands for, where a table has none. */
  sortId?: string;
  /** Which end of a sort the nulls stand at, where it is not the database's own. */
  nulls?: Readonly<Record<string, 'low'>>;
}

/** Parts of pages, which have no list of their own. */
export type PartName =
  | 'ledger'
  | 'session-timeline'
  | 'disputes'
  | 'payment-entries'
  | 'refund-requests'
  | 'chunks'
  | 'user-audit'
  | 'settings'
  | 'notices'
  | 'auto-top-ups';

export const RESOURCES: Readonly<Record<PageName | PartName, ResourceSpec>> = {
  users: {
    relation: 'panel_users',
    columns:
      'id,email,full_name,is_active,role,usable_seconds,stripe_customer_id,last_login_at,created_at',
    search: 'admin_search_users',
    nulls: { last_login_at: 'low' },
  },
  cards: {
    relation: 'panel_cards',
    columns:
      'id,status,source,package_id,package_name,owner_id,owner_email,purchaser_id,purchaser_email,payment_id,payment_status,batch_id,total_seconds,remaining_seconds,held_seconds,used_seconds,expired_seconds,revoked_seconds,owed_seconds,price_cents,currency,code_hint,activated_at,expires_at,created_at',
    search: 'admin_search_cards',
  },
  sessions: {
    relation: 'panel_sessions',
    columns:
      'id,user_id,user_email,user_name,agent_type_id,agent_type_name,status,room_name,granted_seconds,used_seconds,billed_seconds,uncollected_seconds,end_requested_at,end_reason,settled_by,end_proof,rating,rating_comment,created_at,started_at,ended_at',
    search: 'admin_search_sessions',
    nulls: { rating: 'low' },
  },
  payments: {
    relation: 'panel_payments',
    columns:
      'id,user_id,user_email,package_id,package_name,time_card_id,amount_cents,refunded_cents,refundable_cents,currency,status,flow,stripe_payment_intent_id,stripe_charge_id,stripe_checkout_session_id,failure_code,failure_message,review_reason,paid_at,created_at',
    search: 'admin_search_payments',
  },
  batches: { relation: 'panel_batches', columns: '*' },
  packages: { relation: 'packages', columns: '*' },
  agents: {
    relation: 'panel_agents',
    columns: 'id,name,description,kind,rate_permille,minimum_charge_seconds,sort_order,is_active',
  },
  documents: { relation: 'knowledge_documents', columns: '*' },
  'stripe-events': {
    relation: 'stripe_events',
    columns: 'id,type,outcome,attempts,last_error,payment_id,received_at,processed_at',
    search: 'admin_search_stripe_events',
  },
  audit: { relation: 'panel_audit', columns: '*' },
  'user-audit': { relation: 'panel_user_audit', columns: '*' },
  admins: { relation: 'panel_admins', columns: '*' },
  ledger: { relation: 'panel_ledger', columns: '*' },
  'session-timeline': { relation: 'panel_session_timeline', columns: '*' },
  disputes: { relation: 'payment_disputes', columns: '*' },
  'payment-entries': { relation: 'payment_entries', columns: '*' },
  'refund-requests': { relation: 'refund_requests', columns: '*' },
  chunks: { relation: 'knowledge_chunks', columns: 'id,document_id,position,heading,content' },
  settings: { relation: 'settings', columns: '*' },
  notices: { relation: 'notices', columns: '*' },
  // Its key is the user's.
  'auto-top-ups': { relation: 'auto_top_ups', columns: 'id:user_id,*', sortId: 'user_id' },
};

export type ResourceName = keyof typeof RESOURCES;

export const isResource = (name: string): name is ResourceName => Object.hasOwn(RESOURCES, name);

export const specOf = (name: string): ResourceSpec => {
  if (!isResource(name)) throw new Error(`There is no resource ${name}.`);
  return RESOURCES[name];
};
