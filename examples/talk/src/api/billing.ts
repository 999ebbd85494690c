import type { Balance, PackageRow, PaymentRow } from '../database.ts';
import { appError, fromBody, fromFunction } from '../errors.ts';
import type { Result } from '../errors.ts';
import { supabase } from '../supabase.ts';

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

export const getPayment = async (paymentId: string): Promise<Result<PaymentRow>> => {
  const { data, error } = await supabase
    .from('payments')
    .select(
      'id, status, amount_cents, currency, package_id, time_card_id, created_at, failure_message',
    )
    .eq('id', paymentId)
    .maybeSingle();
  if (error) return { error: fromBody(error) };
  return data === null ? { error: appError('payment_not_found') } : { data };
};

interface Purchase {
  payment_id: string;
  checkout_url?: string;
}

/**
 * Opens a hosted checkout and answers its address. The same key repeated gives the same purchase,
 * so a second click or a retry after a lost answer cannot buy twice.
 */
export const openCheckout = async (
  packageId: string,
  idempotencyKey: string,
): Promise<Result<string>> => {
  const { data, error } = await supabase.functions.invoke<Purchase>('purchase', {
    body: { package_id: packageId, flow: 'checkout' },
    headers: { 'Idempotency-Key': idempotencyKey },
  });
  if (error) return { error: await fromFunction(error) };
  const url = data?.checkout_url;
  return url === undefined ? { error: appError('unexpected') } : { data: url };
};
