import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Chip from '@mui/material/Chip';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { Act } from '../acts/Act.tsx';
import { endSession } from '../acts/sessions.tsx';
import { shownError, textOfError } from '../core/error-texts.ts';
import { plural } from '../core/format.ts';
import type { Column } from '../parts/DataTable.tsx';
import { DataTable } from '../parts/DataTable.tsx';
import { EmptyState } from '../parts/EmptyState.tsx';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Moment } from '../parts/Moment.tsx';
import { PageHead } from '../parts/PageHead.tsx';
import { RecordLink } from '../parts/RecordLink.tsx';
import { Countdown } from './Countdown.tsx';
import type { ShownSession } from './shown-sessions.ts';
import { useLive } from './use-live.ts';

/** The calls that are going on, with what is left to each. */
const LivePage = () => {
  const { answer, rows, error, refresh } = useLive();
  const talking = answer?.sessions.filter(({ status }) => status === 'active').length ?? 0;
  const waiting = answer?.sessions.filter(({ status }) => status === 'pending').length ?? 0;
  return (
    <>
      <PageHead title="Live">
        <Typography color="textSecondary" role="status">
          {answer && `${plural(talking, 'call')}, ${waiting} waiting`}
        </Typography>
      </PageHead>
      {error && answer && (
        <Alert severity="warning" variant="outlined" sx={{ mb: 2 }}>
          {textOfError(error)} What you see is of <Moment at={answer.at} as="seconds" />; it is
          tried again every few seconds.
        </Alert>
      )}
      {error && !answer ? (
        <ErrorNote error={shownError(error)} onRetry={refresh} />
      ) : (
        <Paper variant="outlined">
          {answer && rows.length === 0 ? (
            <EmptyState text="Nobody is talking at the moment. Calls appear here by themselves." />
          ) : (
            <DataTable<ShownSession>
              label="Open sessions"
              columns={COLUMNS}
              rows={answer && rows}
            />
          )}
        </Paper>
      )}
    </>
  );
};

export default LivePage;

const COLUMNS: readonly Column<ShownSession>[] = [
  { label: 'User', cell: (session) => <Who session={session} /> },
  { label: 'Agent', from: 'sm', cell: ({ agent_type_name }) => agent_type_name },
  { label: 'State', from: 'sm', cell: (session) => <State session={session} /> },
  {
    label: 'Started',
    from: 'md',
    cell: ({ started_at }) => <Moment at={started_at} as="seconds" none="not yet" />,
  },
  {
    label: 'Talked',
    align: 'right',
    from: 'sm',
    cell: (session) => (
      <Countdown
        label={`Talked by ${session.user_email}`}
        counted={
          isRunning(session) ? { since: session.talkedFrom } : { still: session.talked_seconds }
        }
      />
    ),
  },
  {
    label: 'Left',
    align: 'right',
    cell: (session) =>
      session.isOver ? (
        '–'
      ) : (
        <Countdown
          label={`Left to ${session.user_email}`}
          counted={
            isRunning(session) ? { until: session.runsOutAt } : { still: session.remaining_seconds }
          }
          color={session.is_low ? 'warning.main' : 'inherit'}
        />
      ),
  },
  {
    label: 'Session',
    align: 'right',
    cell: (session) => (
      <Box sx={{ display: 'flex', gap: 1.5, justifyContent: 'flex-end', alignItems: 'center' }}>
        <Box sx={{ display: { xs: 'none', sm: 'block' } }}>
          <RecordLink page="sessions" id={session.id} />
        </Box>
        <Act spec={actOn(session)} />
      </Box>
    ),
  },
];

/** The act of the session's own page, with a shorter word: the row says whose session it is. */
const actOn = (session: ShownSession) => ({
  ...endSession({ ...session, status: session.isOver ? 'over' : session.status }),
  button: 'End',
  buttonLabel: `End the session of ${session.user_email}`,
});

const Who = ({ session }: { session: ShownSession }) => (
  <>
    <RecordLink page="users" id={session.user_id}>
      {session.user_name ?? session.user_email}
    </RecordLink>
    {session.user_name !== null && (
      <Box
        sx={{
          display: { xs: 'none', sm: 'block' },
          color: 'text.secondary',
          fontSize: '0.75rem',
          overflowWrap: 'anywhere',
        }}
      >
        {session.user_email}
      </Box>
    )}
    <Box sx={{ display: { sm: 'none' }, mt: 0.5 }}>
      <State session={session} />
    </Box>
  </>
);

const isRunning = ({ status, isOver }: ShownSession): boolean => status === 'active' && !isOver;

interface Told {
  text: string;
  color: 'success' | 'info' | 'warning' | 'default';
}

const toldState = (session: ShownSession): Told => {
  if (session.isOver) return { text: 'Over', color: 'default' };
  if (session.end_requested_at !== null) return { text: 'Ending', color: 'warning' };
  if (session.is_silent) return { text: 'No beat', color: 'warning' };
  if (session.status === 'pending') return { text: 'Waiting', color: 'info' };
  return { text: 'Talking', color: 'success' };
};

const State = ({ session }: { session: ShownSession }) => {
  const { text, color } = toldState(session);
  return (
    <Chip label={text} color={color} variant="outlined" sx={{ height: 22, fontSize: '0.75rem' }} />
  );
};
