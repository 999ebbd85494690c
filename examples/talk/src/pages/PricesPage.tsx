import { Page } from '../parts/Page.tsx';
import { PriceList } from '../parts/PriceList.tsx';

export const PricesPage = ({ isSignedIn }: { isSignedIn: boolean }) => (
  <Page title={isSignedIn ? 'Buy time' : 'Prices'}>
    <PriceList isSignedIn={isSignedIn} />
  </Page>
);
