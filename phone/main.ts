import './older.js';
import { mount } from 'svelte';
import '../web/theme.css';
import './phone.css';
import App from './App.svelte';

mount(App, { target: document.getElementById('app')! });
