import { useRef, useState } from 'react';
import { CHECKOUT, ELEMENT, purchase } from '../api/billing.ts';
import type { Order, Purchase } from '../api/billing.ts';
import { keepGiftCode } from '../api/gifts.ts';
import { appError } from '../errors.ts';
import type { AppError } from '../errors.ts';
import { showPayment } from '../routes.ts';

interface Wish {
  order: Order;
  key: string;
}

export interface Buying {
  /** What is being bought at the moment; undefined when nothing is. */
  packageId: string | undefined;
  /** A purchase whose card is typed in here. */
  toPay: Purchase | undefined;
  error: AppError | undefined;
  buy: (order: Order) => Promise<void>;
  retry: () => void;
  cancel: () => void;
}

/** Why a saved card did not pay; undefined when it did. */
export const refusalOf = ({ status, failure_message: message }: Purchase): AppError | undefined => {
  if (status === 'succeeded') return undefined;
  if (status === 'pending') return appError('payment_unfinished');
  return appError(message ? 'card_declined' : 'payment_failed', { hint: message ?? undefined });
};

/** Buys: on the checkout page, by a card typed in here, or at once by a saved one. One wish keeps its key. */
export const usePurchase = (): Buying => {
  const wish = useRef<Wish>(undefined);
  const [packageId, setPackageId] = useState<string>();
  const [toPay, setToPay] = useState<Purchase>();
  const [error, setError] = useState<AppError>();

  const stop = (why: AppError | undefined): void => {
    setPackageId(undefined);
    setError(why);
  };

  const go = async ({ order, key }: Wish): Promise<void> => {
    setError(undefined);
    setToPay(undefined);
    setPackageId(order.packageId);
    const answer = await purchase(order, key);
    if (answer.error) return stop(answer.error);
    const { activation_code: code, checkout_url: url, payment_id: id } = answer.data;
    if (code !== undefined) keepGiftCode(id, code);
    if (order.payWith === CHECKOUT) {
      if (url) window.location.assign(url);
      else showPayment(id);
    } else if (order.payWith === ELEMENT) {
      setToPay(answer.data);
    } else {
      const refusal = refusalOf(answer.data);
      if (refusal) stop(refusal);
      else showPayment(id);
    }
  };

  const buy = (order: Order): Promise<void> => {
    wish.current = { order, key: crypto.randomUUID() };
    return go(wish.current);
  };

  const retry = (): void => {
    if (wish.current === undefined) return;
    // A key that was begun with something else stays refused; any other may be asked again.
    if (error?.code === 'idempotency_conflict') void buy(wish.current.order);
    else void go(wish.current);
  };

  const cancel = (): void => {
    setToPay(undefined);
    stop(undefined);
  };

  return { packageId, toPay, error, buy, retry, cancel };
};
