import CheckCircleIcon from '@mui/icons-material/CheckCircle';
import ErrorIcon from '@mui/icons-material/Error';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import Typography from '@mui/material/Typography';
import { shownError } from '../core/error-texts.ts';
import type { AppError } from '../core/errors.ts';
import { ShownError } from '../core/errors.ts';
import { count, plural, words } from '../core/format.ts';
import { useAnswer } from '../core/use-answer.ts';
import { ErrorNote } from '../parts/ErrorNote.tsx';
import { Moment } from '../parts/Moment.tsx';
import { RecordLink } from '../parts/RecordLink.tsx';
import { CsvButton } from './CsvButton.tsx';
import { pageOf, proveLedger } from './ledger.ts';
import type { Proof, Violation } from './ledger.ts';
import { PlainTable } from './PlainTable.tsx';
import type { PlainColumn } from './PlainTable.tsx';

const SHOWN_VIOLATIONS = 50;

/** The proof reads every row there is: with a long history it can take longer than a request may. */
const problemOf = (error: AppError): ShownError =>
  error.code === 'too_slow'
    ? new ShownError(
        error,
        'The proof reads everything, and that takes longer here than a request may. Have verify_ledger() run in the database.',
      )
    : shownError(error);

/** Whether the books are right, by the database's own proof: on opening and on demand. */
export const LedgerProof = () => {
  const { data: proof, error, ask } = useAnswer('ledger', proveLedger);
  if (error) {
    return (
      <Box sx={{ mb: 2 }}>
        <ErrorNote error={problemOf(error)} onRetry={ask} />
      </Box>
    );
  }
  const isBroken = proof !== undefined && proof.violations.length > 0;
  return (
    <Paper
      component="section"
      variant="outlined"
      aria-label="Ledger proof"
      sx={{ mb: 2, ...(isBroken ? { borderColor: 'error.main' } : {}) }}
    >
      <Box
        sx={{
          display: 'flex',
          flexWrap: { xs: 'wrap', sm: 'nowrap' },
          alignItems: 'center',
          gap: 1,
          px: 2,
          py: 1,
        }}
      >
        <Box
          role="status"
          sx={{ display: 'flex', alignItems: 'center', gap: 1, flexGrow: 1, minWidth: 0 }}
        >
          <Verdict proof={proof} />
        </Box>
        {isBroken && (
          <CsvButton
            name="ledger-violations"
            columns={['invariant', 'subject', 'detail']}
            rows={proof.violations}
          />
        )}
        <Button
          variant="outlined"
          onClick={ask}
          loading={proof === undefined}
          sx={{ flexShrink: 0 }}
        >
          Check again
        </Button>
      </Box>
      {isBroken && <Violations violations={proof.violations} />}
    </Paper>
  );
};

const Verdict = ({ proof }: { proof: Proof | undefined }) => {
  if (proof === undefined) {
    return <Typography color="textSecondary">Proving the ledger…</Typography>;
  }
  const found = proof.violations.length;
  const Icon = found === 0 ? CheckCircleIcon : ErrorIcon;
  return (
    <>
      <Icon color={found === 0 ? 'success' : 'error'} />
      <Box>
        <Box component="span" sx={{ fontWeight: 650, mr: 1 }}>
          {found === 0 ? 'The ledger is proven' : `The ledger has ${plural(found, 'violation')}`}
        </Box>
        <Box component="span" sx={{ color: 'text.secondary' }}>
          {found === 0 && 'every second and every cent is accounted for · '}
          checked <Moment at={proof.at} as="seconds" />
        </Box>
      </Box>
    </>
  );
};

const COLUMNS: readonly PlainColumn<Violation>[] = [
  { label: 'What should be so, and is not', cell: ({ invariant }) => words(invariant) },
  {
    label: 'Where',
    cell: (violation) => {
      const page = pageOf(violation);
      return page === undefined ? (
        <code>{violation.subject}</code>
      ) : (
        <RecordLink page={page} id={violation.subject} />
      );
    },
  },
  { label: 'Figures', cell: ({ detail }) => detail ?? '–' },
];

const Violations = ({ violations }: { violations: readonly Violation[] }) => (
  <>
    <PlainTable
      label="Violations of the ledger"
      columns={COLUMNS}
      rows={violations.slice(0, SHOWN_VIOLATIONS)}
      keyOf={({ invariant, subject, detail }) => `${invariant} ${subject} ${detail ?? ''}`}
    />
    {violations.length > SHOWN_VIOLATIONS && (
      <Typography color="textSecondary" sx={{ px: 2, py: 1 }}>
        And {count(violations.length - SHOWN_VIOLATIONS)} more: the CSV file has them all.
      </Typography>
    )}
  </>
);
