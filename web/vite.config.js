import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { defineConfig } from 'vite';

// GraphiQL's style sheet carries 400 kB of fonts in base64; the console uses the fonts of the machine.
const withoutFonts = {
  name: 'without-fonts',
  enforce: 'pre',
  transform: (code, id) => (id.endsWith('.css') ? { code: code.replace(/@font-face\s*\{[^}]*\}/g, ''), map: null } : null),
};

// Compressed here once, so that the server sends bytes and needs no compression library.
const precompressed = {
  name: 'precompressed',
  apply: 'build',
  writeBundle({ dir }) {
    for (const name of readdirSync(join(dir, 'assets'))) {
      const path = join(dir, 'assets', name);
      writeFileSync(`${path}.gz`, gzipSync(readFileSync(path), { level: 9 }));
    }
  },
};

export default defineConfig({
  base: '/graphiql/',
  // index.html names everything it needs; nothing is copied unseen
  publicDir: false,
  esbuild: { jsx: 'automatic', legalComments: 'none' },
  plugins: [withoutFonts, precompressed],
  build: {
    chunkSizeWarningLimit: 1000,
    reportCompressedSize: false,
    modulePreload: { polyfill: false },
    // "use client" means nothing to a page that has no server side
    rollupOptions: { onwarn: (warning, warn) => warning.code === 'MODULE_LEVEL_DIRECTIVE' || warn(warning) },
  },
  server: { proxy: { '/graphql': process.env.POLYSTORE_URL ?? 'http://127.0.0.1:8000' } },
});
