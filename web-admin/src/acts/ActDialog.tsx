import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Dialog from '@mui/material/Dialog';
import DialogActions from '@mui/material/DialogActions';
import DialogContent from '@mui/material/DialogContent';
import DialogTitle from '@mui/material/DialogTitle';
import Link from '@mui/material/Link';
import TextField from '@mui/material/TextField';
import { LinkBase, useRefresh } from 'ra-core';
import { useId, useState } from 'react';
import { textOfError } from '../core/error-texts.ts';
import type { AppError } from '../core/errors.ts';
import { recordPath } from '../core/routes.ts';
import { otherProblems } from './act.ts';
import type { ActForm, ActSpec } from './act.ts';
import { useAct } from './use-act.ts';

const REASON_CHARACTERS = 2000;

/** The dialog of an act: why, what will happen to whom, the confirmation, the answer. */
export const ActDialog = <V extends object, A>({
  spec,
  onClose,
}: {
  spec: ActSpec<V, A>;
  onClose: () => void;
}) => {
  const titleId = useId();
  const [values, setValues] = useState(spec.initial);
  const [reason, setReason] = useState('');
  const { run, isBusy, error, done } = useAct(spec);
  const form: ActForm<V> = {
    values,
    set: (change) => setValues((now) => ({ ...now, ...change })),
    problem: (field) => error?.fields[field]?.join(', '),
  };
  const refresh = useRefresh();
  const leave = () => {
    // Only now: the row that the act is about may be gone from the page, and this dialog with it.
    if (done !== undefined) refresh();
    onClose();
  };
  const consequence = spec.consequence(values);
  const mayNotLeave = isBusy || (done !== undefined && spec.keepsAnswerOpen === true);

  return (
    <Dialog
      open
      fullWidth
      maxWidth="sm"
      aria-labelledby={titleId}
      onClose={mayNotLeave ? () => undefined : leave}
    >
      <Box
        component="form"
        sx={{ display: 'flex', flexDirection: 'column', minHeight: 0 }}
        onSubmit={(event: React.FormEvent) => {
          event.preventDefault();
          if (done === undefined && consequence !== undefined) void run(values, reason.trim());
        }}
      >
        <DialogTitle id={titleId} sx={{ fontSize: '1.05rem', fontWeight: 650 }}>
          {spec.title}
        </DialogTitle>
        <DialogContent sx={{ display: 'grid', gap: 2 }}>
          {done === undefined ? (
            <>
              {spec.fields && (
                <Box sx={{ display: 'grid', gap: 2, pt: 1 }}>{spec.fields(form)}</Box>
              )}
              <ReasonField reason={reason} onReason={setReason} problem={form.problem('reason')} />
              <Alert severity={spec.isDangerous ? 'warning' : 'info'} icon={false} role="status">
                <strong>What will happen: </strong>
                {consequence ?? 'fill in the form, and it stands here.'}
              </Alert>
              {error && <Refusal error={error} spec={spec} values={values} />}
            </>
          ) : (
            <Alert severity="success" variant="outlined" role="status">
              {spec.answer(done.answer, values)}
            </Alert>
          )}
          {done?.auditId !== undefined && (
            <Link component={LinkBase} to={recordPath('audit', done.auditId)}>
              Entry {done.auditId} of the audit log
            </Link>
          )}
        </DialogContent>
        <DialogActions sx={{ px: 3, pb: 2 }}>
          {done === undefined ? (
            <>
              <Button onClick={onClose} disabled={isBusy}>
                Cancel
              </Button>
              <Button
                type="submit"
                variant="contained"
                color={spec.isDangerous ? 'error' : 'primary'}
                loading={isBusy}
                disabled={reason.trim() === '' || consequence === undefined}
              >
                {spec.confirm}
              </Button>
            </>
          ) : (
            <Button variant="contained" onClick={leave} autoFocus>
              {spec.keepsAnswerOpen ? 'I have kept them' : 'Close'}
            </Button>
          )}
        </DialogActions>
      </Box>
    </Dialog>
  );
};

const ReasonField = ({
  reason,
  onReason,
  problem,
}: {
  reason: string;
  onReason: (text: string) => void;
  problem: string | undefined;
}) => (
  <TextField
    label="Reason"
    required
    multiline
    minRows={2}
    value={reason}
    onChange={(event) => onReason(event.target.value)}
    error={problem !== undefined}
    helperText={problem ?? 'For the audit log: why you do this.'}
    sx={{ mt: 1 }}
    slotProps={{ htmlInput: { maxLength: REASON_CHARACTERS } }}
  />
);

const Refusal = <V extends object, A>({
  error,
  spec,
  values,
}: {
  error: AppError;
  spec: ActSpec<V, A>;
  values: V;
}) => {
  const shown = new Set(['reason', ...Object.keys(values)]);
  const others = otherProblems(error, shown);
  return (
    <Alert severity="error" variant="outlined">
      {textOfError(error)}
      {others.length > 0 && ` (${others.join('; ')})`}
      {error.code === 'network' &&
        ` Nobody knows whether it was done: look at the audit log before you “${spec.confirm}” again.`}
    </Alert>
  );
};
