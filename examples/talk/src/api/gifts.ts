import type { RedeemedCard, TimeCardRow } from '../database.ts';
import { fromBody } from '../errors.ts';
import type { Result } from '../errors.ts';
import { supabase } from '../supabase.ts';
import { ownId } from './account.ts';
import { CARD_COLUMNS } from './history.ts';

/** The database reads a code in any spelling: small letters, no dashes, O for 0, I and L for 1. */
export const redeemCode = async (code: string): Promise<Result<RedeemedCard>> => {
  const { data, error } = await supabase.rpc('redeem_code', { code });
  return error ? { error: fromBody(error) } : { data };
};

/** A new code for a gift that nobody has redeemed yet; the old one does not work any more. */
export const reissueGiftCode = async (timeCardId: string): Promise<Result<string>> => {
  const { data, error } = await supabase.rpc('reissue_gift_code', { time_card_id: timeCardId });
  return error ? { error: fromBody(error) } : { data: data.activation_code };
};

const GIFTS_AT_MOST = 50;

/** Cards that the person bought for somebody else. */
export const listGifts = async (): Promise<Result<TimeCardRow[]>> => {
  const own = await ownId();
  if (own.error) return own;
  const { data, error } = await supabase
    .from('time_cards')
    .select(CARD_COLUMNS)
    .eq('purchaser_id', own.data)
    .eq('source', 'gift')
    .order('created_at', { ascending: false })
    .limit(GIFTS_AT_MOST);
  return error ? { error: fromBody(error) } : { data };
};

export const getGift = async (timeCardId: string): Promise<Result<TimeCardRow | null>> => {
  const { data, error } = await supabase
    .from('time_cards')
    .select(CARD_COLUMNS)
    .eq('id', timeCardId)
    .eq('source', 'gift')
    .maybeSingle();
  return error ? { error: fromBody(error) } : { data };
};

const stashKey = (paymentId: string): string => `mindbot.gift.${paymentId}`;

/**
 * The code is told before the payment, the checkout page is another site: so this tab keeps the code
 * until its buyer is back. Whoever loses it has `reissueGiftCode`.
 */
export const keepGiftCode = (paymentId: string, code: string): void =>
  window.sessionStorage.setItem(stashKey(paymentId), code);

export const keptGiftCode = (paymentId: string): string | undefined =>
  window.sessionStorage.getItem(stashKey(paymentId)) ?? undefined;

export const forgetGiftCode = (paymentId: string): void =>
  window.sessionStorage.removeItem(stashKey(paymentId));
