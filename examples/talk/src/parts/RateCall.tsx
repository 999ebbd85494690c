import { useCallback, useState } from 'react';
import { rateCall } from '../api/calls.ts';
import type { VoiceSessionRow } from '../database.ts';
import { useAction } from '../hooks/use-action.ts';
import { ErrorNote } from './ErrorNote.tsx';

const RATINGS = [1, 2, 3, 4, 5] as const;
const WORDS = ['bad', 'poor', 'fair', 'good', 'great'] as const;
const COMMENT_AT_MOST = 2000;

export const RateCall = ({ call }: { call: VoiceSessionRow }) => {
  const [rating, setRating] = useState(call.rating ?? 0);
  const save = useCallback(
    (chosen: number, comment: string) => rateCall(call.id, chosen, comment),
    [call.id],
  );
  const { run, isBusy, error } = useAction(save);
  const [isSaved, setIsSaved] = useState(false);

  const submit = async (form: FormData): Promise<void> => {
    setIsSaved((await run(rating, String(form.get('comment')))) !== undefined);
  };
  return (
    <form
      className="card rate"
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      <ErrorNote error={error} />
      <fieldset className="stars">
        <legend>How was it?</legend>
        {RATINGS.map((value) => (
          <label key={value} className="star" data-lit={value <= rating}>
            <input
              type="radio"
              name="rating"
              className="sr-only"
              checked={value === rating}
              onChange={() => {
                setRating(value);
                setIsSaved(false);
              }}
            />
            <span aria-hidden="true">★</span>
            <span className="sr-only">
              {value} of 5, {WORDS[value - 1]}
            </span>
          </label>
        ))}
      </fieldset>
      {rating > 0 && (
        <>
          <label className="field">
            <span className="label">Anything to add?</span>
            <textarea
              name="comment"
              rows={2}
              maxLength={COMMENT_AT_MOST}
              defaultValue={call.rating_comment ?? ''}
            />
          </label>
          <p className="row">
            <button disabled={isBusy}>{isBusy ? 'Sending…' : 'Send the rating'}</button>
            <span role="status">{isSaved && 'Thank you!'}</span>
          </p>
        </>
      )}
    </form>
  );
};
