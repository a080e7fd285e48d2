import { mount } from 'svelte';
import '../../../web/fonts.css';
import '../../../web/theme.css';
import '../../../phone/phone.css';
import { phoneViews } from '../../fixtures/phone.js';
import Gallery from './Gallery.svelte';

mount(Gallery, { target: document.body });
// Read by the program that takes a picture of each.
Object.assign(window, { states: [...Object.keys(phoneViews), 'gone', 'lost'] });
