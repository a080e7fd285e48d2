import { mount } from 'svelte';
import '../web/fonts.css';
import '../web/theme.css';
import './desk.css';
import App from './App.svelte';

mount(App, { target: document.body });
