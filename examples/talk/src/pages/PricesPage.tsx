import { Page } from '../parts/Page.tsx';
import { PriceList } from '../parts/PriceList.tsx';
import { SignUpToBuy } from '../parts/SignUpToBuy.tsx';

export const PricesPage = () => (
  <Page title="Prices">
    <p className="lead">Pay once, talk by the second. No subscription.</p>
    <PriceList renderAction={() => <SignUpToBuy />} />
  </Page>
);
