import { Suspense, lazy, useState } from 'react';
import { CHECKOUT, ELEMENT, listSavedCards } from '../api/billing.ts';
import type { SavedCard } from '../api/billing.ts';
import { env } from '../env.ts';
import { savedCard } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { usePurchase } from '../hooks/use-purchase.ts';
import { Choice } from '../parts/Choice.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Page } from '../parts/Page.tsx';
import { PriceList } from '../parts/PriceList.tsx';
import { routes } from '../routes.ts';

// Stripe's library is only fetched where it is used.
const PaymentElementForm = lazy(async () => ({
  default: (await import('../parts/PaymentElementForm.tsx')).PaymentElementForm,
}));

export const BuyPage = () => {
  const buying = usePurchase();
  const cards = useLoad(listSavedCards);
  const [isGift, setIsGift] = useState(false);
  const [chosen, setChosen] = useState<string>();
  const [savesCard, setSavesCard] = useState(false);
  // A card that is saved is the quickest way, so it is proposed.
  const payWith = chosen ?? cards.data?.[0]?.id ?? CHECKOUT;
  const isNewCard = payWith === CHECKOUT || payWith === ELEMENT;
  const { packageId, toPay } = buying;
  // Nobody is sent to the checkout page because their saved card was a moment late.
  const isLoading = cards.data === undefined && cards.error === undefined;

  if (toPay?.client_secret && env.stripePublishableKey !== undefined) {
    return (
      <Page title="Pay">
        <Suspense fallback={<p className="waiting">Loading the payment form…</p>}>
          <PaymentElementForm
            publishableKey={env.stripePublishableKey}
            clientSecret={toPay.client_secret}
            paymentId={toPay.payment_id}
            onCancel={buying.cancel}
          />
        </Suspense>
      </Page>
    );
  }
  return (
    <Page title="Buy time">
      <form className="options card" onSubmit={(event) => event.preventDefault()}>
        <fieldset className="segments">
          <legend>Who is it for?</legend>
          <Segment text="For me" isChosen={!isGift} onChoose={() => setIsGift(false)} />
          <Segment text="A gift" isChosen={isGift} onChoose={() => setIsGift(true)} />
        </fieldset>
        <PayWith cards={cards.data ?? []} value={payWith} onChange={setChosen} />
        {isNewCard && (
          <label className="check">
            <input
              type="checkbox"
              checked={savesCard}
              onChange={(event) => setSavesCard(event.currentTarget.checked)}
            />
            Save this card for one-click purchases and auto top-up
          </label>
        )}
      </form>
      {isGift && (
        <p className="help">
          You get a code to pass on once it is paid. Its time starts to run out only after it is
          redeemed.
        </p>
      )}
      <ErrorNote error={buying.error} onRetry={buying.retry} />
      <PriceList
        renderAction={({ id, name }) => (
          <button
            type="button"
            className="primary"
            disabled={packageId !== undefined || isLoading}
            onClick={() => void buying.buy({ packageId: id, isGift, payWith, savesCard })}
          >
            {packageId === id && (isNewCard ? 'Opening checkout…' : 'Paying…')}
            {packageId !== id && `${isGift ? 'Give' : 'Buy'} ${name}`}
          </button>
        )}
      />
      <p className="help">
        Got a code from somebody? <a href={routes.redeem}>Redeem it</a>
      </p>
    </Page>
  );
};

interface SegmentProps {
  text: string;
  isChosen: boolean;
  onChoose: () => void;
}

const Segment = ({ text, isChosen, onChoose }: SegmentProps) => (
  <label className="segment">
    <input type="radio" name="for" checked={isChosen} onChange={onChoose} />
    {text}
  </label>
);

interface PayWithProps {
  cards: readonly SavedCard[];
  value: string;
  onChange: (value: string) => void;
}

const PayWith = ({ cards, value, onChange }: PayWithProps) => (
  <Choice label="Pay with" value={value} onChange={(event) => onChange(event.currentTarget.value)}>
    {cards.map((card) => (
      <option key={card.id} value={card.id}>
        {savedCard(card)}, one click
      </option>
    ))}
    {env.stripePublishableKey !== undefined && <option value={ELEMENT}>A card, here</option>}
    <option value={CHECKOUT}>
      {cards.length > 0 ? 'Another card, on the checkout page' : 'A card, on the checkout page'}
    </option>
  </Choice>
);
