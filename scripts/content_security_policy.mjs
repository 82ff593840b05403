// @ts-check
// The Content-Security-Policy the built page is served and tested under: everything from its own
// origin, no eval, no inline script or style, and script URLs only through two named policies.

export const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "img-src 'self' data: blob:",
  "require-trusted-types-for 'script'",
  'trusted-types lit-html rnn-heatmap',
].join('; ');
