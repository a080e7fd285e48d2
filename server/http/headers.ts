import type { FastifyInstance } from 'fastify';
import type { Centre } from '../centre.js';

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

/** A kiosk's page may ask the agent on its own machine, for when this server is away. */
const AGENT_DOOR = 'http://127.0.0.1:*';

/** The demo shows a kiosk beside its paper, in a frame of the same server. */
const policy = (framed: boolean): string =>
  framed ? `${CSP}; frame-src 'self'; frame-ancestors 'self'` : `${CSP}; frame-ancestors 'none'`;

/** Only the manager's page hears: there the centre's own voice is recorded. */
const permissions = (url: string): string => {
  const microphone = url.startsWith('/manager/') ? '(self)' : '()';
  return `camera=(), microphone=${microphone}, geolocation=(), payment=()`;
};

/** Strict headers on every answer. */
export const setHeaders = (
  app: FastifyInstance,
  { settings }: Pick<Centre, 'settings'>,
  { framed }: { readonly framed: boolean },
): void => {
  const csp = policy(framed);
  app.addHook('onSend', async (request, reply) => {
    const { headers } = request;
    const socketOrigin =
      headers.host === undefined ? '' : ` ws://${headers.host} wss://${headers.host}`;
    const door = request.url.startsWith('/kiosk/') ? ` ${AGENT_DOOR}` : '';
    void reply.headers({
      'content-security-policy': csp.replace(
        "connect-src 'self'",
        `connect-src 'self'${socketOrigin}${door}`,
      ),
      'x-content-type-options': 'nosniff',
      'referrer-policy': 'no-referrer',
      'cross-origin-opener-policy': 'same-origin',
      'cross-origin-resource-policy': 'same-origin',
      'permissions-policy': permissions(request.url),
      'x-robots-tag': 'noindex',
    });
    if (settings.tls !== null) void reply.header('strict-transport-security', 'max-age=31536000');
    if (!reply.hasHeader('cache-control')) void reply.header('cache-control', 'no-store');
  });
};
