import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { svelte } from '@sveltejs/vite-plugin-svelte';
import { defineConfig, type EnvironmentOptions, type Plugin } from 'vite';
import { messages } from './web/messages/compile.js';

/** The floor of screens inside a centre: boards on TV boxes and old PCs. */
const HALL_TARGET = ['chrome109'];
/**
 * The floor of visitors' phones. Older browsers fail on what the Svelte runtime asks of them
 * beyond syntax (module scripts and Proxy everywhere, `Array.prototype.flat` and the like).
 */
const PHONE_TARGET = ['chrome64', 'safari12', 'firefox67'];

/** Scoped styles use `:where()`, which phones before 2021 refuse together with the whole rule. */
const plainScopes: Plugin = {
  name: 'plain-scopes',
  transform: {
    filter: { id: /\.css$/ },
    handler: (code) => code.replace(/:where\((\.svelte-\w+)\)/g, '$1'),
  },
};

/** A copy of each script and style that the server sends to browsers that take gzip. */
const compressed: Plugin = {
  name: 'compressed',
  writeBundle: ({ dir = '' }, bundle) => {
    for (const [name, part] of Object.entries(bundle)) {
      if (!/\.(js|css)$/.test(name)) continue;
      const content = part.type === 'chunk' ? part.code : part.source;
      writeFileSync(join(dir, `${name}.gz`), gzipSync(content, { level: 9 }));
    }
  },
};

/** A part that is fetched later needs no more than its own script: nothing is fetched before it. */
const plainLater: Plugin = {
  name: 'plain-later',
  enforce: 'pre',
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => 'export const __vitePreload = (fetchPart) => fetchPart();',
  },
};

/** Pages speak with their server through WebSockets alone, and carry no other way. */
const socketsOnly: Plugin = {
  name: 'sockets-only',
  enforce: 'pre',
  load: {
    filter: { id: /engine\.io-client\/build\/esm\/transports\/index\.js/ },
    handler: () =>
      "import { WS } from './websocket.js'; export const transports = { websocket: WS };",
  },
};

/**
 * A part that is fetched later brings its own style: it is linked by the part itself, so that the
 * page that may never need it carries nothing of that.
 */
const ownStyles: Plugin = {
  name: 'own-styles',
  enforce: 'pre',
  generateBundle: {
    order: 'pre',
    handler: (_options, bundle) => {
      for (const part of Object.values(bundle)) {
        if (part.type !== 'chunk' || part.isEntry) continue;
        const styles = part.viteMetadata?.importedCss ?? new Set<string>();
        for (const name of styles) {
          const link = `{rel:'stylesheet',href:'/${name}'}`;
          const made = `Object.assign(document.createElement('link'),${link})`;
          part.code = `document.head.append(${made});${part.code}`;
        }
        styles.clear();
      }
    },
  },
};

/** Zod asks whether it may compile schemas by trying it, which the pages' policy forbids aloud. */
const plainSchemas: Plugin = {
  name: 'plain-schemas',
  transform: {
    filter: { id: /zod\/v4\/core\/core\.js/ },
    handler: (code) => `${code}\nglobalConfig.jitless = true;`,
  },
};

/** Pages of the hall and of a data centre, each built by itself: a screen opens one alone. */
const HALL = ['kiosk', 'display', 'desk', 'manager', 'overview', 'web/start', 'web/hall'];

const nameOf = (app: string): string => app.slice(app.lastIndexOf('/') + 1);

/** What is built of one page; the hall's first build empties the folder. */
const page = (app: string): EnvironmentOptions => ({
  consumer: 'client',
  build: {
    emptyOutDir: app === HALL[0],
    rolldownOptions: { input: { [nameOf(app)]: `${app}/index.html` } },
  },
});

/** The kiosk's keeper, under a name that stays. */
const keeper: EnvironmentOptions = {
  consumer: 'client',
  build: {
    emptyOutDir: false,
    rolldownOptions: {
      input: { sw: 'kiosk/sw.ts' },
      output: { entryFileNames: 'kiosk/[name].js' },
    },
  },
};

/**
 * `vite build` makes the screens of the hall and of a data centre, `vite build --mode phone` the
 * visitor's page for older browsers: build/web/<app>/index.html each, and build/web/assets. Nothing
 * is inlined: the pages' Content-Security-Policy allows files of this server only.
 */
export default defineConfig(({ mode }) => {
  const phone = mode === 'phone';
  const apps = phone ? ['phone'] : HALL;
  return {
    base: '/',
    publicDir: false,
    plugins: [
      plainLater,
      socketsOnly,
      ownStyles,
      plainSchemas,
      messages,
      svelte(),
      compressed,
      ...(phone ? [plainScopes] : []),
    ],
    environments: {
      ...Object.fromEntries(apps.map((app) => [nameOf(app), page(app)])),
      ...(phone ? {} : { keeper }),
    },
    builder: {
      buildApp: async ({ environments, build }) => {
        for (const app of apps) await build(environments[nameOf(app)]!);
        if (!phone) await build(environments['keeper']!);
      },
    },
    build: {
      outDir: 'build/web',
      target: phone ? PHONE_TARGET : HALL_TARGET,
      assetsInlineLimit: 0,
      modulePreload: false,
      sourcemap: false,
      reportCompressedSize: false,
    },
  };
});
