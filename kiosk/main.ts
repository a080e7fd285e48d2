import { mount } from 'svelte';
import '../web/fonts.css';
import '../web/theme.css';
import './kiosk.css';
import App from './App.svelte';

mount(App, { target: document.body });
