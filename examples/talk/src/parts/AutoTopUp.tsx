import { useState } from 'react';
import { getAutoTopUp, switchAutoTopUpOff, switchAutoTopUpOn } from '../api/auto-top-up.ts';
import type { AutoTopUpChoice } from '../api/auto-top-up.ts';
import { listPackages } from '../api/billing.ts';
import type { SavedCard } from '../api/billing.ts';
import type { AutoTopUpRow, PackageRow } from '../database.ts';
import { day, duration, money, savedCard, toCents, toUnits } from '../format.ts';
import { useAction } from '../hooks/use-action.ts';
import { useFocusOnError } from '../hooks/use-focus-on-error.ts';
import { useLoad } from '../hooks/use-load.ts';
import { routes } from '../routes.ts';
import { Choice } from './Choice.tsx';
import { ErrorNote } from './ErrorNote.tsx';
import { Field } from './Field.tsx';

/** Buys a package by itself when time runs low: the switch, its limits, and why it went off. */
export const AutoTopUp = ({ cards }: { cards: readonly SavedCard[] }) => {
  const setting = useLoad(getAutoTopUp);
  const packages = useLoad(listPackages);
  const off = useAction(switchAutoTopUpOff);
  const [isOpen, setIsOpen] = useState(false);

  const row = setting.data;
  const isOn = row?.is_enabled === true;
  const isShown = isOn || isOpen;

  const toggle = async (): Promise<void> => {
    if (!isOn) return setIsOpen(!isOpen);
    setIsOpen(false);
    if ((await off.run()) !== undefined) setting.reload();
  };

  return (
    <section className="card" aria-labelledby="auto-top-up">
      <div className="row apart">
        <h2 id="auto-top-up">Auto top-up</h2>
        <button
          type="button"
          role="switch"
          className="switch"
          aria-checked={isShown}
          aria-labelledby="auto-top-up"
          disabled={off.isBusy || row === undefined || cards.length === 0}
          onClick={() => void toggle()}
        >
          <span aria-hidden="true" />
        </button>
      </div>
      <p className="help">
        Buys time with a saved card before a conversation has to end. At most once an hour, never
        beyond your monthly limit, and you are told each time.
      </p>
      <ErrorNote
        error={setting.error ?? packages.error ?? off.error}
        onRetry={setting.error ? setting.reload : packages.error && packages.reload}
      />
      {row && <State row={row} />}
      {cards.length === 0 && (
        <p className="help">
          It needs a saved card: tick “Save this card” when you <a href={routes.prices}>buy time</a>
          .
        </p>
      )}
      {isShown && packages.data && cards.length > 0 && row !== undefined && (
        <ChoiceForm
          key={`${isOn}`}
          row={row}
          cards={cards}
          packages={packages.data}
          onSaved={setting.reload}
        />
      )}
    </section>
  );
};

const OFF_TEXTS: Readonly<Record<NonNullable<AutoTopUpRow['disabled_reason']>, string>> = {
  user: '',
  declined:
    'It switched itself off because the card was declined. Choose another card, then switch it on again.',
  authentication_required:
    'It switched itself off because your bank wants you to confirm each payment. Buy by hand, or choose another card.',
  payment_method_gone: 'It switched itself off because its card was removed. Choose another card.',
  package_gone: 'It switched itself off because its package is not sold any more. Choose another.',
};

const State = ({ row }: { row: AutoTopUpRow }) => {
  const why = row.disabled_reason === null ? '' : OFF_TEXTS[row.disabled_reason];
  return (
    <div role="status">
      {why !== '' && (
        <p className="note warn">
          {why}
          {row.disabled_at && <span className="help"> ({day(row.disabled_at)})</span>}
        </p>
      )}
      {row.is_enabled && row.limit_reached_at !== null && (
        <p className="note warn">
          The monthly limit was reached on {day(row.limit_reached_at)}. Raise it, or buy by hand.
        </p>
      )}
    </div>
  );
};

const THRESHOLDS_SECONDS = [300, 600, 900, 1800, 3600] as const;
const DEFAULT_THRESHOLD_SECONDS = 600;
/** What a new limit is proposed as: so many of the cheapest package. */
const PURCHASES_A_MONTH = 5;

interface FormProps {
  row: AutoTopUpRow | null;
  cards: readonly SavedCard[];
  packages: readonly PackageRow[];
  onSaved: () => void;
}

const ChoiceForm = ({ row, cards, packages, onSaved }: FormProps) => {
  const save = useAction(switchAutoTopUpOn);
  const form = useFocusOnError(save.error);
  const [isSaved, setIsSaved] = useState(false);
  const [packageId, setPackageId] = useState(row?.package_id ?? packages[0]?.id ?? '');
  const chosen = packages.find(({ id }) => id === packageId);
  const currency = chosen?.currency ?? 'usd';
  const limitCents =
    row?.monthly_limit_cents ?? (packages[0]?.price_cents ?? 0) * PURCHASES_A_MONTH;

  const submit = async (data: FormData): Promise<void> => {
    const choice: AutoTopUpChoice = {
      package_id: packageId,
      threshold_seconds: Number(data.get('threshold')),
      payment_method_id: String(data.get('card')),
      monthly_limit_cents: toCents(Number(data.get('limit')), currency),
    };
    setIsSaved(false);
    if ((await save.run(choice)) === undefined) return;
    setIsSaved(true);
    onSaved();
  };

  return (
    <form
      ref={form}
      onSubmit={(event) => {
        event.preventDefault();
        void submit(new FormData(event.currentTarget));
      }}
    >
      <ErrorNote error={save.error} />
      <div className="columns">
        <Choice
          label="When less is left than"
          name="threshold"
          defaultValue={row?.threshold_seconds ?? DEFAULT_THRESHOLD_SECONDS}
          errors={save.error?.fields['threshold_seconds']}
        >
          {THRESHOLDS_SECONDS.map((seconds) => (
            <option key={seconds} value={seconds}>
              {duration(seconds)}
            </option>
          ))}
        </Choice>
        <Choice
          label="Buy"
          value={packageId}
          onChange={(event) => setPackageId(event.currentTarget.value)}
          errors={save.error?.fields['package_id']}
        >
          {packages.map((item) => (
            <option key={item.id} value={item.id}>
              {item.name}: {money(item.price_cents, item.currency)}
            </option>
          ))}
        </Choice>
        <Choice
          label="With"
          name="card"
          defaultValue={row?.payment_method_id ?? undefined}
          errors={save.error?.fields['payment_method_id']}
        >
          {cards.map((card) => (
            <option key={card.id} value={card.id}>
              {savedCard(card)}
            </option>
          ))}
        </Choice>
        <Field
          label={`At most a month (${currency.toUpperCase()})`}
          name="limit"
          type="number"
          inputMode="numeric"
          min={1}
          step={1}
          required
          defaultValue={toUnits(limitCents, currency)}
          errors={save.error?.fields['monthly_limit_cents']}
        />
      </div>
      <p className="row">
        <button className="primary" disabled={save.isBusy}>
          {save.isBusy ? 'Saving…' : row?.is_enabled ? 'Save' : 'Switch it on'}
        </button>
        <span role="status">{isSaved && 'Saved. Auto top-up is on.'}</span>
      </p>
    </form>
  );
};
