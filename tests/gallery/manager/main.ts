import { mount } from 'svelte';
import '../../../web/fonts.css';
import '../../../web/theme.css';
import '../../../manager/manager.css';
import Gallery from './Gallery.svelte';

mount(Gallery, { target: document.body });
