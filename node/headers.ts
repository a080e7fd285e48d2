import type { FastifyInstance } from 'fastify';

/** Nothing from anywhere else, nothing inline: pages must also work with no outside line. */
const CSP = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'self'",
  "require-trusted-types-for 'script'",
  'trusted-types svelte-trusted-html dawr-worker',
].join('; ');

/** The demo shows a kiosk beside its paper, in a frame of the same server. */
const policy = (framed: boolean): string =>
  framed ? `${CSP}; frame-src 'self'; frame-ancestors 'self'` : `${CSP}; frame-ancestors 'none'`;

/** What a door allows its pages beyond what all may. */
export interface Allowed {
  readonly isTls: boolean;
  /** Pages of this server may frame each other. */
  readonly framed?: boolean;
  /** Whether the page at a path may hear. */
  readonly hears?: (url: string) => boolean;
  /** Where else the page at a path may ask, with a space before it. */
  readonly asks?: (url: string) => string;
}

/** Strict headers on every answer. */
export const setHeaders = (
  app: FastifyInstance,
  { isTls, framed = false, hears = () => false, asks = () => '' }: Allowed,
): void => {
  const csp = policy(framed);
  app.addHook('onSend', async (request, reply) => {
    const { headers } = request;
    const socketOrigin =
      headers.host === undefined ? '' : ` ws://${headers.host} wss://${headers.host}`;
    const microphone = hears(request.url) ? '(self)' : '()';
    void reply.headers({
      'content-security-policy': csp.replace(
        "connect-src 'self'",
        `connect-src 'self'${socketOrigin}${asks(request.url)}`,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': `camera=(), microphone=${microphone}, geolocation=(), payment=()`,
      'x-robots-tag': 'noindex',
    });
    if (isTls) void reply.header('strict-transport-security', 'max-age=31536000');
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
};
