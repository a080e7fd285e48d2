import { untrack } from 'svelte';
import type { Words } from '../../web/words.svelte.js';
import type { Flow } from '../flow.svelte.js';
import { Aloud, nameOn } from './aloud.js';
import type { OnScreen } from './reading.js';

/**
 * Reads each page aloud as it comes, and names of buttons under a finger, until the function
 * returned is called.
 */
export const readPages = (screen: () => OnScreen, flow: Flow, words: Words): (() => void) => {
  const aloud = new Aloud((speaking) => (flow.speaking = speaking));
  const endListening = aloud.listen(
    (button) => nameOn(screen().configuration, button),
    () => ({ language: words.language, hash: screen().view.voice }),
  );
  const endReading = $effect.root(() => {
    /** What makes it another page: a number that changes while it stands there does not. */
    const page = $derived.by(() => {
      const { shut, asking, paper } = screen();
      return [flow.stepKey, shut, asking, paper, words.language].join(' ');
    });
    const doubted = $derived(screen().doubted);
    let last = '';
    /** A question comes between and is over: the page was heard before it. */
    $effect(() => {
      const isKnown = !doubted && page === last;
      last = page;
      untrack(() => {
        if (isKnown) aloud.stop();
        else void aloud.read(screen(), words.language, screen().view.voice);
      });
    });
  });
  return () => {
    endReading();
    endListening();
    aloud.close();
  };
};
