import { useState } from 'react';
import { reissueGiftCode } from '../api/gifts.ts';
import type { TimeCardRow } from '../database.ts';
import { useAction } from '../hooks/use-action.ts';
import { ErrorNote } from './ErrorNote.tsx';
import { GiftCode } from './GiftCode.tsx';

/** A new code for a gift whose code is lost; the old one stops working, so it is asked first. */
export const NewGiftCode = ({ card }: { card: TimeCardRow }) => {
  const { run, isBusy, error } = useAction(reissueGiftCode);
  const [isAsked, setIsAsked] = useState(false);
  const [code, setCode] = useState<string>();

  if (code !== undefined) return <GiftCode code={code} seconds={card.total_seconds} />;
  if (!isAsked) {
    return (
      <button type="button" className="small" onClick={() => setIsAsked(true)}>
        Make a new code
      </button>
    );
  }
  return (
    <div className="note warn">
      <ErrorNote error={error} />
      <p>The code{card.code_hint ? ` that ends in ${card.code_hint}` : ''} will stop working.</p>
      <p className="row">
        <button
          type="button"
          className="small primary"
          disabled={isBusy}
          onClick={() => void run(card.id).then(setCode)}
        >
          {isBusy ? 'Making it…' : 'Make a new one'}
        </button>
        <button type="button" className="small" onClick={() => setIsAsked(false)}>
          Keep the old one
        </button>
      </p>
    </div>
  );
};
