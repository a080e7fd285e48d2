import { mount } from 'svelte';
import '../web/fonts.css';
import '../web/theme.css';
import '../web/office/office.css';
import './overview.css';
import App from './App.svelte';

mount(App, { target: document.body });
