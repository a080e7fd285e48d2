import { mount } from 'svelte';
import '../../../web/fonts.css';
import '../../../web/theme.css';
import '../../../kiosk/kiosk.css';
import Gallery from './Gallery.svelte';

mount(Gallery, { target: document.body });
