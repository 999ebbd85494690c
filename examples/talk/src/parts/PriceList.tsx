import { useRef, useState } from 'react';
import { listPackages, openCheckout } from '../api/billing.ts';
import type { PackageRow } from '../database.ts';
import type { AppError } from '../errors.ts';
import { duration, money } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { routes } from '../routes.ts';
import { ErrorNote } from './ErrorNote.tsx';

export const PriceList = ({ isSignedIn }: { isSignedIn: boolean }) => {
  const prices = useLoad(listPackages);
  const checkout = useCheckout();
  return (
    <>
      <ErrorNote error={prices.error} onRetry={prices.reload} />
      <ErrorNote error={checkout.error} onRetry={checkout.retry} />
      {prices.data?.length === 0 && <p>Nothing is for sale at the moment.</p>}
      <ul className="prices">
        {prices.data?.map((item) => (
          <li key={item.id} className="card">
            <h2>{item.name}</h2>
            <p className="price">{money(item.price_cents, item.currency)}</p>
            <p>
              <strong>{duration(item.total_seconds)}</strong> of talking
            </p>
            {item.description && <p className="help">{item.description}</p>}
            <p className="help">{validity(item)}</p>
            {isSignedIn ? (
              <button
                type="button"
                className="primary"
                disabled={checkout.packageId !== undefined}
                onClick={() => void checkout.buy(item.id)}
              >
                {checkout.packageId === item.id ? 'Opening checkout…' : `Buy ${item.name}`}
              </button>
            ) : (
              <a className="button" href={routes.signUp}>
                Sign up to buy
              </a>
            )}
          </li>
        ))}
      </ul>
    </>
  );
};

const validity = ({ validity_days: days }: PackageRow): string =>
  days === null ? 'Does not expire' : `Valid for ${days} days`;

interface Wish {
  packageId: string;
  key: string;
}

/** Opens the hosted checkout in this window. One wish to buy keeps its key over its retries. */
const useCheckout = () => {
  const wish = useRef<Wish>(undefined);
  const [packageId, setPackageId] = useState<string>();
  const [error, setError] = useState<AppError>();

  const open = async ({ packageId: id, key }: Wish): Promise<void> => {
    setError(undefined);
    setPackageId(id);
    const answer = await openCheckout(id, key);
    if (answer.error === undefined) {
      window.location.assign(answer.data);
      return;
    }
    setPackageId(undefined);
    setError(answer.error);
  };

  const buy = (id: string): Promise<void> => {
    wish.current = { packageId: id, key: crypto.randomUUID() };
    return open(wish.current);
  };

  const retry = (): void => {
    if (wish.current === undefined) return;
    // A key that was begun with something else stays refused; any other may be asked again.
    if (error?.code === 'idempotency_conflict') void buy(wish.current.packageId);
    else void open(wish.current);
  };

  return { packageId, error, buy, retry };
};
