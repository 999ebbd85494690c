import { EmptyState } from '../parts/EmptyState.tsx';
import { PageHead } from '../parts/PageHead.tsx';

export const NotFoundPage = () => (
  <>
    <PageHead title="No such page" />
    <EmptyState text="There is nothing at this address. Choose a page from the menu." />
  </>
);
