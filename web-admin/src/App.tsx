import { lazy } from 'react';
import { CoreAdminContext, CoreAdminUI, localStorageStore, Resource } from 'react-admin';
import { authProvider } from './core/auth-provider.ts';
import { dataProvider } from './core/data-provider.ts';
import { AppTheme } from './layout/AppTheme.tsx';
import { Layout } from './layout/Layout.tsx';
import { Notices } from './layout/Notices.tsx';
import { NotFoundPage } from './layout/NotFoundPage.tsx';
import { SignInPage } from './layout/SignInPage.tsx';

/** Every page is a part of the program of its own, fetched when it is first opened. */
const OverviewPage = lazy(() => import('./overview/OverviewPage.tsx'));
const LivePage = lazy(() => import('./live/LivePage.tsx'));
const UserList = lazy(() => import('./pages/users/UserList.tsx'));
const UserPage = lazy(() => import('./pages/users/UserPage.tsx'));
const CardList = lazy(() => import('./pages/cards/CardList.tsx'));
const CardPage = lazy(() => import('./pages/cards/CardPage.tsx'));
const SessionList = lazy(() => import('./pages/sessions/SessionList.tsx'));
const SessionPage = lazy(() => import('./pages/sessions/SessionPage.tsx'));
const PaymentList = lazy(() => import('./pages/payments/PaymentList.tsx'));
const PaymentPage = lazy(() => import('./pages/payments/PaymentPage.tsx'));
const BatchList = lazy(() => import('./pages/codes/BatchList.tsx'));
const BatchPage = lazy(() => import('./pages/codes/BatchPage.tsx'));
const PackageList = lazy(() => import('./pages/offers/PackageList.tsx'));
const PackagePage = lazy(() => import('./pages/offers/PackagePage.tsx'));
const AgentList = lazy(() => import('./pages/offers/AgentList.tsx'));
const AgentPage = lazy(() => import('./pages/offers/AgentPage.tsx'));
const DocumentList = lazy(() => import('./pages/knowledge/DocumentList.tsx'));
const DocumentPage = lazy(() => import('./pages/knowledge/DocumentPage.tsx'));
const SettingsPage = lazy(() => import('./pages/business/SettingsPage.tsx'));
const AdminList = lazy(() => import('./pages/business/AdminList.tsx'));
const AuditList = lazy(() => import('./pages/business/AuditList.tsx'));
const AuditPage = lazy(() => import('./pages/business/AuditPage.tsx'));
const StripeEventList = lazy(() => import('./pages/business/StripeEventList.tsx'));
const StripeEventPage = lazy(() => import('./pages/business/StripeEventPage.tsx'));

const store = localStorageStore('1', 'mindbot-admin');

export const App = () => (
  <CoreAdminContext authProvider={authProvider} dataProvider={dataProvider} store={store}>
    <AppTheme>
      <CoreAdminUI
        title="MindBot admin"
        layout={Layout}
        loginPage={SignInPage}
        dashboard={OverviewPage}
        catchAll={NotFoundPage}
        requireAuth
        disableTelemetry
      >
        <Resource name="live" list={LivePage} />
        <Resource name="users" list={UserList} show={UserPage} />
        <Resource name="cards" list={CardList} show={CardPage} />
        <Resource name="sessions" list={SessionList} show={SessionPage} />
        <Resource name="payments" list={PaymentList} show={PaymentPage} />
        <Resource name="batches" list={BatchList} show={BatchPage} />
        <Resource name="packages" list={PackageList} show={PackagePage} />
        <Resource name="agents" list={AgentList} show={AgentPage} />
        <Resource name="documents" list={DocumentList} show={DocumentPage} />
        <Resource name="settings" list={SettingsPage} />
        <Resource name="admins" list={AdminList} />
        <Resource name="audit" list={AuditList} show={AuditPage} />
        <Resource name="stripe-events" list={StripeEventList} show={StripeEventPage} />
      </CoreAdminUI>
      <Notices />
    </AppTheme>
  </CoreAdminContext>
);
