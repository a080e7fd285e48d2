import { mount } from 'svelte';
import '../../../web/fonts.css';
import '../../../web/theme.css';
import '../../../web/office/office.css';
import Gallery from './Gallery.svelte';
import { press } from '../press.js';
import { PRESSED, STATES } from './states.js';

mount(Gallery, { target: document.body });
press(PRESSED[new URLSearchParams(location.search).get('state') ?? ''] ?? []);
// Read by the program that takes a picture of each.
Object.assign(window, { states: Object.keys(STATES) });
