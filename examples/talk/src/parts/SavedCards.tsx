import { useState } from 'react';
import { removeSavedCard } from '../api/billing.ts';
import type { SavedCard } from '../api/billing.ts';
import { savedCard } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import type { Loaded } from '../hooks/use-load.ts';
import { routes } from '../routes.ts';
import { ErrorNote } from './ErrorNote.tsx';

interface Props {
  cards: Loaded<SavedCard[]>;
  onRemoved: () => void;
}

export const SavedCards = ({ cards, onRemoved }: Props) => {
  const { run, isBusy, error } = useAction(removeSavedCard);
  const [asked, setAsked] = useState<string>();
  const remove = async (id: string): Promise<void> => {
    if ((await run(id)) === undefined) return;
    setAsked(undefined);
    onRemoved();
  };
  return (
    <section className="card" aria-labelledby="saved-cards">
      <h2 id="saved-cards">Saved cards</h2>
      <ErrorNote error={cards.error ?? error} onRetry={cards.error && cards.reload} />
      {cards.data?.length === 0 && (
        <p className="help">
          None yet. Tick “Save this card” when you <a href={routes.prices}>buy time</a>, and the
          next purchase takes one click.
        </p>
      )}
      <ul className="plain">
        {cards.data?.map((card) => (
          <li key={card.id} className="row apart">
            <span>
              {savedCard(card)}
              {card.exp_month && card.exp_year && (
                <span className="help"> until {`${card.exp_month}/${card.exp_year}`}</span>
              )}
            </span>
            {asked === card.id ? (
              <span className="row">
                <button
                  type="button"
                  className="small danger"
                  disabled={isBusy}
                  onClick={() => void remove(card.id)}
                >
                  {isBusy ? 'Removing…' : 'Really remove'}
                </button>
                <button type="button" className="small" onClick={() => setAsked(undefined)}>
                  Keep
                </button>
              </span>
            ) : (
              <button
                type="button"
                className="small"
                aria-label={`Remove ${savedCard(card)}`}
                onClick={() => setAsked(card.id)}
              >
                Remove
              </button>
            )}
          </li>
        ))}
      </ul>
    </section>
  );
};
