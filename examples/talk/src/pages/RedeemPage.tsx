import { useState } from 'react';
import { redeemCode } from '../api/gifts.ts';
import type { RedeemedCard } from '../database.ts';
import { day, duration } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import { useFocusOnError } from '../hooks/use-focus-on-error.ts';
import { BalanceBox } from '../parts/BalanceBox.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Field } from '../parts/Field.tsx';
import { Page } from '../parts/Page.tsx';
import { routes } from '../routes.ts';

export const RedeemPage = () => {
  const { run, isBusy, error } = useAction(redeemCode);
  const form = useFocusOnError(error);
  const [card, setCard] = useState<RedeemedCard>();

  if (card !== undefined) {
    return (
      <Page title="Your gift is here">
        <p className="lead" role="status">
          You were given <strong>{duration(card.total_seconds)}</strong> of talking
          {card.expires_at ? `, to use until ${day(card.expires_at)}` : ''}.
        </p>
        <BalanceBox />
        <p className="row">
          <a className="button primary" href={routes.home}>
            Talk
          </a>
          <button type="button" onClick={() => setCard(undefined)}>
            Redeem another code
          </button>
        </p>
      </Page>
    );
  }
  const isCodeMissing = error?.code === 'invalid_input';
  const isCodeWrong = isCodeMissing || error?.code === 'code_not_accepted';
  return (
    <Page title="Redeem a code">
      <form
        ref={form}
        className="card narrow"
        onSubmit={(event) => {
          event.preventDefault();
          const code = String(new FormData(event.currentTarget).get('code'));
          void run(code).then(setCard);
        }}
      >
        <ErrorNote error={error} />
        <Field
          label="Code"
          name="code"
          className="code-input"
          required
          maxLength={200}
          autoComplete="off"
          autoCapitalize="characters"
          spellCheck={false}
          placeholder="XXXX-XXXX-XXXX-XXXX-X"
          help="Capital or small letters, with or without dashes: any way you type it is fine."
          aria-invalid={isCodeWrong}
          errors={isCodeMissing ? ['Please type the code that you were given.'] : []}
        />
        <button className="primary wide" disabled={isBusy}>
          {isBusy ? 'Redeeming…' : 'Redeem'}
        </button>
      </form>
    </Page>
  );
};
