import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

const DEFAULT_PORT = 54329;

const server = {
  host: '127.0.0.1',
  port: Number(process.env['MINDBOT_PORT_ADMIN'] ?? DEFAULT_PORT),
  // A taken port is an error: links to the panel would lead elsewhere.
  strictPort: true,
};

export default defineConfig({ plugins: [react()], server, preview: server });
