import { listNotices, markNoticeRead } from '../api/auto-top-up.ts';
import type { NoticeRow } from '../database.ts';
import { dayAndTime, money } from '../format.ts';
import { useFreshLoad } from '../hooks/use-fresh-load.ts';
import { routes } from '../routes.ts';

const detail = ({ details }: NoticeRow, name: string): unknown =>
  typeof details === 'object' && details !== null && !Array.isArray(details)
    ? details[name]
    : undefined;

const amountIn = (notice: NoticeRow): string => {
  const cents = detail(notice, 'amount_cents');
  const currency = detail(notice, 'currency');
  return typeof cents === 'number' && typeof currency === 'string' ? money(cents, currency) : '';
};

const TEXTS: Readonly<Record<string, (notice: NoticeRow) => string>> = {
  auto_top_up_succeeded: (notice) =>
    `Your time ran low, so we topped it up for ${amountIn(notice)}, as you asked us to.`,
  auto_top_up_failed: (notice) =>
    detail(notice, 'reason') === 'authentication_required'
      ? 'Auto top-up could not pay: your bank wants you to confirm the payment. It is switched off.'
      : 'Auto top-up could not pay: the card was declined. It is switched off.',
  auto_top_up_limit_reached: () =>
    'Your time runs low, but the monthly limit of your auto top-up is reached.',
};

/** What happened while nobody was looking. A kind that this app does not know is left out. */
export const NoticeList = () => {
  const notices = useFreshLoad(listNotices);
  const known = (notices.data ?? []).filter(({ kind }) => Object.hasOwn(TEXTS, kind));
  const dismiss = async (id: number): Promise<void> => {
    await markNoticeRead(id);
    notices.reload();
  };
  return (
    <div role="status">
      {known.map((notice) => (
        <div
          key={notice.id}
          className={notice.kind === 'auto_top_up_succeeded' ? 'note good' : 'note warn'}
        >
          <p>{TEXTS[notice.kind]?.(notice)}</p>
          <p className="row apart">
            <span className="help">{dayAndTime(notice.created_at)}</span>
            <span className="row">
              {notice.kind !== 'auto_top_up_succeeded' && <a href={routes.account}>Settings</a>}
              <button type="button" className="small" onClick={() => void dismiss(notice.id)}>
                Dismiss
              </button>
            </span>
          </p>
        </div>
      ))}
    </div>
  );
};
