import Link from '@mui/material/Link';
import { LinkBase } from 'ra-core';
import { recordPath } from '../core/routes.ts';
import type { PageName } from '../core/routes.ts';

/** A link to the page of a row; a dash when there is none. */
export const RecordLink = ({
  page,
  id,
  children,
}: {
  page: PageName;
  id: string | number | null;
  children?: React.ReactNode;
}) =>
  id === null ? (
    <>–</>
  ) : (
    <Link
      component={LinkBase}
      to={recordPath(page, id)}
      onClick={(event: React.MouseEvent) => event.stopPropagation()}
    >
      {children ?? shortId(id)}
    </Link>
  );

/** The first block of a uuid, which is enough to tell rows apart by eye. */
export const shortId = (id: string | number): string =>
  /^[0-9a-f]{8}-[0-9a-f-]{27}$/.test(String(id)) ? String(id).slice(0, 8) : String(id);

/** A link to any page; only its text when there is none to go to. */
export const PathLink = ({ to, children }: { to: string | undefined; children: React.ReactNode }) =>
  to === undefined ? (
    <>{children}</>
  ) : (
    <Link
      component={LinkBase}
      to={to}
      onClick={(event: React.MouseEvent) => event.stopPropagation()}
    >
      {children}
    </Link>
  );
