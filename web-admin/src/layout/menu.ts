import AccountBalanceWalletIcon from '@mui/icons-material/AccountBalanceWallet';
import AdminPanelSettingsIcon from '@mui/icons-material/AdminPanelSettings';
import ConfirmationNumberIcon from '@mui/icons-material/ConfirmationNumber';
import GroupIcon from '@mui/icons-material/Group';
import HistoryIcon from '@mui/icons-material/History';
import InsightsIcon from '@mui/icons-material/Insights';
import MenuBookIcon from '@mui/icons-material/MenuBook';
import PodcastsIcon from '@mui/icons-material/Podcasts';
import RecordVoiceOverIcon from '@mui/icons-material/RecordVoiceOver';
import SellIcon from '@mui/icons-material/Sell';
import SmartToyIcon from '@mui/icons-material/SmartToy';
import TimerIcon from '@mui/icons-material/Timer';
import TuneIcon from '@mui/icons-material/Tune';
import WebhookIcon from '@mui/icons-material/Webhook';
import { listPath, paths } from '../core/routes.ts';

export interface MenuItem {
  to: string;
  label: string;
  Icon: typeof TimerIcon;
}

/** What the panel has, in the order of how often it is needed. */
export const MENU: readonly { heading: string; items: readonly MenuItem[] }[] = [
  {
    heading: 'Now',
    items: [
      { to: paths.overview, label: 'Overview', Icon: InsightsIcon },
      { to: paths.live, label: 'Live', Icon: PodcastsIcon },
    ],
  },
  {
    heading: 'Customers',
    items: [
      { to: listPath('users'), label: 'Users', Icon: GroupIcon },
      { to: listPath('cards'), label: 'Time cards', Icon: TimerIcon },
      { to: listPath('sessions'), label: 'Sessions', Icon: RecordVoiceOverIcon },
      { to: listPath('payments'), label: 'Payments', Icon: AccountBalanceWalletIcon },
      { to: listPath('batches'), label: 'Codes', Icon: ConfirmationNumberIcon },
    ],
  },
  {
    heading: 'Offer',
    items: [
      { to: listPath('packages'), label: 'Packages', Icon: SellIcon },
      { to: listPath('agents'), label: 'Agents', Icon: SmartToyIcon },
      { to: listPath('documents'), label: 'Knowledge', Icon: MenuBookIcon },
    ],
  },
  {
    heading: 'Business',
    items: [
      { to: paths.settings, label: 'Settings', Icon: TuneIcon },
      { to: listPath('admins'), label: 'Admins', Icon: AdminPanelSettingsIcon },
      { to: listPath('audit'), label: 'Audit log', Icon: HistoryIcon },
      { to: listPath('stripe-events'), label: 'Stripe events', Icon: WebhookIcon },
    ],
  },
];
