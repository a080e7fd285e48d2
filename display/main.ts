import { mount } from 'svelte';
import '../web/fonts.css';
import '../web/theme.css';
import './board.css';
import boardAr from '../web/messages/board.ar.json' with { type: 'json' };
import boardEn from '../web/messages/board.en.json' with { type: 'json' };
import commonAr from '../web/messages/common.ar.json' with { type: 'json' };
import commonEn from '../web/messages/common.en.json' with { type: 'json' };
import App from './App.svelte';

const target = document.getElementById('app');
if (target === null) throw new Error('the page has no #app');
const tables = { ar: { ...commonAr, ...boardAr }, en: { ...commonEn, ...boardEn } };
mount(App, { target, props: { tables } });
