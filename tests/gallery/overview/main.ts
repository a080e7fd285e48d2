import { mount } from 'svelte';
import '../../../web/fonts.css';
import '../../../web/theme.css';
import '../../../web/office/office.css';
import '../../../overview/overview.css';
import { press } from '../press.js';
import Gallery from './Gallery.svelte';
import { STATES } from './states.js';

mount(Gallery, { target: document.body });
press(STATES[new URLSearchParams(location.search).get('state') ?? '']?.pressed ?? []);
// Read by the program that takes a picture of each.
Object.assign(window, { states: Object.keys(STATES) });
