import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const DEFAULT_PORT = 54328;

const server = {
  host: '127.0.0.1',
  port: Number(process.env['MINDBOT_PORT_APP'] ?? DEFAULT_PORT),
  // A taken port is an error: checkout returns to exactly this address.
  strictPort: true,
};

export default defineConfig({ plugins: [react()], server, preview: server });
