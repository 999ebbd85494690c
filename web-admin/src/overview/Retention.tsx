import Box from '@mui/material/Box';
import Table from '@mui/material/Table';
import TableBody from '@mui/material/TableBody';
import TableCell from '@mui/material/TableCell';
import TableHead from '@mui/material/TableHead';
import TableRow from '@mui/material/TableRow';
import Typography from '@mui/material/Typography';
import { alpha } from '@mui/material/styles';
import type { Theme } from '@mui/material/styles';
import { count, plural } from '../core/format.ts';
import { EmptyState } from '../parts/EmptyState.tsx';
import { Section } from '../parts/Section.tsx';
import type { Cohort } from './kpis.ts';
import { CsvButton } from './CsvButton.tsx';
import { percent, shortDay } from './words.ts';

/** The deepest shade still lets the ordinary text colour be read on it. */
const DEEPEST = { light: 0.5, dark: 0.42 } as const;

/** @param share of the highest rate of the table */
const shade = (share: number) => (theme: Theme) =>
  alpha(theme.palette.primary.main, share * DEEPEST[theme.palette.mode]);

const weekName = (week: number): string => (week === 0 ? 'Same week' : `+${week}`);

/** How many of those who signed up in a week talked in it and in each one after it. */
export const Retention = ({ cohorts }: { cohorts: readonly Cohort[] }) => {
  const weeks = Math.max(0, ...cohorts.map(({ rates }) => rates.length));
  const highest = Math.max(...cohorts.flatMap(({ rates }) => rates));
  const rows = cohorts.flatMap(({ week, people, talked, rates }) =>
    rates.map((rate, index) => ({
      signed_up_in_week: week,
      people,
      weeks_later: index,
      talked: talked[index],
      rate,
    })),
  );
  return (
    <Section
      title="Retention by week of sign-up"
      actions={
        cohorts.length > 0 && (
          <CsvButton
            name="retention"
            columns={['signed_up_in_week', 'people', 'weeks_later', 'talked', 'rate']}
            rows={rows}
          />
        )
      }
    >
      {cohorts.length === 0 ? (
        <EmptyState text="Nobody signed up in these weeks." />
      ) : (
        <>
          <Box
            role="region"
            aria-label="Retention by week of sign-up"
            tabIndex={0}
            sx={{ position: 'relative', overflowX: 'auto', px: 1 }}
          >
            <Table
              size="small"
              aria-label="Retention by week of sign-up"
              sx={{
                borderCollapse: 'separate',
                borderSpacing: '2px',
                width: 'auto',
                '& th, & td': { border: 0, px: 1.25, py: 0.75 },
              }}
            >
              <Head weeks={weeks} />
              <TableBody>
                {cohorts.map((cohort) => (
                  <CohortRow key={cohort.week} cohort={cohort} highest={highest} />
                ))}
              </TableBody>
            </Table>
          </Box>
          <Typography
            variant="body2"
            color="textSecondary"
            sx={{ px: 2, pt: 1, pb: 1.5, fontSize: '0.78rem' }}
          >
            The share of the people of a week (from Monday, UTC) who talked in it and in each week
            after it. The last figure of a row is of the last week of the period, which may not be
            over.
          </Typography>
        </>
      )}
    </Section>
  );
};

const Head = ({ weeks }: { weeks: number }) => (
  <TableHead>
    <TableRow>
      <TableCell scope="col">Week of</TableCell>
      <TableCell scope="col" align="right">
        People
      </TableCell>
      {Array.from({ length: weeks }, (_, week) => (
        <TableCell key={week} scope="col" align="center">
          <span aria-hidden>{weekName(week)}</span>
          <Box
            component="span"
            sx={{
              position: 'absolute',
              width: '1px',
              height: '1px',
              overflow: 'hidden',
              clipPath: 'inset(50%)',
            }}
          >
            {week === 0 ? 'In the same week' : `${plural(week, 'week')} later`}
          </Box>
        </TableCell>
      ))}
    </TableRow>
  </TableHead>
);

const CohortRow = ({
  cohort: { week, people, talked, rates },
  highest,
}: {
  cohort: Cohort;
  highest: number;
}) => (
  <TableRow>
    <TableCell component="th" scope="row" sx={{ whiteSpace: 'nowrap' }}>
      {shortDay(week)}
    </TableCell>
    <TableCell align="right">{count(people)}</TableCell>
    {rates.map((rate, index) => (
      <TableCell
        // Weeks never move: the position is what a cell is.
        key={index}
        align="center"
        title={`${count(talked[index] ?? 0)} of ${count(people)}`}
        sx={{ bgcolor: shade(highest > 0 ? rate / highest : 0), borderRadius: 0.5, minWidth: 58 }}
      >
        {percent(rate)}
      </TableCell>
    ))}
  </TableRow>
);
