import { vitePreprocess } from '@sveltejs/vite-plugin-svelte';

/** Shared by the build, svelte-check and the editor. Runes everywhere; styles go to files. */
export default {
  preprocess: vitePreprocess(),
  compilerOptions: { runes: true },
};
