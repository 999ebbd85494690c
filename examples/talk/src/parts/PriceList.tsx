import type { ReactNode } from 'react';
import { listPackages } from '../api/billing.ts';
import type { PackageRow } from '../database.ts';
import { duration, money } from '../format.ts';
import { useLoad } from '../hooks/use-load.ts';
import { ErrorNote } from './ErrorNote.tsx';

interface Props {
  /** What to do about a package: a button to buy it, a link to sign up. */
  renderAction: (item: PackageRow) => ReactNode;
}

export const PriceList = ({ renderAction }: Props) => {
  const prices = useLoad(listPackages);
  return (
    <>
      <ErrorNote error={prices.error} onRetry={prices.reload} />
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
            {renderAction(item)}
          </li>
        ))}
      </ul>
    </>
  );
};

const validity = ({ validity_days: days }: PackageRow): string =>
  days === null ? 'Does not expire' : `Valid for ${days} days`;
