import type { Balance, PackageRow, PaymentRow } from '../database.ts';
import { appError, fromBody, fromFunction } from '../errors.ts';
import type { Result } from '../errors.ts';
import { supabase } from '../supabase.ts';
import { ownId } from './account.ts';

export const getBalance = async (): Promise<Result<Balance>> => {
  const { data, error } = await supabase.rpc('get_balance');
  return error ? { error: fromBody(error) } : { data };
};

/** The price list; readable without signing in. */
export const listPackages = async (): Promise<Result<PackageRow[]>> => {
  const { data, error } = await supabase
    .from('packages')
    .select(
      'id, name, description, total_seconds, price_cents, currency, validity_days, sort_order, is_active',
    )
    .eq('is_active', true)
    .order('sort_order');
  return error ? { error: fromBody(error) } : { data };
};

const PAYMENT_COLUMNS =
  'id, user_id, status, amount_cents, refunded_cents, currency, package_id, time_card_id, receipt_url, created_at, failure_message';

export const getPayment = async (paymentId: string): Promise<Result<PaymentRow>> => {
  const { data, error } = await supabase
    .from('payments')
    .select(PAYMENT_COLUMNS)
    .eq('id', paymentId)
    .maybeSingle();
  // An id that is none (22P02) is nobody's payment.
  if (error)
    return { error: error.code === '22P02' ? appError('payment_not_found') : fromBody(error) };
  return data === null ? { error: appError('payment_not_found') } : { data };
};

const HISTORY_ROWS = 20;

export const listPayments = async (): Promise<Result<PaymentRow[]>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('payments')
    .select(PAYMENT_COLUMNS)
    .eq('user_id', own.data)
    .order('created_at', { ascending: false })
    .limit(HISTORY_ROWS);
  return error ? { error: fromBody(error) } : { data };
};

/** What somebody wants to buy, and how they want to pay. */
export interface Order {
  packageId: string;
  isGift: boolean;
  /** `checkout`: Stripe's page; `element`: typed in here; otherwise the id of a saved card. */
  payWith: string;
  /** Keeps the card for one-click purchases and auto top-up. */
  savesCard: boolean;
}

export const CHECKOUT = 'checkout';
export const ELEMENT = 'element';

export interface Purchase {
  payment_id: string;
  time_card_id: string;
  status: PaymentRow['status'];
  amount_cents: number;
  currency: string;
  /** Of a checkout: where to pay. */
  checkout_url?: string | null;
  /** Of a payment intent: what the browser confirms it with. */
  client_secret?: string | null;
  /** Of a gift, in the first answer only. */
  activation_code?: string;
  failure_message?: string | null;
}

const paymentOf = ({ payWith }: Order) => {
  if (payWith === CHECKOUT) return { flow: 'checkout' };
  if (payWith === ELEMENT) return { flow: 'payment_intent' };
  return { flow: 'payment_intent', payment_method_id: payWith };
};

/**
 * Begins a purchase; a saved card is charged at once. The same key repeated gives the same purchase,
 * so a second click or a retry after a lost answer cannot buy twice.
 */
export const purchase = async (order: Order, idempotencyKey: string): Promise<Result<Purchase>> => {
  const { data, error } = await supabase.functions.invoke<Purchase>('purchase', {
    body: {
      package_id: order.packageId,
      gift: order.isGift,
      save_payment_method: order.savesCard,
      ...paymentOf(order),
    },
    headers: { 'Idempotency-Key': idempotencyKey },
  });
  if (error) return { error: await fromFunction(error) };
  return data === null ? { error: appError('unexpected') } : { data };
};

/** A card that Stripe keeps for the person. */
export interface SavedCard {
  id: string;
  brand: string | null;
  last4: string | null;
  exp_month: number | null;
  exp_year: number | null;
}

export const listSavedCards = async (): Promise<Result<SavedCard[]>> => {
  const { data, error } = await supabase.functions.invoke<{ payment_methods: SavedCard[] }>(
    'payment-methods',
    { method: 'GET' },
  );
  if (error) return { error: await fromFunction(error) };
  return data === null ? { error: appError('unexpected') } : { data: data.payment_methods };
};

export const removeSavedCard = async (id: string): Promise<Result<null>> => {
  const { error } = await supabase.functions.invoke('payment-methods', {
    method: 'DELETE',
    body: { payment_method_id: id },
  });
  return error ? { error: await fromFunction(error) } : { data: null };
};
