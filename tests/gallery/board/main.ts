import { mount } from 'svelte';
import '../../../web/fonts.css';
import '../../../web/theme.css';
import '../../../display/board.css';
import Gallery from './Gallery.svelte';
import { STATES } from './states.js';

mount(Gallery, { target: document.body });
// Read by the program that takes a picture of each.
Object.assign(window, { states: Object.keys(STATES) });
