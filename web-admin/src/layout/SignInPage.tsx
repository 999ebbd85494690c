import Alert from '@mui/material/Alert';
import Box from '@mui/material/Box';
import Button from '@mui/material/Button';
import Paper from '@mui/material/Paper';
import TextField from '@mui/material/TextField';
import Typography from '@mui/material/Typography';
import { useLogin } from 'ra-core';
import { useState } from 'react';
import { textOfThrown } from '../core/error-texts.ts';
import { ShownError } from '../core/errors.ts';

/** Sign-in by e-mail and password, and by a second factor where the account has one. */
export const SignInPage = () => {
  const login = useLogin();
  const [email, setEmail] = useState('');
  const [password, setPassword] = useState('');
  const [code, setCode] = useState('');
  const [needsCode, setNeedsCode] = useState(false);
  const [isBusy, setIsBusy] = useState(false);
  const [problem, setProblem] = useState<string>();

  const submit = async (event: React.FormEvent) => {
    event.preventDefault();
    setIsBusy(true);
    setProblem(undefined);
    try {
      // react-admin goes back to the page that one was sent here from.
      await login({ email: email.trim(), password, ...(needsCode ? { code } : {}) });
    } catch (thrown) {
      if (thrown instanceof ShownError && thrown.shown.code === 'second_factor_needed') {
        setNeedsCode(true);
      }
      setProblem(textOfThrown(thrown));
    } finally {
      setIsBusy(false);
    }
  };

  return (
    <Box component="main" sx={{ display: 'grid', placeItems: 'center', minHeight: '100vh', p: 2 }}>
      <title>Sign in · MindBot admin</title>
      <Paper
        component="form"
        variant="outlined"
        onSubmit={(event: React.FormEvent) => void submit(event)}
        sx={{ width: '100%', maxWidth: 360, p: 3, display: 'grid', gap: 2 }}
      >
        <Box>
          <Typography variant="h1">MindBot admin</Typography>
          <Typography color="textSecondary">For the people who run the business.</Typography>
        </Box>
        {problem !== undefined && (
          <Alert severity={needsCode && code === '' ? 'info' : 'error'}>{problem}</Alert>
        )}
        <TextField
          label="E-mail"
          type="email"
          name="email"
          autoComplete="username"
          required
          autoFocus
          value={email}
          onChange={(event) => setEmail(event.target.value)}
        />
        <TextField
          label="Password"
          type="password"
          name="password"
          autoComplete="current-password"
          required
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
        {needsCode && (
          <TextField
            label="Code of your authenticator app"
            name="code"
            autoComplete="one-time-code"
            required
            autoFocus
            value={code}
            onChange={(event) => setCode(event.target.value)}
            slotProps={{ htmlInput: { inputMode: 'numeric', pattern: '[0-9]{6}', maxLength: 6 } }}
          />
        )}
        <Button type="submit" variant="contained" size="large" loading={isBusy}>
          Sign in
        </Button>
      </Paper>
    </Box>
  );
};
