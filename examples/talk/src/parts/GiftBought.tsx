import { useState } from 'react';
import { forgetGiftCode, keptGiftCode } from '../api/gifts.ts';
import type { PaymentRow, TimeCardRow } from '../database.ts';
import { money } from '../format.ts';
import { routes } from '../routes.ts';
import { GiftCode } from './GiftCode.tsx';
import { NewGiftCode } from './NewGiftCode.tsx';
import { Page } from './Page.tsx';

interface Props {
  payment: PaymentRow;
  card: TimeCardRow;
}

/** A gift that is paid: now, and not before, its code is worth something. */
export const GiftBought = ({ payment, card }: Props) => {
  const [code] = useState(() => keptGiftCode(payment.id));
  return (
    <Page title="Your gift is ready">
      <p className="lead" role="status">
        Your payment of {money(payment.amount_cents, payment.currency)} has arrived.
      </p>
      {code === undefined ? (
        <NewGiftCode card={card} />
      ) : (
        <GiftCode code={code} seconds={card.total_seconds} />
      )}
      <p className="row">
        <a className="button" href={routes.home} onClick={() => forgetGiftCode(payment.id)}>
          Done
        </a>
        {payment.receipt_url && (
          <a className="button" href={payment.receipt_url} target="_blank" rel="noopener">
            Receipt
          </a>
        )}
      </p>
    </Page>
  );
};
