import { createRoot } from 'react-dom/client';
import { missingVariables } from './core/env.ts';

const root = document.getElementById('root');
if (root === null) throw new Error('index.html has no #root');

const missing = missingVariables(import.meta.env);
if (missing.length > 0) {
  root.textContent = `This panel is not configured. Set ${missing.join(' and ')} and build it again.`;
} else {
  // Loaded late, because the client that it imports refuses an empty address.
  const { App } = await import('./App.tsx');
  createRoot(root).render(<App />);
}
