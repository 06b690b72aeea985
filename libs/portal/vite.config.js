import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const react = ['react', 'react-dom', 'react/jsx-runtime'];

/** Relative URLs, no inline code and no data URLs: the page runs below any path and under a strict CSP. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  base: './',
  logLevel: 'warn',
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  resolve: {
    alias: react.map((name) => ({
      find: new RegExp(`^${name}$`),
      replacement: name === 'react/jsx-runtime' ? 'preact/jsx-runtime' : 'preact/compat',
    })),
  },
  build: {
    target: 'es2022',
    write: false,
    assetsInlineLimit: 0,
    cssCodeSplit: false,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: {
      // "use client" of React's libraries means nothing here.
      onLog: (level, log, write) => log.code !== 'MODULE_LEVEL_DIRECTIVE' && write(level, log),
    },
  },
});
