import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Skeleton from '@mui/material/Skeleton';
import Typography from '@mui/material/Typography';
import { useLocation, useNavigate } from 'ra-core';
import { useState } from 'react';
import { shownError } from '../core/error-texts.ts';
import type { AppError } from '../core/errors.ts';
import { ShownError } from '../core/errors.ts';
import { paths } from '../core/routes.ts';
import { useAnswer } from '../core/use-answer.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Moment } from '../parts/Moment.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { Section } from '../parts/Section.tsx';
import { CardTime } from './CardTime.tsx';
import { DayCharts } from './DayCharts.tsx';
import { FigureGrid, GRID } from './FigureGrid.tsx';
import { loadKpis } from './kpis.ts';
import type { Kpis } from './kpis.ts';
import { LedgerProof } from './LedgerProof.tsx';
import { NowStrip } from './NowStrip.tsx';
import { daysSearch, periodIn, presetSearch } from './period.ts';
import { PeriodPicker } from './PeriodPicker.tsx';
import { Retention } from './Retention.tsx';
import { range } from './words.ts';

/** How the business is doing: now, today, and in a period beside the one before it. */
const OverviewPage = () => {
  const { search } = useLocation();
  const navigate = useNavigate();
  const period = periodIn(search);
  const { data, error, ask } = useAnswer(daysSearch(period), () => loadKpis(period));
  const shown = useKept(data);
  const show = (wanted: string) => navigate(`${paths.overview}${wanted}`);
  return (
    <>
      <PageHead title="Overview">
        <PeriodPicker period={period} onSearch={(wanted) => void show(wanted)} />
      </PageHead>
      <LedgerProof />
      {error && (
        <ErrorNote
          error={problemOf(error)}
          {...(error.code === 'invalid_input' ? {} : { onRetry: ask })}
        />
      )}
      {!error && shown === undefined && <Waiting />}
      {!error && shown !== undefined && (
        <Box
          aria-busy={data === undefined}
          sx={{ opacity: data === undefined ? 0.55 : 1, transition: 'opacity 120ms' }}
        >
          <NowStrip kpis={shown} />
          <PeriodHead kpis={shown} onRefresh={ask} />
          {shown.days.length === 0 ? (
            <Nothing onShow={() => void show(presetSearch('30'))} />
          ) : (
            <PeriodFigures kpis={shown} />
          )}
        </Box>
      )}
    </>
  );
};

export default OverviewPage;

/** What is wrong with a period, the database says best. */
const problemOf = (error: AppError): ShownError =>
  error.code === 'invalid_input' && error.hint !== undefined
    ? new ShownError(error, error.hint)
    : shownError(error);

/** The last answer stays while another one is on its way. */
const useKept = <T,>(data: T | undefined): T | undefined => {
  const [kept, setKept] = useState(data);
  if (data !== undefined && data !== kept) setKept(data);
  return data ?? kept;
};

const PeriodHead = ({
  kpis: { at, period, previous },
  onRefresh,
}: {
  kpis: Kpis;
  onRefresh: () => void;
}) => (
  <Box sx={{ display: 'flex', flexWrap: 'wrap', alignItems: 'baseline', columnGap: 1.5, mb: 1 }}>
    <Typography variant="h2" sx={{ fontSize: '1.05rem' }}>
      {range(period.from_day, period.to_day)}
    </Typography>
    <Typography color="textSecondary" sx={{ fontSize: '0.8rem', flexGrow: 1 }}>
      beside {range(previous.from_day, previous.to_day)} · days of UTC
    </Typography>
    <Box sx={{ display: 'flex', alignItems: 'baseline', gap: 1 }}>
      <Typography color="textSecondary" component="span" sx={{ fontSize: '0.8rem' }}>
        As of <Moment at={at} as="seconds" />
      </Typography>
      <Button onClick={onRefresh}>Refresh</Button>
    </Box>
  </Box>
);

const PeriodFigures = ({ kpis }: { kpis: Kpis }) => (
  <>
    <FigureGrid kpis={kpis} />
    <DayCharts days={kpis.days}>
      <CardTime figures={kpis.period} />
    </DayCharts>
    <Retention cohorts={kpis.retention} />
  </>
);

const Nothing = ({ onShow }: { onShow: () => void }) => (
  <Section title="Nothing to tell">
    <EmptyState text="The business has no figures for these days: they lie before its first day or still ahead.">
      <Button variant="outlined" onClick={onShow}>
        Show the last 30 days
      </Button>
    </EmptyState>
  </Section>
);

const TILES = 10;

const Waiting = () => (
  <Box aria-busy role="status" aria-label="Loading the figures">
    <Skeleton variant="rounded" height={86} sx={{ mb: 2 }} />
    <Box sx={GRID}>
      {Array.from({ length: TILES }, (_, tile) => (
        <Skeleton key={tile} variant="rounded" height={118} />
      ))}
    </Box>
  </Box>
);
