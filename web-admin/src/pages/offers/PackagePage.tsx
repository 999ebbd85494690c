import { Act } from '../../acts/Act.tsx';
import { savePackage } from '../../acts/offers.tsx';
import { duration, money, plural } from '../../core/format.ts';
import type { AuditRow, PackageRow } from '../../core/rows.ts';
import { Facts } from '../../parts/Facts.tsx';
import { Moment } from '../../parts/Moment.tsx';
import { PageHead } from '../../parts/PageHead.tsx';
import { RecordPage } from '../../parts/RecordPage.tsx';
import { Related } from '../../parts/Related.tsx';
import { Section } from '../../parts/Section.tsx';
import { Status } from '../../parts/Status.tsx';
import { AUDIT_COLUMNS } from '../business/audit-columns.tsx';

const PackagePage = () => (
  <RecordPage<PackageRow> page="packages" listName="Packages">
    {(sold) => (
      <>
        <PageHead
          title={sold.name}
          aside={<Status value={sold.is_active ? 'on sale' : 'not on sale'} />}
        >
          <Act spec={savePackage(sold)} />
        </PageHead>
        <Section title="On the price list">
          <Facts
            facts={{
              Time: duration(sold.total_seconds),
              Price: money(sold.price_cents, sold.currency),
              Lasts: sold.validity_days === null ? 'for ever' : plural(sold.validity_days, 'day'),
              Place: sold.sort_order,
              Description: sold.description || '–',
              Changed: <Moment at={sold.updated_at} />,
              Id: <code>{sold.id}</code>,
            }}
          />
        </Section>
        <Related<AuditRow>
          title="What admins did to it"
          resource="audit"
          page="audit"
          filter={{ subject_table: 'packages', subject_id: sold.id }}
          sort={{ field: 'id', order: 'DESC' }}
          columns={AUDIT_COLUMNS}
          empty="No admin has touched it."
        />
      </>
    )}
  </RecordPage>
);

export default PackagePage;
