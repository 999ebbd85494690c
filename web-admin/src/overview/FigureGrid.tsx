import Box from '@mui/material/Box';
import { count, money, plural } from '../core/format.ts';
import { Change } from './Change.tsx';
import { Figure, FigureTile } from './FigureTile.tsx';
import type { Figures, Kpis } from './kpis.ts';
import { amounts, average, percent, ratio, roughly } from './words.ts';

/** Nine figures and the first, which is two wide, fill two rows of five. */
export const GRID = {
  display: 'grid',
  gap: 1.5,
  gridTemplateColumns: { xs: 'repeat(2, minmax(0, 1fr))', lg: 'repeat(5, minmax(0, 1fr))' },
} as const;

/** The figures of the period, each beside that of the period before. */
export const FigureGrid = ({ kpis }: { kpis: Kpis }) => (
  <Box sx={{ ...GRID, mb: 2 }}>
    <RevenueTile kpis={kpis} />
    <SignUpTile kpis={kpis} />
    <SessionTile kpis={kpis} />
    <LengthTile kpis={kpis} />
    <PaymentTile kpis={kpis} />
    <SatisfactionTile kpis={kpis} />
    <UtilisationTile kpis={kpis} />
    <MarginTile kpis={kpis} />
    <LiabilityTile kpis={kpis} />
  </Box>
);

/** The currencies of either period, and what each has. */
const byCurrency = <R extends { currency: string }>(rows: readonly R[], before: readonly R[]) => {
  const currencies = new Set([...rows, ...before].map(({ currency }) => currency));
  return [...currencies].toSorted().map((currency) => ({
    currency,
    row: rows.find((row) => row.currency === currency),
    previous: before.find((row) => row.currency === currency),
  }));
};

const RevenueTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => {
  const currencies = byCurrency(period.revenue, previous.revenue);
  return (
    <FigureTile
      name="Revenue"
      isWide
      explained="Paid less refunds and chargebacks, on the day on which each became known."
      detail={returned(period)}
    >
      {currencies.length === 0 && <Figure value={money(0, 'usd')} />}
      <Box sx={{ display: 'flex', flexWrap: 'wrap', gap: '4px 28px' }}>
        {currencies.map(({ currency, row, previous: before }) => (
          <Figure
            key={currency}
            value={money(row?.net_cents ?? 0, currency)}
            change={<Change value={changes.revenue[currency]} as="growth" good="up" />}
            before={money(before?.net_cents ?? 0, currency)}
          />
        ))}
      </Box>
    </FigureTile>
  );
};

const returned = ({ revenue }: Figures): string => {
  const given = (measure: 'refunded_cents' | 'charged_back_cents') =>
    revenue
      .filter((row) => row[measure] !== 0)
      .map((row) => ({ currency: row.currency, cents: row[measure] }));
  const [refunded, chargedBack] = [given('refunded_cents'), given('charged_back_cents')];
  if (refunded.length === 0 && chargedBack.length === 0) return 'Nothing refunded or charged back';
  return [
    refunded.length > 0 ? `${amounts(refunded)} refunded` : '',
    chargedBack.length > 0 ? `${amounts(chargedBack)} charged back` : '',
  ]
    .filter(Boolean)
    .join(' · ');
};

const SignUpTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => (
  <FigureTile name="New users" explained="People who signed up.">
    <Figure
      value={count(period.sign_ups)}
      change={<Change value={changes.growth.sign_ups} as="growth" good="up" />}
      before={count(previous.sign_ups)}
    />
  </FigureTile>
);

const SessionTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => (
  <FigureTile
    name="Sessions"
    explained="Sessions that ended in good order after somebody had joined."
    detail={`${count(period.sessions.failed)} ended in an error · ${count(period.sessions.unjoined)} never joined`}
  >
    <Figure
      value={count(period.sessions.completed)}
      change={<Change value={changes.growth.completed_sessions} as="growth" good="up" />}
      before={count(previous.sessions.completed)}
    />
  </FigureTile>
);

const LengthTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => (
  <FigureTile
    name="Average session"
    explained="The time talked over the sessions that somebody joined."
    detail={`${roughly(period.margin.served_seconds)} talked in all`}
  >
    <Figure
      value={roughly(period.sessions.average_seconds)}
      change={<Change value={changes.growth.average_seconds} as="growth" />}
      before={roughly(previous.sessions.average_seconds)}
    />
  </FigureTile>
);

const PaymentTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => (
  <FigureTile
    name="Payment success"
    explained="Of the payments that were decided, the share that was paid."
    detail={`${count(period.payments.succeeded)} paid · ${count(period.payments.failed)} declined or given up`}
  >
    <Figure
      value={percent(period.payments.success_rate)}
      change={<Change value={changes.difference.success_rate} as="points" good="up" />}
      before={percent(previous.payments.success_rate)}
    />
  </FigureTile>
);

const SatisfactionTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => (
  <FigureTile
    name="Satisfaction"
    explained="The average of the stars given, from 1 to 5; satisfied are those who gave 4 or 5."
    detail={
      period.satisfaction.ratings === 0
        ? 'No ratings'
        : `${percent(period.satisfaction.satisfied_rate)} satisfied of ${plural(period.satisfaction.ratings, 'rating')}`
    }
  >
    <Figure
      value={
        period.satisfaction.average === null ? '–' : `${average(period.satisfaction.average)} of 5`
      }
      change={<Change value={changes.difference.average_rating} as="difference" good="up" />}
      before={average(previous.satisfaction.average)}
    />
  </FigureTile>
);

const UtilisationTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => (
  <FigureTile
    name="Card utilisation"
    explained="Of all the time ever paid for and not taken back, the share that was talked by the end of the period."
    detail={`${roughly(period.card_seconds.paid.issued_seconds)} sold · ${roughly(period.card_seconds.paid.used_seconds)} used`}
  >
    <Figure
      value={percent(period.card_utilisation)}
      change={<Change value={changes.difference.card_utilisation} as="points" />}
      before={percent(previous.card_utilisation)}
    />
  </FigureTile>
);

/** Below this the ratio reads as less than 1.00. */
const WHOLE = 0.995;

const marginDetail = ({ margin }: Figures): string =>
  margin.billed_per_served === null
    ? 'Nothing was served'
    : [
        margin.billed_per_served < WHOLE ? 'Less billed than served' : '',
        `${ratio(margin.paid_per_served)} from paid cards`,
        `${roughly(margin.billed_seconds)} billed`,
      ]
        .filter(Boolean)
        .join(' · ');

const MarginTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => (
  <FigureTile
    name="Margin guard"
    explained="Card seconds billed for each second that the providers served. Below 1, time was served that nobody was billed for."
    detail={marginDetail(period)}
  >
    <Figure
      value={ratio(period.margin.billed_per_served)}
      isWarning={(period.margin.billed_per_served ?? 1) < WHOLE}
      change={<Change value={changes.difference.billed_per_served} as="difference" good="up" />}
      before={ratio(previous.margin.billed_per_served)}
    />
  </FigureTile>
);

const LiabilityTile = ({ kpis: { period, previous, changes } }: { kpis: Kpis }) => {
  const currencies = byCurrency(period.liabilities.by_currency, previous.liabilities.by_currency);
  return (
    <FigureTile
      name="Liabilities"
      explained="The price of the time that was paid for and is neither used, expired nor taken back, at the end of the period."
      detail={`${roughly(period.liabilities.seconds)} sold and not used`}
    >
      {currencies.length === 0 && <Figure value={money(0, 'usd')} />}
      {currencies.map(({ currency, row, previous: before }) => (
        <Figure
          key={currency}
          isMoney={currencies.length > 1}
          value={money(row?.cents ?? 0, currency)}
          change={<Change value={changes.liabilities[currency]} as="growth" />}
          before={money(before?.cents ?? 0, currency)}
        />
      ))}
    </FigureTile>
  );
};
