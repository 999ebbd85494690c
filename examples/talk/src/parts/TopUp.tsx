import { useCallback, useRef, useState } from 'react';
import { listPackages, listSavedCards, purchase } from '../api/billing.ts';
import type { Result } from '../errors.ts';
import { money, savedCard } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import { useLoad } from '../hooks/use-load.ts';
import { refusalOf } from '../hooks/use-purchase.ts';
import { routes } from '../routes.ts';
import { Choice } from './Choice.tsx';
import { ErrorNote } from './ErrorNote.tsx';

/** More time while the call goes on: by a saved card right here, otherwise in another window. */
export const TopUp = () => {
  const packages = useLoad(listPackages);
  const cards = useLoad(listSavedCards);
  const [chosen, setChosen] = useState<string>();
  const [step, setStep] = useState<'choosing' | 'paid' | 'elsewhere'>('choosing');
  // One wish to buy keeps its key over its retries; another package is another wish.
  const key = useRef(crypto.randomUUID());

  const pay = useCallback(async (packageId: string, cardId: string): Promise<Result<null>> => {
    const order = { packageId, isGift: false, payWith: cardId, savesCard: false };
    const answer = await purchase(order, key.current);
    if (answer.error) return answer;
    const refusal = refusalOf(answer.data);
    if (refusal) key.current = crypto.randomUUID();
    return refusal ? { error: refusal } : { data: null };
  }, []);
  const paying = useAction(pay);

  const item = packages.data?.find(({ id }) => id === chosen) ?? packages.data?.[0];
  const card = cards.data?.[0];

  const payNow = async (): Promise<void> => {
    if (item === undefined || card === undefined) return;
    if ((await paying.run(item.id, card.id)) !== undefined) setStep('paid');
  };

  return (
    <section className="card top-up" aria-label="Add time">
      <ErrorNote error={packages.error} onRetry={packages.reload} />
      <ErrorNote error={paying.error} onRetry={() => void payNow()} />
      <p role="status" className={step === 'choosing' ? undefined : 'waiting'}>
        {step === 'paid' && 'Paid. Your new time arrives within seconds, just go on talking.'}
        {step === 'elsewhere' &&
          'Pay in the other window. Your new time shows up here by itself, just go on talking.'}
      </p>
      {step === 'choosing' && item && (
        <>
          <Choice
            label="How much?"
            value={item.id}
            onChange={(event) => {
              key.current = crypto.randomUUID();
              setChosen(event.currentTarget.value);
            }}
          >
            {packages.data?.map(({ id, name, price_cents: price, currency }) => (
              <option key={id} value={id}>
                {name}: {money(price, currency)}
              </option>
            ))}
          </Choice>
          {card && (
            <button
              type="button"
              className="primary"
              disabled={paying.isBusy}
              onClick={() => void payNow()}
            >
              {paying.isBusy
                ? 'Paying…'
                : `Pay ${money(item.price_cents, item.currency)} with ${savedCard(card)}`}
            </button>
          )}
        </>
      )}
      {step !== 'paid' && cards.data && (
        <a
          className={card ? 'top-up-other' : 'button primary'}
          href={routes.prices}
          target="_blank"
          rel="noopener"
          onClick={() => setStep('elsewhere')}
        >
          {card ? 'Pay another way, in a new window' : 'Buy time in a new window'}
        </a>
      )}
    </section>
  );
};
